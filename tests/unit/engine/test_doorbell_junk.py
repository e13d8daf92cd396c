"""A bell is only a bell: whatever lies in its place, what was decided is decided, and nobody waits."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from opsconsole.engine.doorbell import NAME, Doorbell, ring


@pytest.mark.parametrize("text", ["99999 x", "-1 x", "port word", "", "1 2 3", "9" * 5000])
def test_junk_in_its_place_is_no_error(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text)
    ring(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders there")
def test_a_pipe_in_its_place_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / NAME)
    ring(tmp_path)

    async def hang() -> None:
        bell = Doorbell(tmp_path)
        await bell.open()
        bell.close()

    asyncio.run(hang())


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_in_its_place_leads_nowhere(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("as it was")
    (tmp_path / NAME).symlink_to(kept)

    async def hang() -> None:
        bell = Doorbell(tmp_path)
        await bell.open()
        bell.close()

    asyncio.run(hang())
    assert kept.read_text() == "as it was"
