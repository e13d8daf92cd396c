"""What a person may choose from: what comes in, the categories it proposes, and what may happen with each. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass

from opsconsole.engine.agents.file import read_agent_text
from opsconsole.engine.agents.lint import lint
from opsconsole.engine.blank.answers import Answers, CategoryAnswer
from opsconsole.engine.blank.deeds import Offer, offered
from opsconsole.engine.blank.file import blank_file
from opsconsole.engine.blank.proposals import ProposedCategory, Source, proposals
from opsconsole.engine.blank.usual import answer_to
from opsconsole.engine.kernel import Kernel

TYPED = "the place of that name"
"""Stands for the name that a person types."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What comes in from one place, with what may happen."""

    source: Source
    offers: Mapping[str, tuple[Offer, ...]]
    """Id of a proposed category → what may happen with it, what people did first."""
    own: tuple[Offer, ...]
    """What may happen with one that a person types."""

    @property
    def key(self) -> tuple[str, str]:
        """Which one it is."""
        return self.source.connection, self.source.kind


@dataclass(frozen=True, slots=True)
class Made:
    """What the answers make."""

    text: str
    notes: tuple[str, ...]
    """What should be looked at in it."""


def choices(kernel: Kernel) -> tuple[Choice, ...]:
    """Query what there is to choose from."""
    return tuple(_choice(kernel, source) for source in proposals(kernel))


def _choice(kernel: Kernel, source: Source) -> Choice:
    def offers(category: CategoryAnswer) -> tuple[Offer, ...]:
        return offered(kernel.registry, source.connection, source.kind, category)

    own = offers(CategoryAnswer(name=TYPED, deed=""))
    return Choice(source, {each.id: offers(answer_to(each)) for each in source.proposals}, own)


def made_of(kernel: Kernel, answers: Answers) -> Made:
    """Make the file, and look it over.

    Raises:
        OpsError: it cannot be made of these answers.
    """
    text = blank_file(answers, kernel.registry)
    spec = read_agent_text(text, "the new agent", kernel.registry).spec
    return Made(text, tuple(finding.text for finding in lint(kernel.registry, kernel.reader, spec)))


def place_words(proposal: ProposedCategory) -> str:
    """Return where a category was found: `12 in the folder Cards`."""
    words = {"folder": "in the folder", "queue": "in the queue", "tag": "with the tag"}
    return f"{proposal.count:,} {words[proposal.field]} {proposal.place}"
