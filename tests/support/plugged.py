"""A workspace that is plugged into each real kind of system: a mailbox, a REST system, a webhook, a model."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from opsconsole.app.connections import Parts, connector_of
from opsconsole.app.secretstore.names import PASSPHRASE
from opsconsole.connectors.mail.config import Login
from opsconsole.domain.action import Proposal
from opsconsole.domain.agent import AgentSpec
from opsconsole.doubles.brain import FakeBrain
from opsconsole.doubles.modelendpoint import Script, ScriptedEndpoint
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.commands.connections import connect, disconnect
from opsconsole.engine.connected import Make
from opsconsole.engine.engine import Engine
from opsconsole.engine.ladder.share import set_asked_share
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries import approvals
from tests.support.http.served import good, served
from tests.support.http.threaded import RestSystem
from tests.support.mail.dovecot import Dovecot
from tests.support.mail.mailrig import SUPPORT, WORDS, letter, mail_config, until
from tests.support.mail.relay import Relay
from tests.support.ports import free_port
from tests.support.rig import agent, call
from tests.support.secrets.sealed import WORD, no_keyring, seal, store

TOKEN, SIGNING = "crm-token-4711", "hook-word-4711"


@dataclass
class Plugged:
    """Everything outside of the workspace."""

    folder: Path
    dovecot: Dovecot
    relay: Relay
    crm: RestSystem
    model: ScriptedEndpoint
    hook_port: int

    @property
    def configs(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Name → kind and configuration."""
        return {
            "mail": ("mail", self.mail()),
            "crm": ("http", self.rest()),
            "hook": ("webhook", self.hook()),
            "main": ("model", {"base_url": self.model.base_url, "model": "fake"}),
        }

    def mail(self, **changes: Any) -> dict[str, Any]:
        login = Login(user=SUPPORT, secret="mail-word")
        facts = mail_config(self.dovecot.imap_port, self.dovecot.smtp_port, login=login, **changes)
        return facts.model_dump(mode="json")

    def rest(self, **changes: Any) -> dict[str, Any]:
        text = {"type": "string"}
        note = {
            "name": "note",
            "title": "write a note",
            "effect": "internal",
            "method": "POST",
            "path": "/notes",
            "body": {"text": "{{ args.text }}"},
            "arguments": {"type": "object", "properties": {"text": text}, "required": ["text"]},
            "current": {"path": "/notes/last", "values": {"text": "{{ body.text }}"}},
        }
        head = {"Authorization": "Bearer {{ secret('crm-token') }}"}
        return {
            "connection": "crm",
            "kind": "http",
            "base": self.crm.base,
            "headers": head,
            "actions": [note],
        } | changes

    def hook(self, **changes: Any) -> dict[str, Any]:
        event = {
            "id": "{{ body.id }}",
            "kind": "lead.created",
            "subject": "lead:{{ body.id }}",
            "title": "{{ body.id }}",
        }
        facts = {"connection": "hook", "kind": "webhook", "listen": f"127.0.0.1:{self.hook_port}", "path": "/leads"}
        return facts | {"verify": "bearer", "secret": "hook-word", "event": event} | changes


@contextmanager
def plugged(place: Path, monkeypatch: pytest.MonkeyPatch, *, script: Script = good) -> Generator[Plugged]:
    """Start every system, and keep the secrets that open them in the encrypted file of a workspace to be."""
    no_keyring(place, monkeypatch)
    folder = place / "ws"
    seal(folder, mail_word=WORDS[SUPPORT], crm_token=TOKEN, hook_word=SIGNING)
    monkeypatch.setenv(PASSPHRASE, WORD)
    with Relay() as relay, Dovecot(WORDS, relay_port=relay.port) as dovecot, RestSystem(_crm) as crm:
        relay.deliver_to(dovecot.lmtp_port, dovecot.home)
        with served(script) as model:
            yield Plugged(folder, dovecot, relay, crm, model, free_port())


async def _crm(request: web.Request) -> web.StreamResponse:
    if request.headers.get("Authorization") != f"Bearer {TOKEN}":
        return web.json_response({}, status=401)
    return web.json_response({"text": "as it was"})


@dataclass
class AtWork:
    """An engine that knows its connections from the workspace alone."""

    engine: Engine
    running: "asyncio.Task[None]"

    async def connect(self, name: str, kind: str, config: dict[str, Any]) -> None:
        """Connect as another process would."""
        await self._write(
            lambda tx: connect(self.engine.kernel, tx, name, kind=kind, config=config, actor="person:test")
        )

    async def disconnect(self, name: str) -> None:
        """Remove as another process would."""
        await self._write(lambda tx: disconnect(self.engine.kernel, tx, name, actor="person:test"))

    async def plug(self, out: "Plugged", spec: AgentSpec | None = None) -> None:
        """Connect all of them, and put an agent in use that knows their tools: this one, or one that asks.

        Nothing of what is asked is drawn to be decided first, else each fifth request would be hidden, in other runs
        others; the file says so, since the engine may be another process.
        """
        await self._write(lambda tx: set_asked_share(self.engine.kernel, tx, "0", actor="person:test"))
        for name, (kind, config) in out.configs.items():
            await self.connect(name, kind, config)
        await until(lambda: self.names == {*out.configs}, "the connections")
        subscribes = [{"connection": name, "kinds": ["*"]} for name in ("mail", "hook")]
        spec = spec or agent(level=2, subscribes=subscribes, approvals={"veto_s": 0})
        file, registry, now = AgentFile(spec, ""), self.engine.registry, self.engine.clock.now()
        await self._write(lambda tx: apply_agent(tx, file, registry, actor="person:test", now=now))

    async def _write(self, job: Callable[[Any], Any]) -> None:
        await self.engine.writer.write(job, name="test")

    @property
    def names(self) -> set[str]:
        """What is connected, as the engine knows it."""
        return {*self.engine.registry.connectors} - {"desk"}

    def waiting(self) -> int:
        return len(approvals.waiting_approvals(self.engine.reader))


@asynccontextmanager
async def at_work(folder: Path, *wants: str) -> AsyncGenerator[AtWork]:
    """Run an engine whose agent wants these, in turn with each event; they ask."""
    place = workspaces.open_(folder)
    secrets = store(folder)

    def connecting(engine: Engine) -> Make:
        parts = Parts(engine.reader, engine.writer, engine.clock, secrets)
        return lambda row: connector_of(row, parts)

    try:
        async with Engine(place, connecting, FakeBrain(lambda view: _wanted(view, wants))) as engine:
            made = AtWork(engine, asyncio.create_task(engine.run()))
            yield made
            assert not made.running.done(), made.running.exception()
            engine.stop()
            await made.running
    finally:
        place.close()


def _wanted(view: RunView, wants: tuple[str, ...]) -> Turn:
    if view.past or not wants:
        return Turn(category="case", confidence=1.0, final="done")
    tool = wants[view.event.id % len(wants)]
    given: Proposal = {
        "mail.archive": call("mail.archive"),
        "mail.reply": call("mail.reply", to=view.event.sender, text="Thank you."),
        "crm.note": call("crm.note", text="as it shall be"),
    }[tool]
    return Turn(category="case", confidence=1.0, proposals=(given,))


async def fill(out: Plugged, count: int) -> None:
    """Connect everything, and work so many mails, each of which asks for something in another system."""
    async with at_work(out.folder, "mail.archive", "mail.reply", "crm.note") as work:
        await work.plug(out)
        for number in range(1, count + 1):
            await asyncio.to_thread(out.dovecot.deliver, letter(number), SUPPORT)
        await until(lambda: work.waiting() >= count, "what is asked", timeout_s=30)
