"""What is live of every agent that comes with the program: no upgrade makes it more or less, whatever stages mean."""

import pytest

from opsconsole.domain.agent import AgentSpec
from opsconsole.engine.agents.deployments import liveness
from opsconsole.engine.agents.warnings import stage_notes
from tests.integration.gallery.test_levels import agents
from tests.support.thinking import run_view

EVENT = run_view("Could you help?").event
LIVE = {
    "sample customer-mail": (
        "how_to bug_report billing complaint privacy_request other_team no_action suspicious",
        "cancellation (none)",
    ),
    "sample deal-watch": ("deal_stalled deal_no_next_step", "deal_close_passed (none)"),
    "sample helpdesk": (
        "access_request device_problem password_mfa security_report leave_absence joiner_leaver no_action suspicious"
        " (none)",
        "payroll_expenses",
    ),
    "sample inbound-leads": (
        "demo_request pricing_question feature_question enterprise_rfp existing_customer not_for_sales suspicious",
        "partnership auto_mail (none)",
    ),
}
"""Agent → what is live, what is only recorded; `(none)` is an event whose category cannot be told.

Of all others, the templates of the gallery and the examples, nothing is live.
"""


@pytest.mark.parametrize(("label", "spec"), [pytest.param(*each, id=each[0]) for each in agents()])
def test_each_of_its_categories_is_live_or_recorded_as_it_was(label: str, spec: AgentSpec) -> None:
    names = [*(category.id for category in spec.playbook.categories), None]
    found = {name or "(none)": liveness(spec, name, EVENT).is_live for name in names}
    live, recorded = (value.split() for value in LIVE.get(label, ("", " ".join(found))))
    assert found == dict.fromkeys(live, True) | dict.fromkeys(recorded, False)
    assert [*stage_notes(spec)] == [], "and nothing in it opens less than it says"


def test_the_table_names_only_agents_that_there_are() -> None:
    assert LIVE.keys() <= dict(agents()).keys()
