"""What corrections teach: other values for steps, and none where a person said that it was of another kind."""

from pathlib import Path

from opsconsole.app.session import opened
from opsconsole.engine.evidence.lessons import lessons
from tests.ui.shadow.lessonsample import NEW, judge, make_corrected, pairs_of


def test_what_people_did_with_another_kind_says_nothing_of_this_ones_steps(tmp_path: Path) -> None:
    folder = make_corrected(tmp_path / "w")
    with opened(folder) as session:
        (lesson,) = lessons(session.kernel, "sorter")
        assert f"“{NEW}” where the agent writes “Cards”" in lesson.text
        for pair in pairs_of(session, "sorter", NEW)[:3]:
            judge(session, pair, "transfer")
        (lesson,) = lessons(session.kernel, "sorter")
        assert lesson.text == "3 times a person said that the event was “Transfers”"
