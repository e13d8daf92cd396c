"""Is a request from who it should be from? Answers yes or no, and never says why not."""

import base64
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from opsconsole.connectors.webhook.signing import HmacSigning
from opsconsole.domain.errors import UserError

PARTS = ("id", "timestamp", "signature")
"""What is said of a request by headers called `webhook-…`, which some senders call `svix-…`."""


def as_standard(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers with what Svix calls `svix-…` under the standard's names, where those are not there at all."""
    if any(f"webhook-{part}" in headers for part in PARTS):
        return dict(headers)
    return {**headers, **{f"webhook-{part}": headers[f"svix-{part}"] for part in PARTS if f"svix-{part}" in headers}}


class Verifier:
    """Checks requests against secrets, any of which is enough."""

    def __init__(self, kind: str, secrets: Sequence[str], *, signing: HmacSigning | None = None) -> None:
        """Prepare; `signing` is how the sender signs whose kind is `hmac`.

        Raises:
            UserError: a signing secret has not the form it must have.
        """
        self._bearers = [secret.encode() for secret in secrets] if kind == "bearer" else []
        self._signers = [_signer(secret) for secret in secrets] if kind == "standard_webhooks" else []
        self._keys = [secret.encode() for secret in secrets]
        self._signing = signing if kind == "hmac" else None
        self._is_open = kind == "nobody"

    def is_genuine(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> bool:
        """Return whether a request carries the secret or a signature made with it, not older than five minutes."""
        if self._is_open:
            return True
        if self._signing is not None:
            return self._signing.is_signed(headers, body, self._keys, now=now)
        if self._bearers:
            kind, _, token = headers.get("authorization", "").partition(" ")
            given = token.strip().encode("utf-8", "surrogateescape")
            is_known = [hmac.compare_digest(given, bearer) for bearer in self._bearers]
            return kind.lower() == "bearer" and any(is_known)
        return any(_is_signed(signer, headers, body) for signer in self._signers)


def _signer(secret: str) -> Webhook:
    try:
        text = secret.removeprefix("whsec_").rstrip("=")
        base64.b64decode(text + "=" * (-len(text) % 4), validate=True)  # the library would skip what is no base64
        return Webhook(secret)
    except Exception:
        text = "A signing secret for a webhook is base64, often after `whsec_`. Copy it from the sender once more."
        raise UserError(text) from None  # the library's error could show part of the secret


def _is_signed(signer: Webhook, headers: Mapping[str, str], body: bytes) -> bool:
    named = {f"webhook-{part}": headers.get(f"webhook-{part}", "") for part in PARTS}
    try:
        signer.verify(body, named, json_parse=False)
    except (WebhookVerificationError, ValueError, OverflowError):  # ValueError: not UTF-8, not base64, no comma
        return False
    return True
