"""The summary of a workspace: what came in, what each agent did, what waits, what was refused and why."""

from pathlib import Path
from typing import Any

from opsconsole.app.words import count, listed, plain, say
from opsconsole.domain.agent import AgentSpec
from opsconsole.engine.agents.file import load_spec
from opsconsole.store import audit, heads
from opsconsole.store.queries import versions
from opsconsole.store.queries.views import feed
from opsconsole.store.queries.views.summary import examples, held
from opsconsole.store.rows import Reader

_DONE = {
    "ACT": "done by itself",
    "ASK": "asked a person",
    "RECOMMEND": "recommended",
    "SIMULATE": "only recorded (shadow)",
    "REFUSE": "refused",
}


def summary(reader: Reader, folder: Path, *, seconds: float) -> dict[str, Any]:
    """Gather the facts as JSON."""
    totals = feed.totals(reader)
    agents: list[dict[str, Any]] = []
    specs: dict[str, AgentSpec] = {}
    for counts in feed.agent_counts(reader):
        version = versions.newest(reader, counts.agent)  # who was dismissed has done something all the same
        if version is None:
            continue
        specs[counts.agent] = load_spec(version.spec)
        agents.append(
            {
                "agent": counts.agent,
                "name": specs[counts.agent].name,
                "summary": specs[counts.agent].summary,
                "events": counts.events,
                "done": counts.done,
                "waiting": counts.waiting,
                "failed": counts.failed,
                "verdicts": counts.verdicts,
                "categories": counts.categories,
            }
        )
    past = feed.worked_as_past(reader)
    report = audit.verify(reader, noted=heads.read(folder))
    return {
        "workspace": str(folder),
        "seconds": round(seconds, 1),
        "events": totals.events,
        "broken": totals.broken,
        "past": past,
        "without_agent": totals.without_agent - past,
        "runs": totals.runs,
        "agents": agents,
        "waiting": totals.waiting,
        "held": held(reader),
        "effects": totals.effects,
        "refused": [{"tool": tool, "why": why, "count": number} for tool, why, number in feed.refused(reader)],
        "examples": examples(reader),
        "audit": {"entries": report.entries, "ok": report.is_ok},
    }


def tell(facts: dict[str, Any]) -> None:
    """Say it to a person."""
    say(
        f"What came in     {count(facts['events'], 'event')} in {facts['seconds']} s"
        + (f"; {facts['broken']} could not be read whole" if facts["broken"] else "")
        + (f"; {facts['past']} of them the past that agents were tried on" if facts["past"] else "")
        + (f"; {facts['without_agent']} are nobody's" if facts["without_agent"] else "")
    )
    say("\nWhat each agent did")
    for agent in facts["agents"]:
        verdicts = {_DONE[name]: agent["verdicts"][name] for name in _DONE if agent["verdicts"].get(name)}
        say(
            f"  {agent['name']}: {count(agent['events'], 'event')}, {agent['done']} finished,"
            + f" {agent['waiting']} waiting"
            + (f", {agent['failed']} failed" if agent["failed"] else "")
        )
        say(f"      actions: {listed(verdicts)}")
        top = dict(list(agent["categories"].items())[:5])
        say(f"      most often: {listed({name.replace('_', ' '): number for name, number in top.items()})}")
    waiting = facts["waiting"]
    say("\nWhat waits for you")
    words = {"action": "to approve", "question": "to answer", "unknown": "in doubt"}
    say(
        f"  {listed(waiting, words)}"
        + (f"; {facts['held']} approved or allowed, held until later (quiet hours, pause)" if facts["held"] else "")
    )
    for example in facts["examples"]:
        say(f"  no {example['approval']}: {plain(example['what'], 70)} ({plain(example['because'], 90)})")
    say("\nWhat was refused, and why")
    for refusal in facts["refused"]:
        say(f"  {refusal['count']} x {refusal['tool']}: {plain(refusal['why'], 110)}")
    if not facts["refused"]:
        say("  nothing")
    state = (
        "whole, every entry verified"
        if facts["audit"]["ok"]
        else "NOT as it was written; see `opsconsole audit verify`"
    )
    say(f"\nThe record       {facts['audit']['entries']} entries, {state}")
    say(f"The workspace    {facts['workspace']}")
    say("\nTry next (copy a line without the quotes)")
    say("  `opsconsole approvals list`")
    if facts["examples"]:
        say(f"  `opsconsole approvals show {facts['examples'][0]['approval']}`")
    for words in ("feed", "runs show 1", "agents list", "audit verify"):
        say(f"  `opsconsole {words}`")
