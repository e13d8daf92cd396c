"""What the system says of a place that cannot be reached comes in words: no number, no code."""

import asyncio
import errno
import socket

import pytest

from opsconsole.net.whynot import lost, not_reached, without_codes
from tests.support.ports import free_port

CODES = ("Errno", "errno", "_ssl", "Error(", "111", "gaierror")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "Nobody answers at mail.example:993."),
        (socket.gaierror(-2, "Name or service not known"), "There is no server called mail.example"),
        (TimeoutError("timed out"), "mail.example:993 does not answer in time."),
        (OSError(errno.ETIMEDOUT, "Connection timed out"), "mail.example:993 does not answer in time."),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "mail.example cannot be reached from this computer."),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "mail.example:993 hung up at once."),
        (EOFError("it hung up"), "mail.example:993 hung up at once."),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed, [Errno 111] no"), "Nobody answers at"),
        (OSError(errno.EMFILE, "Too many open files"), "could not be spoken to: Too many open files."),
    ],
)
def test_each_kind_has_its_words(error: BaseException, words: str) -> None:
    said = not_reached(error, "mail.example", 993)
    assert words in said and said.endswith((".", "?"))
    assert not [code for code in CODES if code in said], said


async def test_a_port_where_nobody_listens_on_a_name_with_two_addresses() -> None:
    port = free_port()
    with pytest.raises(OSError) as caught:
        await asyncio.open_connection("localhost", port)
    assert not_reached(caught.value, "localhost", port).startswith(f"Nobody answers at localhost:{port}.")


def test_a_librarys_error_is_looked_through() -> None:
    try:
        try:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
        except OSError as error:
            raise RuntimeError("Error connecting to mail.example on port 993") from error
    except RuntimeError as error:
        assert not_reached(error, "mail.example", 993).startswith("Nobody answers")
        assert lost(error) == "it hung up"
    assert lost(TimeoutError()) == "it does not answer"


def test_a_librarys_text_is_cleaned() -> None:
    assert without_codes("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1007)") == "wrong version number"
    assert without_codes("") == "no reason given"
