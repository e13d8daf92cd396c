"""The record of which secrets are kept; never a secret itself."""

import json

from opsconsole.app.session import Session
from opsconsole.store.queries import limits
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import connections, settings

NAMES = "secrets"
"""The setting that holds their names."""


def audit_secret(session: Session, what: str, *, name: str, is_kept: bool) -> None:
    """Note in the record that a secret was stored or removed, and its name, which a keyring cannot list.

    Connections that name it are opened anew.
    """
    names = {*json.loads(limits.setting(session.kernel.reader, NAMES) or "[]")}
    names = names | {name} if is_kept else names - {name}

    def job(tx: Transaction) -> None:
        now = session.kernel.clock.now()
        settings.put(tx, NAMES, json.dumps(sorted(names)))
        connections.settle_those_with(tx, name, now=now)
        tx.audit(what, at=now, actor=session.actor, name=name)

    session.write(job, name=what)
