"""How a sender signs that has a way of its own: which header, which encoding, over what."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from opsconsole.domain.agent import Frozen, MisplacedError

FRESH_S = 300.0
"""A signed time may be so far from the present, in seconds."""
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,100}$")]
_PARTS = re.compile(r"[,\s]+")
_MOST_PARTS = 20


class HmacSigning(Frozen):
    """A signature made with a secret both sides know, as GitHub, Slack, Stripe or Shopify write it."""

    header: HeaderName
    """Holds one signature, or several with commas between them."""
    prefix: Annotated[str, Field(max_length=40)] = ""
    """Stands before each signature: `sha256=`, `v0=`, `v1=`."""
    encoding: Literal["hex", "base64"] = "hex"
    algorithm: Literal["sha256", "sha512", "sha1"] = "sha256"
    signed: Annotated[str, Field(max_length=100)] = "{body}"
    """What the signature is over: `{body}`, or with `{timestamp}` beside it."""
    timestamp_header: HeaderName | None = None
    timestamp_prefix: Annotated[str, Field(max_length=40)] = ""
    """Where the time stands among others in one header: `t=`."""

    @model_validator(mode="after")
    def _fits(self) -> "HmacSigning":
        if self.signed.count("{body}") != 1 or re.sub(r"\{(body|timestamp)\}", "", self.signed).count("{"):
            raise MisplacedError("write {body} once, and {timestamp} where the time is signed too", ("signed",))
        if ("{timestamp}" in self.signed) != (self.timestamp_header is not None):
            text = (
                "`{timestamp}` in `signed` and `timestamp_header` go together: a time that nobody signed proves nothing"
            )
            raise MisplacedError(text, ("timestamp_header",))
        return self

    def is_signed(self, headers: Mapping[str, str], body: bytes, keys: Sequence[bytes], *, now: datetime) -> bool:
        """Return whether a request is signed with one of the keys, and not at another time where that is signed."""
        signed = self.signed
        if self.timestamp_header is not None:
            told = _after(headers.get(self.timestamp_header.lower(), ""), self.timestamp_prefix)
            if not told or not told[0].isascii() or not told[0].isdigit() or len(told[0]) > 15:
                return False
            at_s = int(told[0]) / (1000 if len(told[0]) > 11 else 1)
            if abs(now.timestamp() - at_s) > FRESH_S:
                return False
            signed = signed.replace("{timestamp}", told[0])
        before, _, after = signed.partition("{body}")
        over = before.encode() + body + after.encode()
        wanted = [hmac.digest(key, over, getattr(hashlib, self.algorithm)) for key in keys]
        given = [self._bytes(text) for text in _after(headers.get(self.header.lower(), ""), self.prefix)]
        hits = [hmac.compare_digest(text, key) for text in given if text is not None for key in wanted]
        return any(hits)  # all of them are compared, so that the time it takes tells nothing

    def _bytes(self, text: str) -> bytes | None:
        try:
            return bytes.fromhex(text) if self.encoding == "hex" else base64.b64decode(text, validate=True)
        except (ValueError, binascii.Error):
            return None


def _after(value: str, prefix: str) -> list[str]:
    """Return what follows a prefix in each part of a header."""
    parts = _PARTS.split(value.strip())[:_MOST_PARTS]
    return [part.removeprefix(prefix) for part in parts if part.startswith(prefix) and part != prefix]
