"""`opsconsole insights`: the window's figures in a terminal and for a script, and what an hour of people costs."""

from pathlib import Path

from opsconsole.domain.enums import Verb
from tests.support.shell import Run
from tests.ui.feed.decided import Asked, make_decided
from tests.ui.scenes import record

WEEK = [*[Asked(days_ago=1, verb=Verb.EDIT)] * 6, *[Asked(days_ago=2)] * 3, Asked(days_ago=9, agent="vito")]


def test_the_figures_are_told_in_words_and_as_json(run: Run, folder: Path) -> None:
    make_decided(folder, WEEK)
    lines = [" ".join(line.split()) for line in run("insights").out.splitlines()]
    assert lines[0].startswith("Your decisions, ")
    assert lines[1:4] == [
        "Asked 9 8 more than the 7 days before",
        "Approved 100 % 9 of 9 decided; as in the 7 days before",
        "Time to decide 3 min 9 requests; as in the 7 days before",
    ]
    assert lines[-1] == (
        "You edited 6 of the 9 you approved of “Reply” about “Billing”: the playbook's text may need it."
    )
    (facts,) = run("insights", "--json").json
    assert (facts["days"], facts["now"]["asked"], facts["before"]["asked"]) == (7, 9, 1)
    assert (facts["now"]["approval_share"], facts["before"]["edited_share"]) == (1.0, 0.0)
    assert (facts["now"]["median_s"], facts["now"]["oversight_s"]) == (180.0, 9 * 180.0)
    assert [each["rule"] for each in facts["observations"]] == ["edits"]


def test_another_time_and_one_agent_are_asked_for(run: Run, folder: Path) -> None:
    make_decided(folder, WEEK)
    (facts,) = run("insights", "--days", 30, "--agent", "vito", "--json").json
    assert (facts["agent"], facts["now"]["asked"], facts["before"]["asked"]) == ("vito", 1, 0)
    assert "Too few decisions yet: 1 request decided" in run("insights", "--days", 30, "--agent", "vito").out
    assert (
        "Nothing was asked in this time, nor in the one before it."
        in run("insights", "--days", 1, "--agent", "vito").out
    )


def test_an_agent_that_is_not_there_changes_nothing(run: Run, folder: Path) -> None:
    make_decided(folder, WEEK)
    said = run("insights", "--agent", "nobody", "--hour-price", "40")
    assert said.code == 2 and "There is no agent 'nobody'" in said.err and said.out == ""
    assert run("insights", "--json").json[0]["hour_price"] is None


def test_an_hours_price_is_declared_on_record_and_lifted(run: Run, folder: Path) -> None:
    make_decided(folder, WEEK)
    assert "EUR" not in run("insights").out
    assert "at the declared EUR 40.50 an hour" in run("insights", "--hour-price", "40,50").out
    assert run("insights", "--json").json[0]["hour_price"] == 40.5
    wrong = run("insights", "--hour-price", "much")
    assert wrong.code == 2 and "What an hour costs" in wrong.err and "EUR 40.50" in run("insights").out
    assert "EUR" not in run("insights", "--hour-price", "0").out
    told = [(entry["amount"], entry["actor"]) for entry in record(folder) if entry["kind"] == "hour_price.declared"]
    assert [amount for amount, _ in told] == ["40.5", "0"] and all(actor.startswith("person:") for _, actor in told)
