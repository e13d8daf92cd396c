"""What the system says when another machine cannot be reached, put into words for people: no number, no code."""

import errno
import re
import socket
import ssl

_CODES = re.compile(r"\[(?:Errno|WinError) -?\d+\]\s*|\[SSL(?::[^\]]*)?\]\s*|\s*\(_ssl\.c:\d+\)|\bb'([^']*)'")
_AWAY = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN)
_HUNG_UP = (ConnectionError, EOFError)
_TOO_OLD = re.compile(r"UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|HANDSHAKE_FAILURE|NO_SHARED_CIPHER|TOO_SMALL")
_NUMBER = re.compile(r"\[Errno (\d+)\]")


def not_reached(error: BaseException, host: str, port: int) -> str:
    """Say why nobody could be spoken to at a place, as a sentence with its end, and what to look at.

    Args:
        error: what was raised, by the system or by a library on top of it.
        host: the name or address that was asked for.
        port: the port there.
    """
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    cause = _cause(error)
    if isinstance(cause, socket.gaierror | UnicodeError):
        return f"There is no server called {host}, or this computer is not online. Check the spelling."
    if isinstance(cause, TimeoutError):
        return f"{place} does not answer in time. A firewall may be in the way, or the port is another one."
    if isinstance(cause, ConnectionRefusedError):
        return f"Nobody answers at {place}. Is the server running, and is this its port?"
    if isinstance(cause, ssl.SSLError):
        return not_encrypted(cause, place)
    if isinstance(cause, OSError) and cause.errno in _AWAY:
        return f"{host} cannot be reached from this computer. Check its network, and a VPN where one is needed."
    if isinstance(cause, _HUNG_UP):
        return f"{place} hung up at once. Is this the right port, and the right kind of encryption?"
    return f"{place} could not be spoken to: {without_codes(str(cause))}."


def not_encrypted(error: ssl.SSLError, place: str) -> str:
    """Say why no encrypted connection came about, and what to choose instead.

    Args:
        error: what was raised; one about a certificate is told without what to do.
        place: the host that was spoken to.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {place} is not accepted: {without_codes(error.verify_message)}."
    if _TOO_OLD.search(error.reason or ""):
        return f"{place} encrypts in a way that this computer does not take, often because it is too old."
    return (
        f"{place} answers, but not in this kind of encryption. Choose the other one: TLS goes with the ports 993 and"
        " 465, STARTTLS with 143 and 587."
    )


def lost(error: BaseException) -> str:
    """Say in a few words how a connection was lost."""
    return "it does not answer" if isinstance(_cause(error), TimeoutError) else "it hung up"


def without_codes(text: str) -> str:
    """Return a library's text without the numbers and names that only programmers can read."""
    cleaned = " ".join(_CODES.sub(lambda match: match[1] or "", text).split()).strip(" .:")
    return cleaned[:200] or "no reason given"


def _cause(error: BaseException) -> BaseException:
    """Return the system's own error, which lies deepest below those of libraries; else the error itself.

    asyncio tells of a name with several addresses in one text, and forgets the numbers: they are read from there.
    """
    chain: list[BaseException] = [error]
    while (below := chain[-1].__cause__ or chain[-1].__context__) is not None and below not in chain:
        chain.append(below)
    for found in reversed(chain):
        if isinstance(found, OSError) and found.errno:
            return found
        if isinstance(found, UnicodeError):
            return found
    for found in reversed(chain):
        if (number := _NUMBER.search(str(found))) is not None:
            return OSError(int(number[1]), str(found))
    return next((found for found in chain if isinstance(found, TimeoutError)), error)
