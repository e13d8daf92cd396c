"""What is found in a playbook as it is typed: the file that it makes, and what should be looked at. No Qt here."""

from dataclasses import dataclass

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.errors import FileFormatError, UserError
from opsconsole.engine.agents.difference import FieldChange, differences, raises
from opsconsole.engine.agents.file import read_agent_text
from opsconsole.engine.agents.lint import Finding, lint
from opsconsole.engine.blank.answers import CategoryAnswer
from opsconsole.engine.blank.deeds import Offer, offered
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.signed import would_be_unproven
from opsconsole.engine.playbook.told import PlaybookText
from opsconsole.engine.playbook.write import comes_from, write
from opsconsole.store.queries import connections
from opsconsole.ui.panels.agents.blank.data import TYPED


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be looked over: a text, or what a form changes in one."""

    text: str
    spec: AgentSpec | None = None
    """What the text says, where a form changes it."""
    book: PlaybookText | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found."""

    error: str = ""
    """Why it is no sound file; empty where it is."""
    findings: tuple[Finding, ...] = ()
    changes: int = 0
    raises: tuple[FieldChange, ...] = ()
    """Where the agent may do more than by the version in use."""
    is_unknown: bool = False
    """It could not be looked over; tried again, it may be."""
    text: str = ""
    """The file; empty where none could be made."""
    spec: AgentSpec | None = None
    """What it says; None where it is not sound."""
    offers: tuple[Offer, ...] = ()
    """What can be done with a new category."""
    models: tuple[str, ...] = ()
    """Names of the models that are connected."""
    unproven: tuple[str, ...] = ()
    """What it would newly make live without evidence."""


def look(kernel: Kernel, source: Source, was: AgentSpec) -> Looked:
    """Look a file over.

    Args:
        kernel: of the workspace.
        source: what is typed.
        was: the agent in use, whose name stays.
    """
    text = source.text
    if source.spec is not None and source.book is not None:
        try:
            text = write(text, source.spec, source.book, kernel.registry)
        except (LookupError, UserError) as error:
            return Looked(error.args[0] if isinstance(error, LookupError) else f"{error}")
    try:
        file = read_agent_text(text, "the file", kernel.registry)
    except FileFormatError as error:
        return Looked(str(error), text=text)
    spec = file.spec
    if spec.agent != was.agent:
        return Looked(f"`agent:` is the name under which all its work is kept: it stays {was.agent}.", text=text)
    found = lint(kernel.registry, kernel.reader, spec)
    changes, offers = len(differences(was, spec)), offers_of(kernel, spec)
    models = tuple(row.id for row in connections.connections(kernel.reader, kind="model"))
    further = raises(was, spec)
    bare = would_be_unproven(kernel.reader, kernel, file, now=kernel.clock.now())
    return Looked("", found, changes, further, text=text, spec=spec, offers=offers, models=models, unproven=bare)


def offers_of(kernel: Kernel, spec: AgentSpec) -> tuple[Offer, ...]:
    """Return what can be done with a category that a person adds."""
    connection, kind = comes_from(spec)
    return offered(kernel.registry, connection, kind, CategoryAnswer(name=TYPED, deed=""))
