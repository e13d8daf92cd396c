"""Kill switches: all agents, one agent, one connection."""

from opsconsole.domain.errors import NotFoundError, UserError
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import versions
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import people


def pause(kernel: Kernel, tx: Transaction, scope: str, *, actor: str, reason: str) -> None:
    """Turn a switch on: `all`, `agent:<slug>` or `connection:<id>`. Nothing starts; nothing is lost.

    Raises:
        UserError: it is no such scope.
        NotFoundError: there is nothing of that name; a switch that reaches nothing would only seem to be on.
    """
    _check(scope)
    kind, _, name = scope.partition(":")
    is_there = {
        "all": lambda: True,
        "agent": lambda: versions.current_version_of(tx.conn, name) is not None,
        "connection": lambda: name in kernel.registry.connectors,
    }
    if not is_there[kind]():
        raise NotFoundError(f"There is no {kind} {name} to pause. Nothing was changed.")
    now = kernel.clock.now()
    people.switch_on(tx, scope, reason=reason, actor=actor, now=now)
    words = tx.content_digest(tx.keep({"reason": reason})) if reason else None
    tx.audit("switch.on", at=now, actor=actor, scope=scope, words=words)


def resume(kernel: Kernel, tx: Transaction, scope: str, *, actor: str) -> bool:
    """Turn a switch off; False where it was not on. What was held comes before the gate again."""
    _check(scope)
    if not people.switch_off(tx, scope):
        return False
    people.release_held(tx)
    tx.audit("switch.off", at=kernel.clock.now(), actor=actor, scope=scope)
    return True


def _check(scope: str) -> None:
    kind, _, name = scope.partition(":")
    if scope != "all" and not (kind in ("agent", "connection") and name):
        raise UserError(f"{scope!r} is not something to pause. Say all, agent:NAME or connection:NAME.")
