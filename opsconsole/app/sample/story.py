"""What the sample's lead did about the agents themselves: hired, tried on the past, taken up, by the real commands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from opsconsole.app.sample import before, company
from opsconsole.app.sample.company import load_yaml
from opsconsole.engine.agents.file import AgentFile, read_agent_text
from opsconsole.engine.agents.yamltext.change import put_all
from opsconsole.engine.engine import Engine
from opsconsole.engine.ladder import climb, signed
from opsconsole.engine.registry import Registry
from opsconsole.store.queries import ladder as read
from opsconsole.store.queries import versions
from opsconsole.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class StoryStep:
    """One thing that she did, or had done over night. Done again, it changes nothing."""

    at: datetime
    do: str
    told: Mapping[str, Any]
    """The rest of its line in `ladder.yaml`."""


def deeds(folder: Path, *, begin: datetime) -> list[StoryStep]:
    """Return what she did, in order; `begin` is when the two weeks begin."""
    found: list[StoryStep] = []
    for line in load_yaml(folder / "ladder.yaml"):
        told = dict(line)
        at = company.moment(begin, int(told.pop("day")), str(told.pop("time")))
        found.append(StoryStep(at, str(told.pop("do")), told))
    return sorted(found, key=lambda deed: deed.at)


async def do(engine: Engine, folder: Path, deed: StoryStep, *, actor: str, begin: datetime) -> None:
    """Do it by the clock of the engine."""
    if deed.do == "past":
        await before.bring(engine, folder, begin=begin, **deed.told)
        return
    job = {"hire": _hire, "promote": _promote}[deed.do]
    await engine.writer.write(lambda tx: job(engine, tx, folder, deed.told, actor), name=f"sample.{deed.do}")


def _hire(engine: Engine, tx: Transaction, folder: Path, told: Mapping[str, Any], actor: str) -> None:
    if versions.current(tx.conn, told["agent"]) is not None:
        return
    file = _file(folder, told["agent"], told.get("put", ()), engine.registry)
    why, now = told.get("without_evidence", ""), engine.clock.now()
    signed.apply(engine.kernel, tx, file, actor=actor, now=now, reason=told["reason"], without_evidence=why)
    company.teach(tx, folder, told["agent"], actor=actor, now=now)


def _file(folder: Path, agent: str, put: Any, registry: Registry) -> AgentFile:
    """Return an agent's file as it was then: `put` names what stood otherwise in it, each as a path and a value."""
    text = (folder / "agents" / f"{agent}.yaml").read_text(encoding="utf-8")
    if put:
        text = put_all(text, {tuple(line[:-1]): line[-1] for line in put})
    return read_agent_text(text, f"{agent}.yaml", registry)


def _promote(engine: Engine, tx: Transaction, _: Path, told: Mapping[str, Any], actor: str) -> None:
    agent, category, tool = told["agent"], told["category"], told.get("tool", "")
    if any((step.category, step.tool) == (category, tool) for step in read.promotions(tx.conn, agent)):
        return
    reason = told.get("without_evidence", "")
    climb.promote(engine.kernel, tx, agent, category, tool, actor=actor, reason=reason, without_evidence=bool(reason))
