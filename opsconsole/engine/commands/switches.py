"""Kill switches: all agents, one agent, one of its categories, one connection."""

from opsconsole.domain.errors import NotFoundError, UserError
from opsconsole.engine.kernel import Kernel
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import agents, people

_SCOPES = "all, agent:NAME, category:AGENT/CATEGORY or connection:NAME"


def category_scope(agent: str, category: str) -> str:
    """Return the scope of one category of an agent."""
    return f"category:{agent}/{category}"


def pause(kernel: Kernel, tx: Transaction, scope: str, *, actor: str, reason: str) -> None:
    """Turn a switch on. Nothing starts; nothing is lost.

    Args:
        kernel: the parts.
        tx: the transaction.
        scope: `all`, `agent:<slug>`, `category:<slug>/<category>` or `connection:<id>`.
        actor: who wants it.
        reason: for the record; may be empty.

    Raises:
        UserError: it is no such scope.
        NotFoundError: there is nothing of that name; a switch that reaches nothing would only seem to be on.
    """
    kind, name = _parted(scope)
    if not _is_there(kernel, tx, kind, name):
        raise NotFoundError(f"There is no {kind} {name} to pause. Nothing was changed.")
    now = kernel.clock.now()
    people.switch_on(tx, scope, reason=reason, actor=actor, now=now)
    words = tx.keep_reason(reason)
    tx.audit("switch.on", at=now, actor=actor, scope=scope, words=words)


def resume(kernel: Kernel, tx: Transaction, scope: str, *, actor: str) -> bool:
    """Turn a switch off; False where it was not on. What was held comes before the gate again."""
    kind, name = _parted(scope)
    if not people.switch_off(tx, scope):
        return False
    if kind == "agent":
        agents.forget_failed_runs(tx, name)  # a person has looked
    people.release_held(tx)
    tx.audit("switch.off", at=kernel.clock.now(), actor=actor, scope=scope)
    return True


def _parted(scope: str) -> tuple[str, str]:
    kind, _, name = scope.partition(":")
    is_whole = all(name.partition("/")[::2]) if kind == "category" else bool(name)
    if scope != "all" and not (kind in ("agent", "category", "connection") and is_whole):
        raise UserError(f"{scope!r} is not something to pause. Say {_SCOPES}.")
    return kind, name


def _is_there(kernel: Kernel, tx: Transaction, kind: str, name: str) -> bool:
    if kind == "all":
        return True
    if kind == "connection":
        return name in kernel.registry.connectors
    agent, _, category = name.partition("/")
    version = kernel.roster.in_use(tx.conn, agent)
    return version is not None and (kind == "agent" or version.spec.category(category) is not None)
