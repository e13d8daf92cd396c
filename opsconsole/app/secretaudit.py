"""The record of which secrets are kept; never a secret itself."""

import json

from opsconsole.app.session import Session
from opsconsole.store.queries import limits
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import settings

NAMES = "secrets"
"""The setting that holds their names."""


def audit_secret(session: Session, what: str, *, name: str, is_kept: bool) -> None:
    """Note in the record that a secret was stored or removed, and its name, which a keyring cannot list."""
    names = {*json.loads(limits.setting(session.kernel.reader, NAMES) or "[]")}
    names = names | {name} if is_kept else names - {name}

    def job(tx: Transaction) -> None:
        settings.put(tx, NAMES, json.dumps(sorted(names)))
        tx.audit(what, at=session.kernel.clock.now(), actor=session.actor, name=name)

    session.write(job, name=what)
