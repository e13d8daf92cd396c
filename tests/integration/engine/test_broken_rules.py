"""A rule that names a tool or field that is gone holds the agent's changes for a person, and is told."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.agents import versions
from opsconsole.engine.agents.broken import broken_rules
from opsconsole.engine.agents.file import read_agent_text, source_of
from tests.support.rig import Rig, agent, call, mail, rig
from tests.support.running import beside

NOW_GONE = "out.send"


class Other(BaseModel):
    """Arguments by other names."""

    what: str
    whom: str = ""


def rail(**facts: Any) -> dict[str, Any]:
    return {"name": "careful", "when": "args.to == 'x'", "then": "refuse", "because": "never there", **facts}


def told(r: Rig, *rails: dict[str, Any], **more: Any) -> tuple[str, ...]:
    (version,) = r.kernel.roster.current(r.kernel.reader)
    return broken_rules(r.kernel.registry, r.kernel.reader, agent(guardrails=list(rails), **more), version.tools)


async def test_what_a_rule_names_is_looked_for_among_the_tools_there_are(tmp_path: Path) -> None:
    async with rig(tmp_path, [], agent(), connectors=beside(FakeConnector())) as r:
        assert told(r, rail(), rail(actions=["out.*"]), rail(actions=["crm.drop"])) == (), "it may be connected one day"
        wrong = rail(when="args.too == 'x'", actions=["out.send"])
        assert told(r, wrong) == ("the guardrail careful looks at too of send, which is not there",)
        assert told(r, rail(when="args.too == 'x'")) == (), "some tool of a later connection may have it"
        r.kernel.registry.replace(["out"], [FakeConnector(schema=Other)])
        assert told(r, rail(actions=["out.send"])) == ("the guardrail careful looks at to of send, which is not there",)
        assert told(r, rail(when="args.tone == 'x'")) == ("the guardrail careful looks at tone, which is not there",)
        r.kernel.registry.replace(["out"], [])
        assert told(r, rail(actions=["out.send"])) == (
            "the guardrail careful names out.send, which is gone",
            "the guardrail careful looks at to of send, which is not there",
        )
        hours = {"actions": ["out.send"], "from": "18:00", "to": "08:00"}
        assert told(r, quiet_hours=[hours]) == ("the quiet hours 18:00 to 08:00 name out.send, which is gone",)


@pytest.mark.parametrize("rails", [[], [rail(actions=["out.send"])]])
async def test_until_it_is_mended_a_person_looks(tmp_path: Path, rails: list[dict[str, Any]]) -> None:
    spec = agent(guardrails=rails)
    async with rig(tmp_path, [call("desk.tag_mail", tag="new")], spec, connectors=beside(FakeConnector())) as r:
        r.kernel.registry.replace(["out"], [])
        await r.take(mail())
        verdicts = [row[0] for row in r.kernel.reader.execute("SELECT verdict FROM ruling")]
        assert verdicts == (["ASK"] if rails else ["ACT"])


async def verdicts(r: Rig, number: int) -> list[str]:
    await r.take(mail(number))
    rows = r.kernel.reader.execute("SELECT verdict FROM ruling ORDER BY id DESC LIMIT 1")
    return [row[0] for row in rows]


@pytest.mark.parametrize("pattern", ["out.send", "out.*"])
async def test_another_change_of_the_file_lifts_no_hold(tmp_path: Path, pattern: str) -> None:
    rails = [rail(actions=[pattern], when="true")]
    wants = [call("desk.tag_mail", tag="new")]
    async with rig(tmp_path, wants, agent(guardrails=rails), connectors=beside(FakeConnector())) as r:
        r.kernel.registry.replace(["out"], [])
        assert await verdicts(r, 1) == ["ASK"]
        await r.hire(agent(guardrails=rails, budgets={"actions_per_day": 51}))
        assert await verdicts(r, 2) == ["ASK"]
        await r.hire(agent(guardrails=rails, budgets={"actions_per_day": 51}))
        assert await verdicts(r, 3) == ["ASK"], "what is gone is not well because the file says the same"
        await r.hire(agent(budgets={"actions_per_day": 51}))
        assert await verdicts(r, 4) == ["ACT"]


async def test_another_change_of_the_file_accepts_no_changed_tool(tmp_path: Path) -> None:
    wants = [call("out.do", what="new")]
    async with rig(tmp_path, wants, agent(), connectors=beside(FakeConnector())) as r:
        assert await verdicts(r, 1) == ["ACT"]
        r.kernel.registry.replace(["out"], [FakeConnector(schema=Other)])
        assert await verdicts(r, 2) == ["ASK"]
        await r.hire(agent(budgets={"actions_per_day": 51}))
        assert await verdicts(r, 3) == ["ASK"]
        await r.hire(agent(budgets={"actions_per_day": 51}))
        assert await verdicts(r, 4) == ["ACT"], "put in use again as it is, it accepts its tools as they are"


async def test_neither_a_comment_nor_an_old_version_again_accepts_a_changed_tool(tmp_path: Path) -> None:
    wants = [call("out.do", what="new")]
    async with rig(tmp_path, wants, agent(), connectors=beside(FakeConnector())) as r:
        registry, now = r.kernel.registry, r.clock.now()
        source = source_of(versions.in_use(r.kernel.reader, "mira"))
        who: dict[str, Any] = {"actor": "person:test", "now": now}

        async def put(text: str, *, accepts: bool) -> None:
            file = read_agent_text(text, "mira.yaml", registry)
            await r.engine.writer.write(
                lambda tx: versions.apply(tx, file, registry, accepts=accepts, **who), name="agent.apply"
            )

        assert await verdicts(r, 1) == ["ACT"]
        registry.replace(["out"], [FakeConnector(schema=Other)])
        await put(f"# why it is so\n{source}", accepts=False)
        assert await verdicts(r, 2) == ["ASK"], "a comment"
        again = await r.engine.writer.write(lambda tx: versions.restore(tx, "mira", 1, registry, **who), name="restore")
        assert again.number == 3
        assert await verdicts(r, 3) == ["ASK"], "an old version that says the same"
        await put(source, accepts=True)
        assert await verdicts(r, 4) == ["ACT"], "a person looked at it"
