"""What an agent is to other pages: paused where its work is seen, chosen where something comes in that none works."""

from pathlib import Path

from opsconsole.app.session import opened
from opsconsole.domain.enums import ApprovalKind
from opsconsole.domain.ids import RunId
from opsconsole.engine.commands.connections import connect
from opsconsole.engine.effects.prepare import ask
from opsconsole.store.transaction import Transaction
from opsconsole.ui.panels.approvals.panel import ApprovalsPanel
from opsconsole.ui.panels.connections.panel import ConnectionsPanel
from opsconsole.ui.panels.feed.panel import FeedPanel
from tests.ui.agents.agentsample import FILE, switched, use
from tests.ui.sample import make_empty, make_worked
from tests.ui.scenes import perform, press, told, went
from tests.ui.stage import Stage, until


def test_the_agent_of_a_story_is_paused_from_it(tmp_path: Path) -> None:
    folder = make_worked(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        feed = stage.show(FeedPanel)
        feed.go({"event": 1})
        await until(lambda: feed.story.worked_by is not None)
        stage.context.commands.run("feed.pause")
        await until(lambda: switched(folder) == {"agent:mira"})

    perform(folder, scene)


def test_the_agent_of_a_request_is_paused_from_its_card(tmp_path: Path) -> None:
    folder = make_worked(tmp_path / "w")
    with opened(folder) as session:
        action = session.kernel.reader.execute("SELECT id FROM action WHERE state = 'waiting'").fetchone()[0]

        def ask_for(tx: Transaction) -> None:
            ask(
                tx,
                kind=ApprovalKind.ACTION,
                action=action,
                run=RunId(int(action.partition("/")[0])),
                agent="mira",
                digest="d",
                ruling_id=1,
                subject=1,
                because="it asks",
                expires_h=48,
                now=session.kernel.clock.now(),
            )

        session.write(ask_for, name="ask")

    async def scene(stage: Stage) -> None:
        approvals = stage.show(ApprovalsPanel)
        await until(lambda: approvals.shown is not None)
        stage.context.commands.run("approvals.pause")
        await until(lambda: switched(folder) == {"agent:mira"})

    perform(folder, scene)


def test_a_source_that_no_agent_works_says_so_and_leads_to_the_gallery(tmp_path: Path) -> None:
    folder = make_empty(tmp_path / "w")
    with opened(folder) as session:
        kernel, config = session.kernel, {"listen": "127.0.0.1:8311", "path": "/leads"}
        session.write(
            lambda tx: connect(kernel, tx, "leads", kind="webhook", config=config, actor="person:test"), name="connect"
        )

    async def scene(stage: Stage) -> None:
        asked = went(stage)
        panel = stage.show(ConnectionsPanel)
        await until(lambda: "No agent works what comes in here" in told(panel))
        press(panel, "Choose an agent")
        assert asked == [("agents", {"add": True, "connection": "leads"})]
        with opened(folder) as session:
            use(session, FILE.replace("subscribes: [{kinds", 'subscribes: [{connection: "*", kinds'))
        panel.refresh()
        await until(lambda: "No agent works what comes in here" not in told(panel))

    perform(folder, scene)
