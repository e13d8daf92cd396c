"""Telling our own mails in our own mailbox.

Anybody we wrote to knows our Message-IDs and can send a mail that carries one. So a sent mail also carries a seal over
its id and content, which only we can make; without it a mail is never taken for ours, and never hidden from anyone.
The id stands beside the seal: some servers put one of their own into Message-ID.
"""

import base64
import hashlib
import hmac
import re
import secrets

from opsconsole.connectors.mailtext.identity import content_digest
from opsconsole.engine.ports.machine import Memory

HEADER = "X-Opsconsole-Seal"
KEY = "seal"
"""The key is made here and opens nothing outside; it lies with what the connection remembers."""
_ID = re.compile(rb"(?im)^message-id:\s*(<ops\.[0-9a-f]{1,64}@[^\s<>]{1,255}>)\s*$")
_SEAL = re.compile(
    rb"(?im)^x-opsconsole-seal:[ \t]*([0-9a-f]{32})(?:\s+(ops\.[0-9a-f]{1,64}@[^\s<>]{1,255}))?[ \t]*\r?$"
)
_HEAD_END = re.compile(rb"\r?\n\r?\n")


class Seal:
    """Makes seals and knows them."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._key = b""

    async def ready(self) -> None:
        """Make the key where there is none yet; to be called before the others."""
        if self._key:
            return
        kept = self._memory.get(KEY)
        if not kept:
            kept = base64.b64encode(secrets.token_bytes(32)).decode()
            await self._memory.put(KEY, kept)
        self._key = base64.b64decode(kept)

    def sealed(self, raw: bytes, message_id: str) -> bytes:
        """Return a mail with its seal on top."""
        return f"{HEADER}: {self._of(message_id.encode(), raw)} {message_id.strip('<>')}\r\n".encode() + raw

    def is_ours(self, raw: bytes) -> bool:
        """Return whether we wrote this very mail."""
        return bool(self.own_id(raw))

    def own_id(self, raw: bytes) -> str:
        """Return the Message-ID of a mail that we wrote; empty for any other."""
        end = _HEAD_END.search(raw)
        head = raw[: end.start() + 2] if end else raw[:65536]
        seal = _SEAL.search(head)
        if seal is None:
            return ""
        named = _ID.search(head)
        message_id = b"<" + seal[2] + b">" if seal[2] else named[1] if named else b""
        is_ours = hmac.compare_digest(self._of(message_id, raw).encode(), seal[1])
        return message_id.decode("ascii", "replace") if is_ours else ""

    def _of(self, message_id: bytes, raw: bytes) -> str:
        said = message_id + b"\n" + content_digest(raw).encode()
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()[:32]
