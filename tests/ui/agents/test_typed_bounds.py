"""What stands in a file and was not touched in the forms stays as it is, and keeps nobody from changing the rest."""

from dataclasses import replace
from typing import Any

import pytest
import yaml

from opsconsole.domain.agent import AgentSpec
from opsconsole.engine.agents.rails.fields import Offer
from opsconsole.engine.agents.rails.write import write
from opsconsole.ui.panels.agents.rails.draft import Draft, bounds_of, draft_of

FILE = """\
agent: mira
name: Mira
subscribes: [{kinds: [mail.received]}]
budgets:
  cost_per_hour: 12.345   # odd
  cost_per_day: 0.00001
  runs_per_day: 1000000000000
limits: {failures_in_a_row: 5}
guardrails:
  - name: one
    when: "tool == ''"   # never
    then: ask
    because: "    "
    actions:
      - desk.reply   # careful
      - desk.forward # twice
quiet_hours:
  - {from: "20:00", to: "07:00", days: [sun, sat]}   # Sunday first
trust:
  addresses:
    - "bob@a.example,"   # Bob
    - ann@a.example      # Ann
    - ann@a.example      # again
    - " cy@a.example"    # Cy
  domains: [localhost]   # here
playbook: {purpose: P, categories: [{id: a, name: A}]}
"""
SPEC = AgentSpec.model_validate(yaml.safe_load(FILE))


def first() -> Draft:
    return draft_of(SPEC, Offer())


def written(draft: Draft) -> str:
    bounds, faults = bounds_of(draft, SPEC, Offer())
    assert faults == {}
    return write(FILE, SPEC, bounds)


def test_what_nobody_touched_stays_byte_for_byte() -> None:
    assert written(first()) == FILE


def test_a_number_is_shown_so_that_it_reads_back() -> None:
    caps = first().caps
    assert (caps["cost_per_hour"], caps["cost_per_day"]) == ("12.345", "0.00001")
    assert (caps["runs_per_day"], caps["runs_per_hour"]) == ("1000000000000", "")


def test_one_cap_is_changed_beside_one_that_could_not_be_typed() -> None:
    made = written(replace(first(), caps={**first().caps, "cost_per_day": "0,000001"}))
    assert made == FILE.replace("0.00001", "0.000001")
    typed = replace(first(), caps={**first().caps, "cost_per_day": "2.500"})
    assert "thousands" in bounds_of(typed, SPEC, Offer())[1]["caps.cost_per_day"]


@pytest.mark.parametrize(
    ("field", "was", "typed", "old", "new"),
    [
        ("addresses", "ann@a.example\nann", "zoe@a.example\nann@a.example\nann", "    - ann@a.example      # Ann\n",
        "    - zoe@a.example\n    - ann@a.example      # Ann\n"),
        ("addresses", "bob@a.example,", "rob@a.example", '"bob@a.example,"', "rob@a.example"),
        ("addresses", "\n cy@a.example", "\n cy@a.example\n  max@a.example, \n", "# Cy\n",
        "# Cy\n    - max@a.example\n"),
        ("domains", "localhost", "b.example\nlocalhost", "[localhost]", "[b.example, localhost]"),
    ],
)  # fmt: skip
def test_a_line_that_is_typed_changes_that_line(field: str, was: str, typed: str, old: str, new: str) -> None:
    text: str = getattr(first(), field)
    changes: dict[str, Any] = {field: text.replace(was, typed, 1)}
    assert written(replace(first(), **changes)) == FILE.replace(old, new, 1)


def test_what_is_only_sorted_otherwise_is_no_change() -> None:
    draft = first()
    lines = sorted(draft.addresses.split("\n"))
    rail = replace(draft.rails[0], actions=("desk.forward", "desk.reply"))
    hours = replace(draft.hours[0], days=("sat", "sun"))
    assert written(replace(draft, addresses="\n".join(lines), rails=(rail,), hours=(hours,))) == FILE


def test_a_tool_that_is_added_changes_one_line() -> None:
    rail = replace(first().rails[0], actions=("desk.forward", "desk.reply", "desk.tag_mail"))
    made = written(replace(first(), rails=(rail,)))
    assert made == FILE.replace("# twice\n", "# twice\n      - desk.tag_mail\n")


def test_what_is_typed_is_checked() -> None:
    for changes, place in (
        ({"domains": "localhost\nhome"}, "trust.domains"),
        ({"addresses": "a b"}, "trust.addresses"),
        ({"failures": "0"}, "caps.failures"),
        ({"rails": (replace(first().rails[0], because="   "),)}, "rail.0.because"),
    ):
        assert place in bounds_of(replace(first(), **changes), SPEC, Offer())[1]
