"""A real mailbox under a storm of faults: every mail is one event, one answer in its thread, and filed; none twice.

`dev.py test --full` is the long run with at least 100 faults of every kind; `OPSCONSOLE_CRASH_SEED` repeats one.
"""

import os
import sys
from pathlib import Path

import pytest

from tests.crash.mailstorm import Storm
from tests.support.mail.mailrig import MailRig, cyrus_rig, mail_rig
from tests.support.storms import IS_FULL

pytestmark = [
    pytest.mark.crash,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL, and there is no Dovecot"),
]
FAULTS = 120 if IS_FULL else 16
SEED = os.environ.get("OPSCONSOLE_CRASH_SEED", "slotwise")


async def weathered(rig: MailRig, folder: Path, capsys: pytest.CaptureFixture[str], *, prefix: str = "") -> None:
    storm = Storm(rig, folder, seed=SEED, prefix=prefix)
    found = await storm.run(FAULTS)
    with capsys.disabled():
        print(f"\n{found.line()}")
    assert found.is_ok, storm.told(f"seed {SEED}\n{found}")


async def test_nothing_is_lost_and_nothing_doubled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with mail_rig() as rig:
        await weathered(rig, tmp_path, capsys)


async def test_nor_on_a_server_with_all_folders_under_the_inbox(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with cyrus_rig(is_under_inbox=True) as rig:
        await weathered(rig, tmp_path, capsys, prefix="INBOX.")
