"""A rig whose agents think with a model: the real chain of brains over a scripted endpoint."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from opsconsole.app.session import playbook_brain
from opsconsole.brains.chain import BrainChain
from opsconsole.brains.model import Endpoint, LanguageModelBrain, ModelConfig
from opsconsole.connectors.desk.tools import desk_tools
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.errors import SecretMissingError
from opsconsole.domain.event import Event
from opsconsole.domain.ids import ConnectionId, EventId, RunId, SubjectId
from opsconsole.doubles.clock import FakeClock
from opsconsole.doubles.modelendpoint import Reply, Request, Script, ScriptedEndpoint
from opsconsole.engine.engine import Engine
from opsconsole.engine.ports.brain import CaseExample, PastTurn, RunView
from opsconsole.engine.ports.connector import Connector
from opsconsole.net.client import HttpClient
from opsconsole.store import workspace as workspaces
from tests.support.rig import Rig, agent, desk_only, mail, rig

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TOOLS = {kind.name: kind for kind in desk_tools()}


class KnownSecrets:
    """Secrets of a test, in memory."""

    def __init__(self, **known: str) -> None:
        self.known = known

    def get(self, name: str) -> str:
        """Return one."""
        if name not in self.known:
            raise SecretMissingError(f"The secret {name} is kept nowhere.")
        return self.known[name]

    def put(self, name: str, value: str) -> None:
        """Keep one."""
        self.known[name] = value

    def delete(self, name: str) -> bool:
        """Forget one."""
        return self.known.pop(name, None) is not None


def thinker(*, level: int = 3, **changes: Any) -> AgentSpec:
    """An agent that thinks with the model `main`, may do everything on the desk, and asks a person at the end."""
    facts: dict[str, Any] = {"brain": "model", "fallback": "person", "tools": ["desk.*"], "approvals": {"veto_s": 0}}
    return agent(level=level, **(facts | changes))


_TEXTS = {"case": "please have a look at my question", "other": "cancel the contract at the end of the year"}
DISPUTING = thinker(
    playbook={
        "purpose": "a test",
        "categories": [
            {"id": name, "name": name, "examples": [text], "criteria": text} for name, text in _TEXTS.items()
        ],
    }
)
"""An agent whose offline triage learns by `dispute` to be sure that a mail is a `case`."""


async def dispute(r: Rig) -> None:
    """Let the offline triage learn, then take a mail that it is sure of."""
    cases = [("case", "Question about my account. Could you have a look, please?")] * 12
    cases += [("other", "We want to cancel the contract at the end of the year.")] * 12
    for number, (category, said) in enumerate(cases):
        r.brain.learn(CaseExample(number + 1, "mira", category, f"{said} {number}"))
    await r.take(mail(title="Question about my account", text="Could you have a look, please?"))


def in_order(*replies: Reply | Callable[[Request], Reply]) -> Script:
    """Make a script that gives these replies one after another, then the last one again and again."""
    left = list(replies)

    def script(request: Request) -> Reply:
        reply = left.pop(0) if len(left) > 1 else left[0]
        return reply(request) if callable(reply) else reply

    return script


def run_view(text: str = "Could you help?", past: tuple[PastTurn, ...] = (), **fields: Any) -> RunView:
    """Return a run as a model sees it, of a mail with this text."""
    event = Event(
        id=EventId(1),
        connection=ConnectionId("desk"),
        external_id="<1>",
        kind="mail.received",
        subject_id=SubjectId(1),
        subject="thread:<1>",
        occurred_at=NOW,
        received_at=NOW,
        title="A question",
        text=text,
        sender="ann@harbour.example",
        sender_name="Ann Harbour",
        is_verified=True,
        is_untrusted=True,
        recipients=(),
        fields=fields,
        problems=(),
    )
    return RunView(RunId(1), agent(), event, past, NOW, TOOLS)


@asynccontextmanager
async def thinking(
    folder: Path,
    script: Script,
    *specs: AgentSpec,
    connectors: Callable[[Engine], list[Connector]] = desk_only,
    secrets: KnownSecrets | None = None,
    others: Mapping[str, Script] | None = None,
    clock: FakeClock | None = None,
    **config: Any,
) -> AsyncGenerator[tuple[Rig, dict[str, ScriptedEndpoint]]]:
    """Start a workspace whose model `main` answers by a script, and perhaps `others`."""
    named = {"main": script, **(others or {})}
    time = clock or FakeClock()
    workspaces.create(folder, at=time.now(), actor="person:test").close()
    place = workspaces.open_(folder)
    reader, http = place.database.reader(), HttpClient()
    servers: dict[str, ScriptedEndpoint] = {}
    endpoints: dict[str, Endpoint] = {}
    try:
        for name, script in named.items():
            servers[name] = await ScriptedEndpoint(script).__aenter__()
            facts = {"base_url": servers[name].base_url, "model": "fake", "timeout_s": 5, "stall_s": 0.2} | config
            made = ModelConfig.model_validate(facts)
            endpoints[name] = Endpoint(name, made, secrets=secrets or KnownSecrets(), http=http)
        playbook = playbook_brain(reader)
        brain = BrainChain(playbook, LanguageModelBrain(playbook.precedents, playbook.opinion), endpoints)
        async with rig(folder, brain, *(specs or (thinker(),)), clock=time, connectors=connectors) as made_rig:
            yield made_rig, servers
    finally:
        for server in servers.values():
            await server.__aexit__()
        await http.close()
        reader.close()
        place.close()
