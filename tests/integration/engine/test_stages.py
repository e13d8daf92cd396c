"""What a stage opens is done; the rest is recorded, and laid beside what people do. From the event to the pair."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Level, Stage
from opsconsole.domain.errors import FileFormatError
from opsconsole.domain.stages import Stages
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.agents.coverage import coverage
from opsconsole.engine.agents.file import apply_agent, load_spec, read_agent_text
from opsconsole.engine.agents.versions import restore
from opsconsole.engine.commands.connections import connect
from opsconsole.engine.past.relevel import effect_of
from opsconsole.engine.past.simulate import TypedCall, as_then, typed
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.store.queries import versions
from tests.support.rig import Rig, agent, call, mail, rig
from tests.support.running import beside
from tests.support.shell import AGENT

NAMES: tuple[str, ...] = ("bug", "how_to", "billing")
TAG = call("desk.tag_mail", tag="new")
FILE = AGENT.replace(
    "    - id: mail_received",
    "    - {id: bug, name: Bug report}\n    - {id: how_to, name: How-to}\n    - {id: billing, name: Billing}\n"
    "    - id: mail_received",
)
LIMITED: dict[str, Stage] = dict.fromkeys(NAMES, Stage.LIMITED)
THREE = "stage: {default: full, categories: {bug: limited, how_to: limited, billing: limited}}"


def of_many(default: str = "shadow", categories: dict[str, str] | None = None, **more: Any) -> AgentSpec:
    book = {"purpose": "x", "categories": [{"id": name, "name": name.capitalize()} for name in NAMES]}
    return agent(playbook=book, stage={"default": default, "categories": categories or {}}, **more)


def as_titled(view: RunView) -> Turn:
    """The category is the event's title; with none it is not told. It tags, or asks where the text says so."""
    category = view.event.title or None
    wanted = call("person.ask", question="Which?") if view.event.text == "ask" else TAG
    return Turn(category=category, final="done") if view.past else Turn(category=category, proposals=(wanted,))


async def verdicts(r: Rig) -> dict[str, str]:
    rows = r.kernel.reader.execute("SELECT action_id, verdict FROM ruling WHERE phase = 'proposed' ORDER BY id")
    return {r.run(int(row[0].split("/")[0])).category or "(none)": row[1] for row in rows}


def reasons(r: Rig) -> list[str]:
    rows = r.kernel.reader.execute("SELECT reasons FROM ruling ORDER BY id")
    return [reason["text"] for row in rows for reason in json.loads(row[0])]


def awaited(r: Rig) -> set[str]:
    """The categories whose runs wait for what people do."""
    rows = r.kernel.reader.execute("SELECT ref FROM timer WHERE kind = 'pair'")
    return {r.run(int(row[0])).category or "(none)" for row in rows}


def one_of_each(*more: str) -> list[Any]:
    return [mail(number, title=title) for number, title in enumerate((*NAMES, *more), 1)]


async def test_what_is_not_named_under_limited_is_recorded_and_makes_a_pair(tmp_path: Path) -> None:
    async with rig(tmp_path, as_titled, of_many("limited", {"bug": "limited"})) as r:
        await r.take(*one_of_each(""))
        said = {"bug": "ACT", "how_to": "SIMULATE", "billing": "SIMULATE", "(none)": "SIMULATE"}
        assert await verdicts(r) == said
        assert reasons(r).count("limited: live for Bug only; recorded, not done") == 3
        assert awaited(r) == {"how_to", "billing", "(none)"}
        await r.wait(days=8)
        pairs = r.kernel.reader.execute("SELECT category FROM pair ORDER BY category").fetchall()
        assert [row[0] for row in pairs] == ["", "billing", "how_to"]


async def test_what_did_nothing_where_it_is_not_live_makes_a_pair_too(tmp_path: Path) -> None:
    def idle(view: RunView) -> Turn:
        return Turn(category=view.event.title, final="nothing to do")

    async with rig(tmp_path, idle, of_many("limited", {"bug": "limited"})) as r:
        await r.take(*one_of_each())
        assert awaited(r) == {"how_to", "billing"}


async def test_by_default_limited_opens_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path, as_titled, of_many("limited")) as r:
        await r.take(*one_of_each())
        assert set((await verdicts(r)).values()) == {"SIMULATE"} and awaited(r) == {*NAMES}


async def test_expanded_records_what_cannot_be_told_and_full_does_it(tmp_path: Path) -> None:
    for stage, told in (("expanded", "SIMULATE"), ("full", "ACT")):
        async with rig(tmp_path / stage, as_titled, of_many(stage)) as r:
            await r.take(*one_of_each(""))
            assert await verdicts(r) == {**dict.fromkeys(NAMES, "ACT"), "(none)": told}
            assert awaited(r) == ({"(none)"} if told == "SIMULATE" else set())


async def test_a_filter_of_a_limited_deployment_opens_what_it_takes(tmp_path: Path) -> None:
    vip = {"where": "event.fields.folder == 'Vip'", "stage": "limited"}
    async with rig(tmp_path, as_titled, of_many("limited", deployments=[vip])) as r:
        await r.take(mail(1, title="bug", fields={"folder": "Vip"}), mail(2, title="how_to"))
        assert await verdicts(r) == {"bug": "ACT", "how_to": "SIMULATE"} and awaited(r) == {"how_to"}


async def test_one_agent_is_live_on_one_connection_and_less_on_another(tmp_path: Path) -> None:
    deployments = [
        {"connection": "desk", "stage": "full"},
        {"connection": "inbox", "stage": "limited", "categories": ["bug"]},
        {"connection": "old", "stage": "shadow"},
    ]
    everywhere = [{"connection": "*", "kinds": ["mail.received"]}]
    spec = of_many("full", deployments=deployments, subscribes=everywhere)
    others = [FakeConnector(name="inbox"), FakeConnector(name="old")]
    async with rig(tmp_path, as_titled, spec, connectors=lambda engine: [*beside(others[0])(engine), others[1]]) as r:
        for other in others:
            await r.engine.writer.write(
                lambda tx, name=other.id: connect(r.kernel, tx, name, kind="fake", config={}, actor="person:test"),
                name="connect",
            )
        told = dict[str, list[str]]()
        for at, connection in enumerate(("desk", "inbox", "old")):
            for event in one_of_each():
                await r.engine.take(connection, event)
            await r.engine.settle()
            rows = r.kernel.reader.execute("SELECT verdict FROM ruling ORDER BY id LIMIT 3 OFFSET ?", (3 * at,))
            told[connection] = [row[0] for row in rows]
        shut = ["ACT", "SIMULATE", "SIMULATE"]
        assert {name: sorted(some) for name, some in told.items()} == {
            "desk": ["ACT"] * 3, "inbox": shut, "old": ["SIMULATE"] * 3,
        }  # fmt: skip
        assert reasons(r).count("limited on inbox: live for Bug only; recorded, not done") == 2
        assert reasons(r).count("such events of old are in shadow: recorded, not done") == 3
        assert r.kernel.reader.execute("SELECT count(*) FROM timer WHERE kind = 'pair'").fetchone()[0] == 5


async def test_a_question_about_what_is_not_live_is_recorded_with_its_reason(tmp_path: Path) -> None:
    async with rig(tmp_path, as_titled, of_many("limited", {"bug": "limited"})) as r:
        await r.take(mail(1, title="bug", text="ask"), mail(2, title="billing", text="ask"))
        assert await verdicts(r) == {"bug": "ASK", "billing": "SIMULATE"}
        assert "limited: live for Bug only; the question is recorded, not asked" in reasons(r)
        (waits,) = r.waiting()
        assert waits.kind.value == "question"


async def test_a_file_that_names_too_many_is_refused_and_a_version_from_before_opens_two(tmp_path: Path) -> None:
    async with rig(tmp_path, as_titled) as r:
        registry, now = r.kernel.registry, r.clock.now()
        sound = FILE.replace("stage: {default: full}", THREE.replace("billing: limited", "billing: full"))
        agent_file = read_agent_text(sound, "mira.yaml", registry)
        before = agent_file.spec.model_copy(update={"stage": Stages(default=Stage.FULL, categories=LIMITED)})
        old = type(agent_file)(before, FILE.replace("stage: {default: full}", THREE))
        await r.engine.writer.write(lambda tx: apply_agent(tx, old, registry, actor="person:test", now=now), name="old")
        stored = load_spec(next(row.spec for row in versions.every(r.kernel.reader, "mira")))
        assert stored.stage.categories["billing"].value == "limited"
        await r.take(*one_of_each("mail_received"))
        assert await verdicts(r) == {"bug": "ACT", "how_to": "ACT", "billing": "SIMULATE", "mail_received": "ACT"}
        told = "limited is one or two categories: live for Bug report, How-to and A mail only; recorded, not done"
        assert told in reasons(r)
        with pytest.raises(FileFormatError, match="make them expanded, or take one out"):
            await r.engine.writer.write(
                lambda tx: restore(tx, "mira", 1, registry, actor="person:test", now=now), name="restore"
            )


async def test_what_another_level_would_have_meant_knows_what_is_live(tmp_path: Path) -> None:
    was, now = of_many("full", level=2), of_many("limited", {"bug": "limited"}, level=3)
    assert now.autonomy.default is Level.AUTONOMOUS
    async with rig(tmp_path, as_titled, was) as r:
        await r.take(*one_of_each())
        effect = effect_of(r.kernel.reader, was, now, since=r.clock.now() - timedelta(days=1))
        assert (effect.alone, effect.in_shadow) == (1, 2)


async def test_what_a_tool_does_at_most_knows_what_is_live(tmp_path: Path) -> None:
    async with rig(tmp_path, as_titled) as r:
        shut = [{"connection": "desk", "stage": "limited"}, {"stage": "shadow"}]
        for spec, way in (
            (of_many("limited", autonomy={"actions": {"desk.tag_mail": 3}}), "shadow"),
            (of_many("limited", {"bug": "limited"}, autonomy={"actions": {"desk.tag_mail": 3}}), "alone"),
            (of_many("full", autonomy={"actions": {"desk.tag_mail": 3}}, deployments=shut), "shadow"),
        ):
            (use,) = next(each.uses for each in coverage(r.kernel.registry, [spec]) if each.tool == "desk.tag_mail")
            assert use.way == way


async def test_a_call_gone_through_says_what_is_live(tmp_path: Path) -> None:
    async with rig(tmp_path, as_titled, of_many("limited", {"bug": "limited"})) as r:
        await r.take(*one_of_each())
        for category, verdict in (("bug", "ACT"), ("billing", "SIMULATE")):
            found = typed(r.kernel, "mira", TypedCall(tool="desk.tag_mail", args={"tag": "new"}, category=category))
            assert found.ruling.verdict.name == verdict
        (action,) = r.actions(2)
        then = as_then(r.kernel, action.id)
        (answer,) = [answer for answer in then.answers if answer.title == "Stage"]
        assert then.is_as_then and answer.text == "limited: live for Bug only; recorded, not done"
