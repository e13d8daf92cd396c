"""The HTTP library's errors, turned into ours by whether the request can have arrived."""

import aiohttp

from opsconsole.domain.errors import AmbiguousError, PermanentError, TransientError
from opsconsole.net.places import origin_of


class translated:
    """Raise our errors instead of the library's: `with translated(url):`."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is not None and (ours := _ours(error, origin_of(self._url))) is not None:
            raise ours from None  # the library's own text can hold headers


def _ours(error: BaseException, where: str) -> Exception | None:
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return TransientError(
            f"{where} answers, but not encrypted as https:// wants it. Check the address and its port; a system of your"
            " own may want http://."
        )
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return PermanentError(
            f"{where} has a certificate that this machine does not trust. Check the address; where the server is"
            " your own, name its authority's file of certificates."
        )
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return TransientError(f"{where}: there is no such host, or no network. Check the address.")
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return TransientError(
            f"{where} cannot be reached: this machine's proxy lets nobody through to it (status {error.status}). Check"
            " HTTPS_PROXY, or name the host in NO_PROXY."
        )
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        why = "nobody listens there" if _is_refused(error) else "it cannot be reached"
        return TransientError(f"{where}: {why}. Is it running, and is the address right?")
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        return not_an_address(where)
    if isinstance(error, TimeoutError):
        return AmbiguousError(f"{where} gave no answer in time.")
    if isinstance(error, aiohttp.ClientError | OSError | ValueError):
        return AmbiguousError(f"{where} broke off before its answer was whole.")
    return None


def not_an_address(where: str) -> PermanentError:
    """Return the error for an address that cannot be asked."""
    return PermanentError(f"{where} is not an address that can be asked. Write it like https://host/path.")


def _is_refused(error: Exception) -> bool:
    inner = getattr(error, "os_error", None)
    return isinstance(inner, ConnectionRefusedError) or "refused" in str(inner)
