"""Conditions are told in plain words, and no sign of an expression is left in them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.app.place import resources
from opsconsole.engine.agents.file import all_steps, read_agent
from opsconsole.policy.cel.words import UNTOLD, condition_words
from tests.support.rig import registry

CODE = re.compile(r"[|\\\[\]{}*+^$]|&&|==|\(\?i\)|matches|event[.]")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("event.title.matches('(?i)(payroll|payslip)')", "the subject has “payroll” or “payslip”"),
        ("event.text.matches('(?i)stolen')", "the text has “stolen”"),
        (
            "(event.title + ' ' + event.text).matches('(?i)(refund|money back|twice)')",
            "the subject or the text has “refund”, “money back” or “twice”",
        ),
        ("event.text.matches('a|b|c|d|e|f|g')", "the text has “a”, “b”, “c”, “d”, “e”, “f” or the like"),
        ("!event.title.matches('urgent')", "the subject has not “urgent”"),
        ("!contact.found && tickets.count == 0", "no contact found, and no tickets found"),
        (
            "event.is_verified && (tickets.count > 0 || thread.count <= 1)",
            "the sender is verified, and tickets found or the number of thread is at most 1",
        ),
        ("event.fields.stage in ['won', 'lost']", "the stage is “Won” or “Lost”"),
        ("event.fields.idle_days >= 14", "the idle days is at least 14"),
        ("decision.answer == 'Credit one month'", "the answer is “Credit one month”"),
        ("event.title.matches('(?i)(invoice)') // && event.is_verified", "the subject has “invoice”"),
        ("// a || b\n!contact.found // none\n&& event.is_auto", "no contact found, and a machine wrote it"),
        ("event.fields.page == 'http://a'", "the page is “Http://a”"),
        ("event.is_verified ? contact.found || event.is_auto : tickets.count == 0", UNTOLD),
        (
            "(event.is_verified ? contact.found || event.is_auto : true) && event.is_auto",
            f"a machine wrote it, and {UNTOLD}",
        ),
        ("event.is_auto || [event.is_verified || contact.found][0]", f"a machine wrote it, or {UNTOLD}"),
        ("event.title.matches('^[A-Z]{2}\\d+$')", UNTOLD),
        ("event.is_auto && size(event.text) > 9", f"a machine wrote it, and {UNTOLD}"),
    ],
)
def test_a_condition_is_told_in_plain_words(text: str, words: str) -> None:
    assert condition_words(text) == words


def test_no_condition_of_a_sample_agent_is_told_in_code() -> None:
    files = (resources() / "sample" / "agents").glob("*.yaml")
    steps = [step for file in files for step, _ in all_steps(read_agent(file, registry()).spec)]
    told = {condition_words(step.when) for step in steps if step.when}
    assert len(told) > 20 and not [words for words in told if CODE.search(words)]


@given(st.text(alphabet="ab.()|&!='\"\\ ?*[]i", max_size=60))
def test_whatever_stands_there_is_told_without_an_error(text: str) -> None:
    assert condition_words(text)
