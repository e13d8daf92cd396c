"""What each stage opens: limited what is named or filtered, expanded what can be told, full everything of the scope."""

from dataclasses import replace
from typing import Any

import pytest

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Stage
from opsconsole.domain.errors import FileFormatError
from opsconsole.domain.ids import ConnectionId
from opsconsole.engine.agents.deployments import Liveness, furthest, liveness, places
from opsconsole.engine.agents.file import read_agent_text
from opsconsole.engine.agents.warnings import stage_notes
from opsconsole.engine.gate.context import Wanted, terms_of
from opsconsole.engine.ports.brain import ASK_PERSON
from tests.support.rig import agent, registry
from tests.support.shell import AGENT
from tests.support.thinking import run_view

NAMES = {"bug": "Bug report", "how_to": "How-to", "billing": "Billing", "praise": "Praise"}
EVENT = replace(run_view("Could you help?").event, connection=ConnectionId("desk"), fields={"folder": "Vip"})
VIP = "event.fields.folder == 'Vip'"
FILE = AGENT.replace(
    "    - id: mail_received",
    "    - {id: bug, name: Bug report}\n    - {id: how_to, name: How-to}\n    - {id: billing, name: Billing}\n"
    "    - id: mail_received",
)
THREE = {"bug": "limited", "how_to": "limited", "billing": "limited"}


def spec(default: str = "shadow", categories: dict[str, str] | None = None, **more: Any) -> AgentSpec:
    book = {"purpose": "x", "categories": [{"id": name, "name": words} for name, words in NAMES.items()]}
    return agent(playbook=book, stage={"default": default, "categories": categories or {}}, **more)


def live(found: AgentSpec, connection: str = "desk", folder: str = "Vip") -> str:
    event = replace(EVENT, connection=ConnectionId(connection), fields={"folder": folder})
    names = [name for name in (*NAMES, None) if liveness(found, name, event).is_live]
    return " ".join("(none)" if name is None else name for name in names)


def why(found: AgentSpec, category: str | None) -> str:
    return liveness(found, category, EVENT).shut


def deployed(*deployments: dict[str, Any], default: str = "full", **categories: str) -> AgentSpec:
    return spec(default, categories, deployments=list(deployments))


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (spec("shadow"), ""),
        (spec("full"), "bug how_to billing praise (none)"),
        (spec("full", scope=["bug"]), "bug"),
        (spec("full", {"bug": "shadow"}), "how_to billing praise (none)"),
    ],
)
def test_shadow_opens_nothing_and_full_all_of_the_scope_also_what_cannot_be_told(found: AgentSpec, told: str) -> None:
    assert live(found) == told


def test_limited_opens_what_is_named_for_it_and_nothing_by_default() -> None:
    assert live(spec("limited")) == ""
    assert why(spec("limited"), "bug") == "limited: no category is named for it, so nothing is live"
    named = spec("limited", {"how_to": "limited", "bug": "limited"})
    assert live(named) == "bug how_to"
    assert why(named, "billing") == why(named, None) == "limited: live for Bug report and How-to only"
    assert live(spec("limited", {"bug": "full"})) == "bug"


def test_of_more_than_two_that_are_named_the_first_two_of_the_playbook_are_live() -> None:
    stored = AgentSpec.model_validate(spec("shadow", dict(reversed(THREE.items()))).model_dump(by_alias=True))
    assert live(stored) == "bug how_to"
    assert why(stored, "billing") == "limited is one or two categories: live for Bug report and How-to only"
    assert live(spec("shadow", THREE, scope=["how_to", "billing"])) == "how_to billing", "two of them are in its scope"


def test_expanded_opens_its_categories_and_nothing_that_cannot_be_told() -> None:
    found = spec("expanded", {"praise": "shadow", "bug": "full"})
    assert live(found) == "bug how_to billing"
    assert why(found, None) == why(found, "unknown") == "expanded: an event without a category is not live"


def test_a_limited_deployment_opens_what_its_filter_takes() -> None:
    for default in ("limited", "expanded", "full"):
        found = deployed({"where": VIP, "stage": "limited"}, default=default, praise="shadow")
        assert live(found) == "bug how_to billing", default
    assert live(deployed({"where": VIP, "stage": "limited"}, default="limited"), folder="Other") == ""
    assert live(deployed({"where": VIP, "stage": "limited", "categories": ["bug"]}, default="limited")) == "bug"


def test_a_limited_deployment_without_a_filter_opens_what_it_names_and_else_nothing() -> None:
    bare = deployed({"connection": "desk", "stage": "limited"})
    assert live(bare) == "" and live(bare, "other") == "bug how_to billing praise (none)"
    assert why(bare, "bug") == "limited on desk: no category is named for it, so nothing is live"
    assert live(deployed({"stage": "limited"}, default="shadow", bug="limited")) == ""
    for default in ("limited", "full"):
        found = deployed({"connection": "desk", "stage": "limited", "categories": ["how_to", "bug"]}, default=default)
        assert live(found) == "bug how_to"
        assert why(found, "praise") == why(found, None) == "limited on desk: live for Bug report and How-to only"
    three = deployed({"stage": "limited", "categories": ["praise", "how_to", "praise", "bug"]})
    assert live(three) == "how_to praise", "the first two that it names"
    assert why(three, "bug") == "limited is one or two categories: live for How-to and Praise only"


def test_only_what_a_deployment_names_is_live_there_and_never_above_its_own_stage() -> None:
    named = {"connection": "desk", "stage": "full", "categories": ["bug", "how_to", "billing"]}
    assert live(deployed(named)) == "bug how_to billing"
    assert why(deployed(named), "praise") == "full on desk: live for Bug report, How-to and Billing only"
    assert live(deployed(named), "other") == "bug how_to billing praise (none)"
    assert live(deployed(named, default="expanded", bug="shadow")) == "how_to billing"
    assert live(deployed(named, default="limited")) == "bug how_to", "two that are named"
    assert live(deployed(named, default="limited", billing="limited")) == "bug how_to billing"
    assert live(deployed({"stage": "expanded", "categories": ["bug"]})) == "bug"


def test_a_deployment_that_is_expanded_opens_nothing_that_cannot_be_told() -> None:
    found = deployed({"stage": "expanded"})
    assert live(found) == "bug how_to billing praise"
    assert why(found, None) == "expanded: an event without a category is not live"


def test_of_many_that_are_live_some_are_named() -> None:
    found = deployed({"connection": "desk", "stage": "full", "categories": list(NAMES)})
    assert why(found, None) == "full on desk: live for Bug report, How-to, Billing and 1 more only"


def test_a_call_that_is_tried_out_alone_is_held_by_whatever_holds_it_somewhere() -> None:
    found = deployed({"connection": "desk", "stage": "full", "categories": ["bug"]})
    assert terms_of(found, Wanted(tool="desk.note", args={}, category="bug"), None).shut == ""
    held = terms_of(found, Wanted(tool="desk.note", args={}, category="praise"), None)
    assert held.shut == "full on desk: live for Bug report only" and held.as_if_live().shut == ""


@pytest.mark.parametrize(
    ("found", "is_asked"),
    [
        (spec("limited"), False),
        (spec("shadow", {"bug": "limited"}), True),
        (spec("expanded"), True),
        (deployed({"connection": "desk", "stage": "limited"}), False),
        (deployed({"connection": "desk", "stage": "limited", "categories": ["bug"]}), True),
    ],
)
def test_what_kind_it_is_is_asked_where_any_kind_is_live(found: AgentSpec, is_asked: bool) -> None:
    terms = terms_of(found, Wanted(tool=ASK_PERSON, args={}), EVENT)
    assert (
        Liveness(stage=terms.stage, is_in_scope=terms.is_in_scope, is_held=False, shut=terms.shut).is_live is is_asked
    )


def test_how_far_it_gets_is_looked_for_where_events_can_come() -> None:
    narrow = {"connection": "desk", "stage": "full", "categories": ["bug"]}
    behind = {"connection": "desk", "where": VIP, "stage": "full"}
    found = deployed(narrow, behind, {"stage": "shadow"})
    assert [None if place is None else place.stage for place in places(found)] == [Stage.FULL, Stage.SHADOW]
    assert furthest(found, "bug").is_live and not furthest(found, "praise").is_live
    assert places(deployed(narrow))[-1] is None and furthest(deployed(narrow), "praise").is_live


DEPLOYED = "stage: {default: full}\ndeployments:\n  - stage: limited\n    "
TOO_MANY = "limited is one or two categories: these are 3 (bug, how_to, billing); make them expanded, or take one out"
IN_LINES = "stage:\n  default: full\n  categories:\n    bug: limited\n    billing: limited\n    how_to: limited"


@pytest.mark.parametrize(
    ("now", "line", "told"),
    [
        (IN_LINES, 8, TOO_MANY),
        (f"{DEPLOYED}categories: [bug, how_to, bug,\n      billing]", 8, TOO_MANY),
        (f"{DEPLOYED}where: event.title != ''\n    categories: [bug, how_to, billing]", 8, TOO_MANY),
        (f"{DEPLOYED}where: event.title != ''\n    categories: []", 8, "it names no category; leave `categories` out"),
        (f"{DEPLOYED}categories: [bgu]", 7, "category 'bgu' is not in the playbook"),
    ],
)
def test_what_names_too_many_none_or_unknown_ones_is_told_with_its_line(now: str, line: int, told: str) -> None:
    with pytest.raises(FileFormatError) as found:
        read_agent_text(FILE.replace("stage: {default: full}", now), "mira.yaml", registry())
    assert told in str(found.value) and found.value.line == line


def test_two_are_named_where_no_filter_is_and_more_where_one_makes_it_narrow() -> None:
    limited = f"stage: {{default: full, categories: {{{', '.join(f'{name}: limited' for name in THREE)}}}}}"
    for stage in (
        "stage: {default: limited, categories: {bug: limited, how_to: limited}}",
        f"scope: [bug, how_to]\n{limited}",
        f"{limited}\ndeployments: [{{where: \"event.title != ''\", stage: limited}}]",
        "stage: {default: full}\ndeployments: [{stage: limited, categories: [bug, how_to]}]",
        "stage: {default: full}\ndeployments: [{stage: expanded, categories: [bug, how_to, billing]}]",
    ):
        assert read_agent_text(FILE.replace("stage: {default: full}", stage), "mira.yaml", registry())


def test_an_agent_whose_deployments_name_nothing_is_the_one_that_it_was() -> None:
    body = deployed({"stage": "full"}).model_dump(mode="json", by_alias=True)
    assert body["deployments"] == [{"connection": "*", "where": None, "stage": "full"}]
    named = deployed({"stage": "full", "categories": ["bug"]})
    body = named.model_dump(mode="json", by_alias=True)
    assert body["deployments"][0]["categories"] == ["bug"] and AgentSpec.model_validate(body) == named


def test_a_stage_that_opens_nothing_is_told() -> None:
    (note,) = stage_notes(spec("limited"))
    assert note.startswith(
        "stage: `default: limited` names no category, so by itself it opens nothing; name one or two"
    )
    assert [*stage_notes(spec("limited", {"bug": "limited"}))] == [note], "the others rest on it"
    assert [*stage_notes(spec("limited", dict.fromkeys(NAMES, "full")))] == [], "nothing rests on it"
    assert [*stage_notes(deployed({"where": VIP, "stage": "limited"}, default="limited"))] == []
    (beyond,) = stage_notes(spec("shadow", THREE))
    assert beyond == (
        "stage: limited is one or two categories: these are 3 (bug, how_to, billing); make them expanded, or take one"
        " out. Until then only the first two of them are live."
    )
    (filtered,) = stage_notes(deployed({"where": VIP, "stage": "limited"}, default="shadow", **THREE))
    assert "where no deployment filters, only bug and how_to are live" in filtered
    (bare,) = stage_notes(deployed({"stage": "limited"}))
    assert bare == "deployments: number 1 is limited and names no `categories` and no `where`, so it opens nothing."
    names = {"stage": "full", "categories": ["bug", "praise"]}
    (held,) = stage_notes(deployed(names, bug="shadow"))
    assert held == "deployments: number 1 names bug, which is in shadow: it is not live there either."
