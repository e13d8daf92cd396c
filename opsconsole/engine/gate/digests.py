"""What an action, a card and an effect are bound by."""

import hashlib
from collections.abc import Mapping
from typing import Any

from opsconsole.domain.canonical import digest


def action_digest(*, tool: str, fingerprint: str, subject: str, args: Mapping[str, Any], salt: bytes) -> str:
    """Digest of one exact action; salted, because it stands in the audit trail and arguments can be guessed."""
    return digest({"tool": tool, "schema": fingerprint, "subject": subject, "args": dict(args), "salt": salt.hex()})


def card_digest(*, action: str, ruling_id: int, subject_mark: int, account: str | None = None) -> str:
    """Digest of what a person decides on: the action, the ruling in force, the state of the subject, the account."""
    bound = {"action": action, "ruling": ruling_id, "mark": subject_mark}
    return digest(bound | {"account": account} if account else bound)


def idempotency_key(*, workspace: str, action_id: str, action: str) -> str:
    """SHA-256 over workspace, action id and action digest, in hex: the same for every try of one effect."""
    return hashlib.sha256(f"{workspace}\n{action_id}\n{action}".encode()).hexdigest()
