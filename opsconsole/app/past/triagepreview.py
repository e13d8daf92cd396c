"""What a changed file of an agent would make of its last events: told apart offline, beside the file in use."""

from opsconsole.app.session import Session, playbook_brain
from opsconsole.brains.playbook import PlaybookBrain
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.event import Event
from opsconsole.engine.agents.file import load_spec, read_agent_text
from opsconsole.engine.agents.subscriptions import is_for
from opsconsole.engine.agents.versions import in_use
from opsconsole.store.queries import events
from opsconsole.ui.reports import PlaybookPreview, PreviewedEvent

MOST = 50
"""Events that are told apart."""
LOOKED_AT = 400
"""Of the newest events so many are looked through for those that the agent works."""
ASKS = "asks you"


def preview(session: Session, agent: str, text: str) -> PlaybookPreview:
    """Tell the newest events that the agent works apart by both files.

    Raises:
        FileFormatError: the text is no sound file.
        NotFoundError: the agent is not in use.
    """
    kernel = session.kernel
    was = load_spec(in_use(kernel.reader, agent).spec)
    now = read_agent_text(text, "the file", kernel.registry).spec
    brain, found = playbook_brain(kernel.reader), list[PreviewedEvent]()
    for event in events.newest(kernel.reader, most=LOOKED_AT):
        if is_for(now, event) or is_for(was, event):
            found.append(PreviewedEvent(event.id, event.title, _told(brain, was, event), _told(brain, now, event)))
        if len(found) == MOST:
            break
    return PlaybookPreview(tuple(found))


def _told(brain: PlaybookBrain, spec: AgentSpec, event: Event) -> str:
    if not is_for(spec, event):
        return "not worked"
    name, _, _, _ = brain.classify(spec, event)
    category = spec.category(name)
    return ASKS if category is None else category.name
