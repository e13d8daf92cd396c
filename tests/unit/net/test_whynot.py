"""What the system says of a place that cannot be reached comes in words: no number, no code."""

import asyncio
import errno
import socket
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from threading import Thread

import pytest

from opsconsole.connectors.mail.signin.tls import in_words
from opsconsole.domain.errors import TransientError
from opsconsole.net.client import HttpClient, Request
from opsconsole.net.whynot import lost, not_reached, without_codes
from tests.support.ports import free_port

CODES = ("WRONG_VERSION", "wrong version", "Errno", "errno", "_ssl", "Error(", "111", "gaierror")


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


@contextmanager
def unencrypted() -> Generator[int]:
    """A server that greets in plain text, and reads until the other side has gone."""

    def greet(server: socket.socket) -> None:
        met, _ = server.accept()
        with met:
            met.sendall(b"* OK ready to work\r\n")
            while met.recv(4096):
                pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=greet, args=(server,))
        thread.start()
        yield int(server.getsockname()[1])
        thread.join(10)


async def test_encryption_of_the_wrong_kind_is_said_in_words() -> None:
    with unencrypted() as port, pytest.raises(ssl.SSLError) as caught:
        await asyncio.open_connection("127.0.0.1", port, ssl=ssl.create_default_context())
    for said in (not_reached(caught.value, "mail.example", 993), in_words(caught.value, "mail.example")):
        assert "not in this kind of encryption" in said and "STARTTLS" in said
        assert not [code for code in CODES if code in said], said


async def test_a_system_that_does_not_encrypt_has_no_bad_certificate() -> None:
    http = HttpClient()
    with unencrypted() as port, pytest.raises(TransientError, match="not encrypted as https"):
        await http.send(Request("GET", f"https://127.0.0.1:{port}/"), timeout_s=10)
    await http.close()


def test_encryption_that_is_too_old_is_said() -> None:
    error = ssl.SSLError(1, "[SSL: UNSUPPORTED_PROTOCOL] unsupported protocol (_ssl.c:1007)")
    error.reason = "UNSUPPORTED_PROTOCOL"
    assert "too old" in not_reached(error, "mail.example", 993)
