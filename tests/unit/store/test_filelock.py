"""One way to lock a file: waited for, private, let go by an error and by death."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from opsconsole.domain.errors import DiskError
from opsconsole.store import filelock, lease
from opsconsole.store.lease import Lease

HOLD = (
    "import sys; from pathlib import Path; from opsconsole.store import filelock\n"
    "with filelock.held(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
)


def test_one_at_a_time(tmp_path: Path) -> None:
    inside, most = 0, 0
    turn = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            with filelock.held(tmp_path / "lock"):
                with turn:
                    inside += 1
                    most = max(most, inside)
                with turn:
                    inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


@pytest.mark.crash
def test_another_process_is_waited_for_until_it_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    entered, waits = threading.Event(), threading.Event()

    def pause(_seconds: float) -> None:
        waits.set()

    monkeypatch.setattr(filelock.time, "sleep", pause)

    def work() -> None:
        with filelock.held(tmp_path / "lock"):
            entered.set()

    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
        waiting = threading.Thread(target=work)
        waiting.start()
        assert waits.wait(30) and not entered.is_set()
        holder.kill()
    assert entered.wait(30)
    waiting.join()


def test_an_error_lets_go(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), filelock.held(tmp_path / "lock"):
        raise ZeroDivisionError
    descriptor = filelock.opened(tmp_path / "lock")
    assert filelock.take(descriptor)
    os.close(descriptor)


@pytest.mark.skipif(sys.platform == "win32", reason="rights are another matter there")
def test_only_the_owner_may_touch_it(tmp_path: Path) -> None:
    with filelock.held(tmp_path / "lock"):
        assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="by the name of a Unix call")
def test_where_nothing_can_be_locked_no_engine_starts_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    Lease(tmp_path).close()
    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(DiskError, match="cannot be locked: No locks available"):
        Lease(tmp_path)
    assert lease.holder(tmp_path) is None


def test_what_a_lock_says_is_read_from_its_beginning_wherever_looking_left_the_place(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("4711\n", encoding="ascii")
    descriptor = filelock.opened(tmp_path / "lock")
    os.lseek(descriptor, 1024, os.SEEK_SET)
    assert filelock.written(descriptor) == "4711"
    os.close(descriptor)
