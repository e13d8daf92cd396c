"""The answers of a person who takes everything as it is proposed."""

from dataclasses import replace

from opsconsole.engine.blank import never
from opsconsole.engine.blank.answers import Answers, CategoryAnswer
from opsconsole.engine.blank.deeds import offered
from opsconsole.engine.blank.proposals import ProposedCategory, Source
from opsconsole.engine.registry import Registry

ASKED_WHEN = "somebody is angry or threatens, or money or a contract is at stake"
SIGNS = frozenset(("agreed", "nothing_back"))


def answer_to(proposal: ProposedCategory) -> CategoryAnswer:
    """Return a proposal as an answer; what shall happen with it is open."""
    return CategoryAnswer(
        name=proposal.name,
        deed="",
        id=proposal.id,
        field=proposal.field,
        place=proposal.place,
        examples=proposal.examples,
    )


def usual(name: str, source: Source, registry: Registry) -> Answers:
    """Return the usual answers for what comes from a source: each likely category, put where people put it."""
    found: list[CategoryAnswer] = []
    for proposal in source.proposals:
        if proposal.is_likely:
            answer = answer_to(proposal)
            deed = offered(registry, source.connection, source.kind, answer)[0].id
            found.append(replace(answer, deed=deed))
    return Answers(
        name=name,
        connection=source.connection,
        kind=source.kind,
        categories=tuple(found),
        never=frozenset(never.CHOICES),
        asked_when=ASKED_WHEN,
        signs=SIGNS,
    )
