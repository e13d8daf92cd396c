"""One agent is live on one queue and in shadow on another; what cannot be decided is in shadow."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Level, Stage
from opsconsole.domain.errors import FileFormatError
from opsconsole.domain.ids import EventId
from opsconsole.engine.agents.deployments import deployment_of, liveness
from opsconsole.engine.agents.difference import differences
from opsconsole.engine.agents.file import read_agent_text
from opsconsole.engine.agents.warnings import notes_on
from opsconsole.engine.past.relevel import effect_of
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.store.queries import events
from tests.support.rig import Rig, agent, call, mail, rig
from tests.support.shell import AGENT

BY_FOLDER = [
    {"connection": "desk", "where": "event.fields.folder == 'Billing'", "stage": "shadow"},
    {"connection": "other", "stage": "shadow"},
    {"stage": "expanded"},
]


def deployed(*deployments: dict[str, Any], **more: Any) -> AgentSpec:
    return agent(deployments=list(deployments), **more)


async def verdicts(r: Rig) -> list[str]:
    return [row[0] for row in r.kernel.reader.execute("SELECT verdict FROM ruling ORDER BY id")]


async def test_live_on_one_folder_and_in_shadow_on_another(tmp_path: Path) -> None:
    tag = call("desk.tag_mail", tag="new")
    async with rig(tmp_path, [tag], deployed(*BY_FOLDER)) as r:
        await r.take(mail(1, fields={"folder": "Billing"}), mail(2, fields={"folder": "Support"}), mail(3, fields={}))
        assert sorted(await verdicts(r)) == ["ACT", "SIMULATE", "SIMULATE"]
        texts = [
            reason["text"]
            for row in r.kernel.reader.execute("SELECT reasons FROM ruling")
            for reason in json.loads(row[0])
        ]
        assert texts.count("such events of desk are in shadow: recorded, not done") == 2, (
            "one without a folder is undecided"
        )
        pairs = r.kernel.reader.execute("SELECT count(*) FROM timer WHERE kind = 'pair'").fetchone()[0]
        assert pairs == 2, "what was done in shadow is laid beside what people do"


async def test_a_question_about_what_is_only_watched_is_not_asked(tmp_path: Path) -> None:
    held = {"connection": "desk", "stage": "shadow"}
    async with rig(tmp_path, [call("person.ask", question="Which?")], deployed(held)) as r:
        await r.take(mail())
        assert await verdicts(r) == ["SIMULATE"]
        assert r.kernel.reader.execute("SELECT count(*) FROM approval").fetchone()[0] == 0


async def test_the_first_that_fits_holds_and_never_lifts_the_category(tmp_path: Path) -> None:
    async with rig(tmp_path, [], deployed(*BY_FOLDER)) as r:
        await r.take(mail(fields={"folder": "Support"}))
        event = events.event(r.kernel.reader, EventId(1))
        assert liveness(deployed(*BY_FOLDER), "case", event).stage is Stage.EXPANDED
        assert deployment_of(deployed(BY_FOLDER[1]), event) is None, "none fits it"
        both = deployed(BY_FOLDER[2], {"stage": "shadow"})
        assert liveness(both, "case", event).stage is Stage.EXPANDED, "the first"
        limited = deployed({"stage": "full"}, stage={"default": "limited"})
        assert liveness(limited, "case", event).stage is Stage.LIMITED
        assert liveness(limited, "case", None).stage is Stage.LIMITED


@pytest.mark.parametrize("folder", ["Billing", "Support"])
async def test_what_a_level_would_have_meant_knows_where_it_is_only_watched(tmp_path: Path, folder: str) -> None:
    was, now = deployed(*BY_FOLDER, level=2), deployed(*BY_FOLDER, level=3)
    async with rig(tmp_path, [call("desk.tag_mail", tag="new")], was) as r:
        await r.take(mail(fields={"folder": folder}))
        effect = effect_of(r.kernel.reader, was, now, since=r.clock.now() - timedelta(days=1))
        assert now.autonomy.default is Level.AUTONOMOUS
        assert (effect.alone, effect.in_shadow) == ((0, 1) if folder == "Billing" else (1, 0))


async def test_a_file_names_them_and_its_slips_are_told(tmp_path: Path) -> None:
    async with rig(tmp_path, [], agent()) as r:

        def read(text: str) -> AgentSpec:
            return read_agent_text(f"{AGENT}deployments:\n  - {text}\n", "mira.yaml", r.kernel.registry).spec

        held = read("{connection: desk, where: \"event.fields.folder == 'Billing'\", stage: shadow}")
        assert held.deployments[0].stage is Stage.SHADOW and notes_on(r.kernel.registry, r.kernel.reader, held) == []
        for text, told in (
            ('{where: "event.", stage: shadow}', "not a condition we can read"),
            ('{where: "evnt.title == 1", stage: shadow}', "nothing is known here as evnt"),
            ("{connection: desk}", "stage"),
            ("{stage: all}", "stage"),
        ):
            with pytest.raises(FileFormatError, match=told):
                read(text)
        far = read("{connection: far, stage: shadow}")
        assert notes_on(r.kernel.registry, r.kernel.reader, far) == ["deployments: there is no connection far yet."]
        changed = differences(read("{stage: full}"), held)
        assert [change.place for change in changed] == ["deployments"]


async def test_a_question_of_an_agent_with_nothing_live_is_not_asked(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("person.ask", question="Which?", category="")], agent(scope=[])) as r:
        await r.take(mail())
        assert await verdicts(r) == ["SIMULATE"]


@pytest.mark.parametrize(
    ("stage", "verdict"),
    [
        ({"default": "shadow", "categories": {"case": "limited"}}, "ASK"),
        ({"default": "full", "categories": {"case": "shadow"}}, "SIMULATE"),
    ],
)
async def test_what_kind_it_is_is_asked_where_any_kind_is_live(
    tmp_path: Path, stage: dict[str, Any], verdict: str
) -> None:
    def untold(view: RunView) -> Turn:
        if view.past:
            return Turn(category=None, final="it is not told")
        return Turn(category=None, is_abstained=True, proposals=(call("person.ask", question="Which kind?"),))

    async with rig(tmp_path, untold, agent(stage=stage)) as r:
        await r.take(mail())
        assert await verdicts(r) == [verdict]


async def test_a_deployment_that_nothing_comes_to_is_told(tmp_path: Path) -> None:
    async with rig(tmp_path, [], agent()) as r:
        notes = notes_on(r.kernel.registry, r.kernel.reader, deployed({"stage": "full"}, BY_FOLDER[0]))
        assert [note for note in notes if "no event comes to number 2: number 1 takes them all" in note]
        assert not [
            note for note in notes_on(r.kernel.registry, r.kernel.reader, deployed(*BY_FOLDER)) if "comes to" in note
        ]


async def test_what_cannot_be_decided_is_in_shadow_though_what_fits_would_be_live(tmp_path: Path) -> None:
    live = {"connection": "desk", "where": "event.fields.folder == 'Support'", "stage": "full"}
    async with rig(tmp_path, [call("desk.tag_mail", tag="new")], deployed(live)) as r:
        await r.take(mail(1, fields={"folder": "Support"}), mail(2, fields={}))
        assert sorted(await verdicts(r)) == ["ACT", "SIMULATE"]


async def test_a_deployment_behind_a_narrower_one_is_reached(tmp_path: Path) -> None:
    narrow = {"where": "event.fields.folder == 'Billing'", "stage": "shadow"}
    async with rig(tmp_path, [], agent()) as r:
        notes = notes_on(r.kernel.registry, r.kernel.reader, deployed(narrow, {"connection": "desk", "stage": "full"}))
        assert not [note for note in notes if "no event comes" in note]
