"""What an answer to an agent's question says: which of those offered, and what is learnt from it."""

import difflib
from datetime import datetime

from opsconsole.domain.errors import DecisionError
from opsconsole.engine.commands.decisions import Card
from opsconsole.store import cases
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction


def one_of(card: Card, answer: str) -> str:
    """Return the answer as the question offers it, where it offers any; `none` is always one.

    Raises:
        DecisionError: it is none of them; a slip of the pen must not end a run.
    """
    options = [str(option) for option in card.action.args.get("options") or ()]
    names = {option.casefold(): option for option in options}
    if card.action.args.get("about") == "category":
        names |= {category.name.casefold(): category.id for category in card.loaded.version.spec.playbook.categories}
    wanted = answer.strip()
    if not options or wanted.casefold() == "none":
        return wanted
    if (found := names.get(wanted.casefold())) is not None:
        return found
    close = difflib.get_close_matches(wanted.casefold(), names, n=1, cutoff=0.4)
    hint = f" Did you mean {names[close[0]]}?" if close else ""
    raise DecisionError(f"{wanted!r} is none of the answers: {', '.join(options)}, or none.{hint} Nothing was changed.")


def learn(tx: Transaction, card: Card, answer: str, *, actor: str, now: datetime) -> bool:
    """Keep the event with the category a person gave it as a precedent; False where it names none."""
    wanted = answer.strip().casefold()
    for category in card.loaded.version.spec.playbook.categories:
        if wanted in (category.id.casefold(), category.name.casefold()):
            event, at = card.loaded.event, to_micros(now)
            case = cases.add_case(
                tx.conn,
                scope=card.approval.agent_id,
                category=category.id,
                text=event.precedent,
                source="person",
                occurred_at=to_micros(event.occurred_at),
                created_at=at,
                event_id=str(event.id),
            )
            tx.audit("case.learnt", at=now, actor=actor, case=case, agent=card.approval.agent_id, event=event.id)
            tx.touch("cases")
            return True
    return False
