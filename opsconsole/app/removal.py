"""A connection taken out of use: what hangs on it is told before, and the secrets that only it used are removed."""

import json
from dataclasses import dataclass
from datetime import datetime

from opsconsole.app.secretaudit import NAMES, audit_secret
from opsconsole.app.secretowners import OWN
from opsconsole.app.secretstore import SecretStore
from opsconsole.app.secretstore.names import in_config
from opsconsole.app.session import Session
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.errors import KeyringError, NotFoundError, UserError
from opsconsole.engine.agents.file import load_spec
from opsconsole.engine.commands.connections import disconnect
from opsconsole.store.queries import connections as read
from opsconsole.store.queries import limits, versions
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import connections as write

DESK = "desk"
NAMED = "named"
"""Under this key a connection keeps the secrets that its earlier configurations named."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What the removal of a connection comes to."""

    name: str
    kind: str
    requests: int
    """Requests that wait and need it."""
    effects: int
    """Approved actions that are still to come."""
    agents: tuple[str, ...]
    """Names of agents in use that name it."""
    secrets: tuple[str, ...]
    """Secrets that no other connection names."""


def planned(session: Session, name: str) -> Removal:
    """Say what hangs on a connection; nothing is changed.

    Raises:
        NotFoundError: there is none of that name.
        UserError: it is the desk.
    """
    if name == DESK:
        raise UserError("The desk is part of the workspace and cannot be removed.")
    conn = session.kernel.reader
    rows = {row.id: row for row in read.connections(conn)}
    row = rows.pop(name, None)
    if row is None:
        raise NotFoundError(f"There is no connection {name}.", hint="`opsconsole connect list` shows them.")
    others = {secret for other in rows.values() for secret in in_config(other.config)}
    requests, effects = read.waiting_for(conn, name)
    found = [versions.version(conn, number) for number in versions.current_version_ids(conn)]
    specs = [load_spec(version.spec) for version in found if version is not None]
    agents = tuple(spec.name for spec in specs if _names(spec, name, row.kind))
    secrets = tuple(sorted({*in_config(row.config), *_earlier(session, row)} - others))
    return Removal(name, row.kind, len(requests), effects, agents, secrets)


def note_named(tx: Transaction, name: str, *, now: datetime) -> None:
    """Before a connection is changed, keep which secrets it names: whoever removes it later removes those too."""
    row = read.connection(tx.conn, name)
    if row is not None and not row.is_off:
        named = {*in_config(row.config), *(read.recall(tx.conn, name, NAMED) or ())}
        write.remember(tx, name, NAMED, sorted(named), now=now)


def _earlier(session: Session, row: read.ConnectionRow) -> set[str]:
    """Return the secrets that only earlier configurations of a connection named, as far as they are kept."""
    conn = session.kernel.reader
    kept = {*json.loads(limits.setting(conn, NAMES) or "[]")}
    own = {name.format(row.id) for name in OWN.get(row.kind, ())} & kept
    return own | {*(read.recall(conn, row.id, NAMED) or ())}


def remove(session: Session, store: SecretStore, name: str) -> tuple[Removal, str]:
    """Take a connection out of use and remove its secrets; also say why a secret could not be removed, if so.

    Raises:
        NotFoundError, UserError: as `planned`.
        SealedError: its secrets lie in the encrypted file, which wants its passphrase; nothing was changed.
    """
    plan, trouble = planned(session, name), ""
    if plan.secrets:
        store.unlock()
    session.write(lambda tx: disconnect(session.kernel, tx, name, actor=session.actor), name="connection.remove")
    for secret in plan.secrets:
        try:
            was_there = store.delete(secret)
        except KeyringError as error:  # the connection is out of use already
            trouble = f"{error}"
            continue
        if was_there:
            audit_secret(session, "secret.removed", name=secret, is_kept=False)
    return plan, trouble


def _names(spec: AgentSpec, name: str, kind: str) -> bool:
    if kind == "model":
        return spec.brain == "model" and name in (spec.models or ("main",))
    tools = {*spec.autonomy.actions, *(tool for tools in spec.autonomy.categories.values() for tool in tools)}
    return any(subscription.connection == name for subscription in spec.subscribes) or any(
        tool.startswith(f"{name}.") for tool in tools
    )
