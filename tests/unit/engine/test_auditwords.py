"""What an entry of the audit trail says, in words."""

import pytest

from opsconsole.engine.audittrail.words import fact_words


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("step", "pricing_question#0", "pricing question, step 1"),
        ("step", "case#4", "case, step 5"),
        ("step", "what a person did", "what a person did"),
        ("category", "pricing_question", "pricing question"),
        ("tool", "desk.find_deals", "find deals"),
        ("scope", "all", "everything"),
    ],
)
def test_no_name_of_the_programs_own(name: str, value: str, words: str) -> None:
    assert fact_words(name, value) == words
