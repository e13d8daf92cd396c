"""Steps down: at once, one cell, one rung. They bind what is queued, parked and prepared, by the gate."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from opsconsole.domain.enums import Level
from opsconsole.domain.errors import DecisionError, NotFoundError
from opsconsole.domain.naming import tool_words
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.gates import Evidence
from opsconsole.policy.ladder import watch
from opsconsole.policy.trials import is_right, is_severe
from opsconsole.store.queries import ladder as read
from opsconsole.store.queries import versions
from opsconsole.store.queries.ladder import Audited, Demotion
from opsconsole.store.rows import present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import ladder as write

Trigger = Literal["severe", "breach", "alarm", "unaudited", "tool", "account", "model", "person"]
ENGINE = "engine"


def fall(
    tx: Transaction,
    version: Version,
    category: str,
    tool: str,
    trigger: Trigger,
    why: str,
    *,
    ground: str = "",
    actor: str = ENGINE,
    now: datetime,
) -> Demotion | None:
    """Take a cell down one rung; None where it stands on none above the lowest.

    Only a severe error and a person take down what asks a person anyway: the other triggers are about acting alone.
    What it has begun is not lost: whatever of it is not sent yet comes before the gate again, which now asks.

    Args:
        tx: the transaction.
        version: the agent's in use.
        category: the cell's.
        tool: the cell's.
        trigger: which rule took it down.
        why: one sentence for people; without a customer's words, since the record keeps it.
        ground: what it stands on, so that it can fall away: `pair:12`.
        actor: a person, or the engine.
        now: aware.
    """
    agent, set_to = version.agent_id, version.spec.autonomy.level(tool, category)
    held = read.ceiling(tx.conn, agent, category, tool)
    was = set_to if held is None else min(set_to, held.ceiling)
    lowest = Level.OBSERVE if trigger in ("severe", "person") else Level.APPROVAL
    if was <= lowest:
        return None
    ceiling = Level(was - 1)
    facts = {"agent": agent, "category": category, "tool": tool, "trigger": trigger}
    number = write.add_demotion(tx, was=was, ceiling=ceiling, why=why, ground=ground, actor=actor, now=now, **facts)
    is_by_person = trigger == "person"
    tx.audit(
        "ladder.demoted",
        at=now,
        actor=actor,
        version=version.id,
        demotion=number,
        was=int(was),
        ceiling=int(ceiling),
        ground=ground or None,
        why=None if is_by_person else why,
        words=tx.content_digest(tx.keep({"reason": why})) if is_by_person else None,
        **facts,
    )
    write.bring_forward(tx, agent, category, tool, now=now)
    return present(read.ceiling(tx.conn, agent, category, tool), f"demotion {number}")


def demote(
    kernel: Kernel, tx: Transaction, agent: str, category: str, tool: str, *, actor: str, reason: str
) -> Demotion:
    """Take a cell down one rung because a person wants it. Lowering never asks for anything.

    Raises:
        NotFoundError: there is no such agent, category or action in it.
        DecisionError: it only recommends already.
    """
    version = kernel.roster.in_use(tx.conn, agent)
    if version is None or version.spec.category(category) is None or kernel.registry.type(tool) is None:
        raise NotFoundError(f"There is no {tool} in {category} of {agent}. Nothing was changed.")
    told = " ".join(reason.split()) or "a person took it down"
    made = fall(tx, version, category, tool, "person", told, actor=actor, now=kernel.clock.now())
    if made is None:
        raise DecisionError(f"{tool_words(tool)} only recommends there already. Nothing was changed.")
    return made


def look_at_audited(kernel: Kernel, tx: Transaction, agent: str, category: str) -> None:
    """Take down the cells of a category whose audited decisions ask for it now, and lift what asks no more.

    Called whenever one of those decisions is made by a person, or judged otherwise.
    """
    version, now = kernel.roster.in_use(tx.conn, agent), kernel.clock.now()
    if version is None:
        return
    _lift_groundless(tx, version, category, now=now)
    found = Evidence(tx.conn, agent, versions.decides(tx.conn, version.id), now=now)
    tools = dict.fromkeys(each.tool for each in read.audited(tx.conn, agent, category))
    for tool in tools:
        counted = [each for each in found.drawn(category, tool) if _proves(each)]
        severe = next((each for each in counted if is_severe(each.counted)), None)
        if severe is not None and not _is_known(tx, agent, category, tool, f"pair:{severe.pair}"):
            why = f"a severe error in an audited decision (pair {severe.pair})"
            fall(tx, version, category, tool, "severe", why, ground=f"pair:{severe.pair}", now=now)
        elif (rang := _alarm(counted)) is not None:
            bad, last = sum(is_right(each.counted) is False for each in rang), rang[-1].pair
            if not _is_known(tx, agent, category, tool, f"alarm:{last}"):
                why = f"{bad} of the last {len(rang)} audited decisions were wrong"
                fall(tx, version, category, tool, "alarm", why, ground=f"alarm:{last}", now=now)


def _alarm(counted: Iterable[Audited]) -> list[Audited] | None:
    """Return the decisions made alone until the alarm rang; None where it did not."""
    alone = [each for each in counted if each.level is Level.AUTONOMOUS]
    rang = watch(is_right(each.counted) is False for each in alone).rang_after
    return None if rang is None else alone[:rang]


def _proves(each: Audited) -> bool:
    return is_right(each.counted) is not None


def _is_known(tx: Transaction, agent: str, category: str, tool: str, ground: str) -> bool:
    return any(
        (fallen.category, fallen.tool, fallen.ground) == (category, tool, ground)
        and (fallen.lifted_at is None or fallen.lifted_by != ENGINE)
        for fallen in read.demotions(tx.conn, agent)
    )


def _lift_groundless(tx: Transaction, version: Version, category: str, *, now: datetime) -> None:
    """End the steps down whose decisions a person has judged right since."""
    every = read.audited(tx.conn, version.agent_id, category)
    for fallen in read.in_force(tx.conn, version.agent_id):
        if fallen.category != category or fallen.trigger not in ("severe", "alarm"):
            continue
        before = [each for each in every if each.tool == fallen.tool and _proves(each)]
        number = int(fallen.ground.partition(":")[2] or 0)
        if fallen.trigger == "severe":
            stands = any(each.pair == number and is_severe(each.counted) for each in before)
        else:
            ends = next((at for at, each in enumerate(before) if each.pair == number), len(before) - 1)
            stands = _alarm(before[: ends + 1]) is not None
        if not stands:
            write.lift(tx, fallen.id, actor=ENGINE, promotion=None, now=now)
            why = "what it stood on was judged right"
            tx.audit("ladder.lifted", at=now, actor=ENGINE, agent=fallen.agent, demotion=fallen.id, why=why)
