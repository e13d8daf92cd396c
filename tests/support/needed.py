"""What a test needs of the machine: it is skipped with the reason, or fails where OPSCONSOLE_REQUIRE names it."""

import os
import shutil
from typing import NoReturn

import pytest


def lacking(what: str, why: str) -> NoReturn:
    """Skip the test; or fail it, where this machine is said to have `what`."""
    if what in os.environ.get("OPSCONSOLE_REQUIRE", "").replace(",", " ").split():
        pytest.fail(f"{what} is required here (OPSCONSOLE_REQUIRE), but {why}")
    pytest.skip(f"needs {what}: {why}")


def programs(what: str, *names: str) -> None:
    """Need these programs on the path."""
    if missing := [name for name in names if shutil.which(name) is None]:
        lacking(what, f"{', '.join(missing)} not installed")
