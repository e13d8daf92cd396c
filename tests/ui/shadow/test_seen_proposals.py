"""What a screen showed of a run in shadow is noted; what it did not show is not."""

from pathlib import Path

from opsconsole.ui.panels.feed.panel import FeedPanel
from opsconsole.ui.panels.shadow.panel import ShadowPanel
from tests.ui.scenes import make_advised, perform, record, told
from tests.ui.stage import Stage, until


def _seen(folder: Path) -> list[int]:
    return [entry["run"] for entry in record(folder) if entry["kind"] == "proposal.seen"]


def test_only_what_is_on_the_screen_makes_its_pair_unblind(tmp_path: Path) -> None:
    folder = make_advised(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = stage.show(ShadowPanel)
        panel.go({"tab": "recommendations"})
        await until(lambda: told(panel).count("Because:") == 2)
        panel.go({"tab": "would"})
        await until(lambda: "Demo 3" in told(panel))
        await until(lambda: _seen(folder))
        panel.turn("would")
        panel.refresh()

    perform(folder, scene)
    assert _seen(folder) == [3]


def test_the_feed_notes_the_story_it_shows(tmp_path: Path) -> None:
    folder = make_advised(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = stage.show(FeedPanel)
        panel.go({"event": 1, "run": 1})  # a recommendation, not shadow
        await until(lambda: "Demo 1" in told(panel.story))
        panel.go({"event": 3, "run": 3})
        await until(lambda: "Demo 3" in told(panel.story) and panel.story.cards)
        await until(lambda: _seen(folder))

    perform(folder, scene)
    assert _seen(folder) == [3]


def test_what_is_off_the_screen_is_not_seen(tmp_path: Path) -> None:
    folder = make_advised(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel = stage.show(FeedPanel, height=300)  # the proposals are below the event
        panel.go({"event": 3, "run": 3})
        await until(lambda: "Demo 3" in told(panel.story) and panel.story.cards)
        await until(lambda: panel.story.verticalScrollBar().maximum() > 0)
        assert not panel.story.shows_proposal()
        panel.story.verticalScrollBar().setValue(next(iter(panel.story.cards.values())).y() - 24)
        assert panel.story.shows_proposal()
        panel.hide()  # nobody looks any more when it is asked

    perform(folder, scene)
    assert _seen(folder) == []
