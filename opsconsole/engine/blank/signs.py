"""How a person will see that an agent works: plain signs, which stand in its purpose and its summary."""

from collections.abc import Mapping

from opsconsole.domain.naming import spoken
from opsconsole.engine.blank.answers import Answers, clean

CHOICES: Mapping[str, tuple[str, str]] = {
    "agreed": (
        "It would have done what our people did, in at least 19 of 20 cases",
        "it does what our people would have done, in at least 19 of 20 cases",
    ),
    "nothing_back": ("Nobody has to take back what it did", "nobody has to take back what it did"),
    "nothing_lies": ("Nothing lies unsorted at the end of a day", "nothing lies unsorted at the end of a day"),
}
"""Sign → what it is called, and how a sentence goes on with it."""
REVIEWED = {"week": "each week", "month": "each month"}
_KINDS = {
    "mail.received": "mail",
    "ticket.created": "tickets",
    "lead.created": "leads",
    "deal.stalled": "deals that went quiet",
}


def kind_words(kind: str) -> str:
    """Return what events of a kind are called: `mail`, `tickets`, `form sent`."""
    return _KINDS.get(kind) or spoken(kind).lower()


def summary(answers: Answers) -> str:
    """Return what the agent is there for, in a sentence."""
    names = [clean(category.name) for category in answers.categories]
    shown, more = names[:4], len(names) - 4
    told = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
    return f"Tells {kind_words(answers.kind)} apart ({told}) and does with each what is usual."


def purpose(answers: Answers) -> str:
    """Return what it is to do, and how one sees that it works."""
    found = [ends for name, (_, ends) in CHOICES.items() if name in answers.signs]
    if own := clean(answers.sign_else).rstrip("."):
        found.append(own)
    listed = found[0] if len(found) == 1 else f"{'; '.join(found[:-1])}; and {found[-1]}"
    reviewed = REVIEWED.get(answers.reviewed, REVIEWED["week"])
    return f"Do with what comes in what our people would do. It works when {listed}. Looked at {reviewed}."


def escalation(answers: Answers) -> str:
    """Return when a person is asked, and what must never happen in a person's own words."""
    parts = [clean(answers.asked_when).rstrip(".")]
    if own := clean(answers.never_else).rstrip("."):
        parts.append(f"Never: {own}")
    return ". ".join(part for part in parts if part)
