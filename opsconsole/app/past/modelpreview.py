"""What a model would make of an agent's last events by a changed file: asked anew, for money, nothing is done."""

import asyncio
from collections.abc import Callable

from opsconsole.app.past.triagepreview import LOOKED_AT, did_of
from opsconsole.app.session import Session, Typed, models, playbook_brain
from opsconsole.brains.past import PastModelBrain
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import RunState
from opsconsole.domain.errors import TransientError
from opsconsole.domain.event import Event
from opsconsole.domain.ids import VersionId
from opsconsole.engine.agents.file import read_agent_text
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.agents.subscriptions import is_for
from opsconsole.engine.agents.versions import in_use
from opsconsole.engine.past.budget import Purse
from opsconsole.engine.past.pastrun import PastRun, Worked
from opsconsole.store.queries import events, runs
from opsconsole.ui.reports import ASKS, MODEL_EVENTS, PlaybookPreview, PreviewedEvent


def preview_with_model(
    session: Session,
    agent: str,
    text: str,
    *,
    cap: float,
    tell: Callable[[int, int], None] = lambda _, __: None,
    is_stopped: Callable[[], bool] = lambda: False,
    typed: Typed | None = None,
) -> PlaybookPreview:
    """Ask the model of a changed, sound file about the newest events that the agent works.

    Args:
        session: the workspace.
        agent: whose file it is.
        text: the file.
        cap: what the answers may cost at most, in the workspace's money.
        tell: is told (done, of).
        is_stopped: asked before each event.
        typed: the passphrase of the sealed secrets, where a window asked for it.

    Raises:
        FileFormatError: the text is no sound file.
        NotFoundError: the agent is not in use.
        UserError: no model is connected.
    """
    kernel = session.kernel
    spec = read_agent_text(text, "the file", kernel.registry).spec
    version = in_use(kernel.reader, agent)
    candidate = Version(VersionId(0), version.agent_id, version.number + 1, spec, dict(version.tools))
    newest = events.newest(kernel.reader, most=LOOKED_AT)
    chosen = [event for event in newest if is_for(spec, event)][:MODEL_EVENTS]

    async def run() -> PlaybookPreview:
        found, stopped = list[PreviewedEvent](), ""
        brain, purse = PastModelBrain(models(session, typed=typed)), Purse(cap)
        known = playbook_brain(kernel.reader)
        try:
            for number, event in enumerate(chosen):
                tell(number, len(chosen))
                if is_stopped():
                    stopped = "it was stopped"
                    break
                brain.show(event, known.precedents(spec, event), known.opinion(spec, event))
                work = PastRun(kernel.registry, candidate, brain, purse=purse)
                found.append(_previewed(session, spec, event, await work.work(event)))
        except TransientError as error:  # no answer, or none that may be paid for: what was found so far stays
            stopped = f"{error}"
        finally:
            await brain.close()
        return PlaybookPreview(tuple(found), spent=purse.spent / 1e6, stopped=stopped)

    return asyncio.run(run())


def _previewed(session: Session, spec: AgentSpec, event: Event, worked: Worked) -> PreviewedEvent:
    conn = session.kernel.reader
    last = runs.last_of(conn, event.id, spec.agent)
    is_decided = last is not None and last.state in (RunState.DONE, RunState.WAITING)
    was = _name(spec, last.category or "") if last is not None and is_decided else ""
    now = worked.failed or (ASKS if worked.is_abstained else _name(spec, worked.category))
    return PreviewedEvent(event.id, event.title, was, now, did_of(conn, spec, event))


def _name(spec: AgentSpec, category: str) -> str:
    found = spec.category(category)
    return category or ASKS if found is None else found.name
