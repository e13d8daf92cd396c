"""Who lets a person sign in: Google and Microsoft by name, any other by its endpoints or its issuer's address.

opsconsole has no client id of its own: whoever uses it registers one with the provider, and gives it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from opsconsole.connectors.mail.config import OAuth
from opsconsole.domain.errors import AmbiguousError, TransientError, UserError
from opsconsole.net.client import HttpClient, Request
from opsconsole.net.places import is_loopback

ANSWER_S = 20.0
LARGEST = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Where to ask, and how."""

    title: str
    authorize_url: str
    token_url: str
    scopes: tuple[str, ...]
    revoke_url: str = ""
    issuer: str = ""
    """Where known, what an answer's `iss` must say (RFC 9207)."""
    extra: tuple[tuple[str, str], ...] = ()
    """Further parameters of the sign-in page; without them some give no refresh token."""
    redirect_host: str = "127.0.0.1"
    is_secret_in_body: bool = False
    """Where a client secret goes: the body, or the Authorization header (which the standard prefers)."""


GOOGLE = Provider(
    title="Google",
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
    revoke_url="https://oauth2.googleapis.com/revoke",
    scopes=("https://mail.google.com/",),
    issuer="https://accounts.google.com",
    extra=(("access_type", "offline"), ("prompt", "consent")),
    is_secret_in_body=True,
)
MICROSOFT = Provider(
    title="Microsoft",
    authorize_url="https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    token_url="https://login.microsoftonline.com/common/oauth2/v2.0/token",  # noqa: S106 - an address
    scopes=(
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "https://outlook.office.com/SMTP.Send",
        "offline_access",
    ),
    extra=(("prompt", "select_account"),),
    # Only for this name does Microsoft leave the port open in a registered address.
    redirect_host="localhost",
    is_secret_in_body=True,
)
KNOWN: Mapping[str, Provider] = {"google": GOOGLE, "microsoft": MICROSOFT}


def provider_of(oauth: OAuth) -> Provider:
    """Return the provider that a connection's settings name.

    Raises:
        UserError: they name none, or an address that is not safe to send tokens to.
    """
    known = KNOWN.get(oauth.provider)
    if known is None and oauth.provider:
        raise UserError(f"{oauth.provider!r} is no provider known by name; say one of {', '.join(KNOWN)}, or its URLs.")
    authorize, token = oauth.authorize_url, oauth.token_url
    if known is not None:
        authorize, token = authorize or known.authorize_url, token or known.token_url
    for what, url in (("authorize_url", authorize), ("token_url", token)):
        _need_safe(what, url)
    if known is not None:
        is_changed = (authorize, token) != (known.authorize_url, known.token_url)
        return Provider(
            title=known.title,
            authorize_url=authorize,
            token_url=token,
            scopes=oauth.scopes or known.scopes,
            revoke_url="" if is_changed else known.revoke_url,
            issuer="" if is_changed else known.issuer,
            extra=known.extra,
            redirect_host=known.redirect_host,
            is_secret_in_body=known.is_secret_in_body,
        )
    return Provider(
        title=urlsplit(token).hostname or "The provider",
        authorize_url=authorize,
        token_url=token,
        scopes=oauth.scopes,
        # OpenID providers give a refresh token only with this.
        extra=(("prompt", "consent"),) if "offline_access" in oauth.scopes else (),
    )


async def discover(http: HttpClient, issuer: str) -> tuple[str, str, tuple[str, ...]]:
    """Ask an OpenID issuer for (authorize URL, token URL, scopes it knows).

    Raises:
        UserError: there is nothing to be found, or what is found does not fit.
        TransientError, PermanentError: it cannot be reached.
    """
    base = issuer.rstrip("/")
    _need_safe("the issuer", base)
    try:
        request = Request("GET", f"{base}/.well-known/openid-configuration", {"Accept": "application/json"})
        answer = await http.send(request, timeout_s=ANSWER_S, largest=LARGEST)
    except AmbiguousError as error:
        raise TransientError(f"{error} Try again.") from error
    try:
        found: Any = answer.json() if answer.status == 200 else None
    except ValueError:
        found = None
    if not isinstance(found, dict) or str(found.get("issuer", "")).rstrip("/") != base:  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        raise UserError(f"{base} does not describe itself (OpenID discovery). Give --authorize-url and --token-url.")
    facts: dict[str, Any] = found  # pyright: ignore[reportUnknownVariableType]
    authorize, token = str(facts.get("authorization_endpoint", "")), str(facts.get("token_endpoint", ""))
    for what, url in (("its sign-in page", authorize), ("its token address", token)):
        _need_safe(what, url)
    scopes = facts.get("scopes_supported")
    return authorize, token, tuple(map(str, scopes)) if isinstance(scopes, list) else ()  # pyright: ignore[reportUnknownArgumentType]


def _need_safe(what: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        host, scheme = parts.hostname or "", parts.scheme
    except ValueError:
        host = scheme = ""
    if not host or not (scheme == "https" or (scheme == "http" and is_loopback(host))):
        raise UserError(f"{what} {url!r} cannot be used: tokens go only to https addresses. Check it and try again.")
