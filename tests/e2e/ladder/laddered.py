"""An agent whose drawn decisions are made by a person too: what the ladder counts."""

from collections.abc import Sequence
from typing import Any

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Adjudication
from opsconsole.engine.ladder import verdicts
from opsconsole.engine.ladder.climb import promote, rung_of
from opsconsole.engine.ladder.draws import Answered, OwnAct, answer
from opsconsole.engine.ladder.rungs import Rung
from opsconsole.store.queries import ladder as read
from opsconsole.store.queries.ladder import Demotion
from tests.support.rig import Rig, agent, call, mail

DO, SEND = "out.do", "out.send"
ACT = call(DO, what="file it")
STEPS: list[dict[str, Any]] = [
    {"do": DO, "with": {"what": "file it"}},
    {"do": SEND, "with": {"what": "hi", "to": "a@b.c"}},
]


def worker(*, level: int = 3, stage: str = "full", **changes: Any) -> AgentSpec:
    """Return an agent with one category whose steps name both tools."""
    category = {"id": "case", "name": "Case", "steps": STEPS}
    body: dict[str, Any] = {
        "stage": {"default": stage},
        "autonomy": {"default": 1, "actions": {DO: level, SEND: 2}},
        "playbook": {"purpose": "a test", "categories": [category]},
    }
    return agent(**(body | changes))


async def work(r: Rig, number: int, *, minutes: float = 0) -> int:
    """Take one mail of its own customer in, let time pass, and return its run."""
    sender = f"c{number}@customer.example"
    event = mail(number, sender=sender, occurred_at=r.clock.now())
    await r.take(event)
    if minutes:
        await r.wait(minutes=minutes)
    return number


async def decide(r: Rig, run: int, acts: Sequence[OwnAct] = (OwnAct(DO, {"what": "file it"}),)) -> Answered:
    """Make a drawn decision as a person."""
    return await r.engine.writer.write(
        lambda tx: answer(r.kernel, tx, run, acts=acts, actor="person:test"), name="draw.decide"
    )


async def judge(r: Rig, pair: int, said: Adjudication) -> None:
    """Say who was right."""
    await r.engine.writer.write(
        lambda tx: verdicts.judge(r.kernel, tx, pair, said, actor="person:test"), name="pair.judge"
    )


async def climb(r: Rig, tool: str = DO, **words: Any) -> None:
    """Sign a step up."""
    await r.engine.writer.write(
        lambda tx: promote(r.kernel, tx, "mira", "case", tool, actor="person:lea", **words), name="ladder.promote"
    )


def rung(r: Rig, tool: str = DO) -> Rung:
    """Return where a cell stands."""
    return rung_of(r.kernel, r.engine.reader, "mira", "case", tool)[1]


def fallen(r: Rig) -> list[Demotion]:
    """Return every step down, the newest first."""
    return read.demotions(r.engine.reader, "mira")
