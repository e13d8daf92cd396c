"""A guardrail that was broken by what acted alone: looked at once it was done, by those of the version in use."""

from dataclasses import replace
from datetime import datetime

from opsconsole.domain.enums import Verdict
from opsconsole.engine.gate.context import gate_context, terms_of
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.fall import fall
from opsconsole.engine.runstate.loaded import Loaded, wanted_again
from opsconsole.policy import rules
from opsconsole.store.rows import ActionRow
from opsconsole.store.transaction import Transaction


def look(kernel: Kernel, tx: Transaction, loaded: Loaded, action: ActionRow, *, now: datetime) -> None:
    """Take a cell down whose action was done alone though a guardrail forbids it.

    The gate asks them before; one that came into use while the call was on its way could not stop it any more.
    """
    version = kernel.roster.in_use(tx.conn, loaded.run.agent_id)
    if version is None or action.category is None:
        return
    wanted = wanted_again(kernel, loaded, action, grant=None)
    terms = terms_of(version.spec, wanted, loaded.event)
    context = gate_context(wanted, terms, kind=kernel.registry.type(action.tool), event=loaded.event, now=now)
    for reason in rules.guardrails(replace(context, is_type_changed=False)):
        if reason.verdict is Verdict.REFUSE:
            name = reason.rule.partition(":")[2]
            why = f"the guardrail {name} forbids what it did alone ({action.id})"
            fall(tx, version, action.category, action.tool, "breach", why, ground=f"action:{action.id}", now=now)
            return
