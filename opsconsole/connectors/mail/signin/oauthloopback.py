"""A person signs in in their browser; the provider sends the browser back to a port of this machine with a code.

RFC 8252 (loopback redirect), RFC 7636 (PKCE, S256), RFC 9207 (issuer in the answer).
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from opsconsole.connectors.mail.signin.oauthproviders import Provider
from opsconsole.connectors.mail.signin.oauthtokens import TokenEndpoint, Tokens
from opsconsole.domain.errors import UserError

PATIENCE_S = 600.0
"""So long the browser may take, in seconds."""
_READ_S = 10.0
_HEAD = 16_384
_PAGE = (
    "<!doctype html><meta charset=utf-8><title>opsconsole</title>"
    "<body style='font:1rem system-ui;margin:4rem auto;max-width:32rem'><p>{}</p>"
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in: its address, and the two values that tie the answer to it."""

    url: str
    state: str
    verifier: str
    redirect: str


def begin(provider: Provider, *, client_id: str, redirect: str, user: str = "") -> Attempt:
    """Make the address of the sign-in page."""
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect,
        "scope": " ".join(provider.scopes),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **({"login_hint": user} if user else {}),
        **dict(provider.extra),
    }
    joint = "&" if urlsplit(provider.authorize_url).query else "?"
    return Attempt(f"{provider.authorize_url}{joint}{urlencode(query)}", state, verifier, redirect)


async def sign_in(
    provider: Provider,
    endpoint: TokenEndpoint,
    *,
    client_id: str,
    user: str,
    show: Callable[[str], object],
    patience_s: float = PATIENCE_S,
) -> Tokens:
    """Have a person sign in; `show` gets the page's address and brings it before them.

    Raises:
        UserError: it was refused or took too long.
        SignInError, PermanentError, TransientError: the provider does not give tokens for it.
    """
    answers: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    async with _loopback(answers) as port:
        attempt = begin(provider, client_id=client_id, redirect=f"http://{provider.redirect_host}:{port}/", user=user)
        await asyncio.to_thread(show, attempt.url)
        try:
            async with asyncio.timeout(patience_s):
                while True:
                    answer = await answers.get()
                    # Any page or program on this machine can knock here; only the provider knows the state.
                    if hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
                        break
        except TimeoutError:
            raise UserError("Nobody signed in. Start again when you are ready; the page's address changes.") from None
    if provider.issuer and answer.get("iss", provider.issuer) != provider.issuer:
        raise UserError(f"Somebody else than {provider.title} answered. Start again, and look at the page's address.")
    if "code" not in answer:
        raise UserError(_refusal(provider, answer.get("error", "")))
    return await endpoint.redeem(answer["code"], verifier=attempt.verifier, redirect=attempt.redirect)


def _refusal(provider: Provider, kind: str) -> str:
    if kind in ("admin_consent_required", "consent_required", "unauthorized_client"):
        return (
            f"{provider.title} wants an administrator of your organisation to consent to this client first. Ask them,"
            " or bring mail in as an export of the mailbox."
        )
    if kind == "access_denied":
        return "The sign-in was refused or broken off in the browser. Start it again to try once more."
    return f"{provider.title} did not let you in ({kind[:60] or 'no reason'}). Check the client id; then try again."


@contextlib.asynccontextmanager
async def _loopback(answers: asyncio.Queue[dict[str, str]]) -> AsyncGenerator[int]:
    """Listen on a free port of this machine only; hand over what comes to `/`."""
    jobs: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - it runs in one
        jobs.add(task)
        try:
            async with asyncio.timeout(_READ_S):
                await _answer(reader, writer, answers)
        except (TimeoutError, OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            jobs.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=_HEAD)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        # The page that says it worked is still on its way when the answer is here.
        if jobs:
            await asyncio.wait(list(jobs), timeout=2.0)
        for job in jobs:
            job.cancel()


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: asyncio.Queue[dict[str, str]]
) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    method, target, *_ = [*head.split("\r\n", 1)[0].split(" "), "", ""]
    parts = urlsplit(target)
    fields = dict(parse_qsl(parts.query))
    if method != "GET" or parts.path != "/" or "state" not in fields:
        status, text = "404 Not Found", "There is nothing here."
    elif "code" in fields:
        status, text = "200 OK", "Signed in. Close this page and go back to opsconsole."
    else:
        status, text = "200 OK", "Not signed in. Close this page; opsconsole says what to do."
    body = _PAGE.format(text).encode()
    lines = (
        f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", f"Content-Length: {len(body)}",
        "Connection: close", "Cache-Control: no-store", "Referrer-Policy: no-referrer",
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'",
    )  # fmt: skip
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    await writer.drain()
    if status.startswith("200"):
        await answers.put(fields)
