"""What a changed file of an agent would make of its last events: told apart offline, beside the file in use."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from opsconsole.app.session import Session, playbook_brain
from opsconsole.brains.playbook import PlaybookBrain
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.event import Event
from opsconsole.domain.ids import EventId
from opsconsole.engine.agents.file import load_spec, read_agent_text
from opsconsole.engine.agents.subscriptions import is_for
from opsconsole.engine.agents.versions import in_use
from opsconsole.engine.pairs.category import category_of
from opsconsole.policy.windows import window_end
from opsconsole.store.cases import Hit
from opsconsole.store.queries import cases, events, pairs
from opsconsole.store.rows import Reader
from opsconsole.ui.reports import ASKS, PlaybookPreview, PreviewedEvent

MOST = 50
"""Events that are told apart."""
LOOKED_AT = 400
"""Of the newest events so many are looked through for those that the agent works."""


@dataclass(slots=True)
class _Kept:
    """What stays the same while a file is typed: the file in use, the cases, and what follows from both."""

    version: int
    cases: tuple[int, ...]
    was: AgentSpec
    told: dict[EventId, str] = field(default_factory=dict[EventId, str])
    hits: dict[tuple[str, str, int], Sequence[Hit]] = field(default_factory=dict[tuple[str, str, int], Sequence[Hit]])


class Previewer:
    """Previews one file after another; what does not hang on the file is worked out once. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: _Kept | None = None

    def preview(self, session: Session, agent: str, text: str) -> PlaybookPreview:
        """Tell the newest events that the agent works apart by both files; a new agent (its name is empty) has one.

        Raises:
            FileFormatError: the text is no sound file.
            NotFoundError: the agent is not in use.
        """
        kernel = session.kernel
        now = read_agent_text(text, "the file", kernel.registry).spec
        with self._lock:
            kept = self._keep(session, agent, now)
            brain, found = playbook_brain(kernel.reader, kept.hits), list[PreviewedEvent]()
            for event in events.newest(kernel.reader, most=LOOKED_AT):
                if is_for(now, event) or is_for(kept.was, event):
                    if event.id not in kept.told:
                        kept.told[event.id] = _told(brain, kept.was, event)
                    did = did_of(kernel.reader, now, event)
                    was = kept.told[event.id]
                    found.append(PreviewedEvent(event.id, event.title, was, _told(brain, now, event), did))
                if len(found) == MOST:
                    break
        return PlaybookPreview(tuple(found))

    def _keep(self, session: Session, agent: str, typed: AgentSpec) -> _Kept:
        """Return what was kept of an agent, or begin anew where its file or its cases are others."""
        reader = session.kernel.reader
        version = in_use(reader, agent) if agent else None
        number, known = (
            (0 if version is None else version.id),
            tuple(each for each, _, _ in cases.of_agent(reader, agent)),
        )
        kept = self._kept
        if kept is None or kept.version != number or kept.cases != known or (version is None and kept.was != typed):
            was = typed if version is None else load_spec(version.spec)
            kept = self._kept = _Kept(number, known, was)
        return kept


def did_of(reader: Reader, spec: AgentSpec, event: Event) -> str:
    """Return the name of the category in which the playbook would do what people did with an event."""
    until = window_end(event.occurred_at)
    acts = pairs.acts(reader, event.subject_id, event=event.external_id, after=event.occurred_at, until=until)
    category = spec.category(category_of(spec, [act.args for act in acts]))
    return "" if category is None else category.name


def _told(brain: PlaybookBrain, spec: AgentSpec, event: Event) -> str:
    if not is_for(spec, event):
        return "not worked"
    name, _, _, _ = brain.classify(spec, event)
    category = spec.category(name)
    return ASKS if category is None else category.name
