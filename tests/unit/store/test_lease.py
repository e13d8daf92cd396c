"""Who works a workspace: told while it is so, and of nobody else."""

import os
from pathlib import Path

import pytest

from opsconsole.domain.errors import WorkspaceBusyError
from opsconsole.store import filelock
from opsconsole.store.lease import NAME, Lease, holder, is_of_window


def test_who_works_a_folder_is_told_while_it_does(tmp_path: Path) -> None:
    assert holder(tmp_path) is None and not is_of_window(tmp_path)
    with Lease(tmp_path, is_of_window=True):
        assert holder(tmp_path) == os.getpid() and is_of_window(tmp_path)
        with pytest.raises(WorkspaceBusyError, match=str(os.getpid())):
            Lease(tmp_path)
    assert holder(tmp_path) is None and not is_of_window(tmp_path)


def test_the_next_engine_is_not_taken_for_the_one_before_until_it_has_said_who_it_is(tmp_path: Path) -> None:
    Lease(tmp_path, is_of_window=True).close()
    descriptor = filelock.opened(tmp_path / NAME)  # has the lock, and has not written yet
    assert filelock.take(descriptor)
    assert holder(tmp_path) == 0 and not is_of_window(tmp_path)
    os.close(descriptor)
