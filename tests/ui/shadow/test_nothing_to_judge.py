"""Compare, where no pair waits for a word: what is so, and not that all is judged."""

from pathlib import Path

from tests.ui.scenes import perform, told
from tests.ui.shadow.pairsample import make_pairs
from tests.ui.shadow.test_compare_panel import Hand
from tests.ui.stage import Stage, until


def test_that_nothing_is_to_judge_is_told_with_its_reason(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        hand = Hand(stage)
        await until(lambda: "nothing to judge" in told(hand.page))
        assert "In 3 of 3 pairs both did the same." in told(hand.page) and "judged: 0 of all 3" in told(hand.page)
        assert "All is judged" not in told(hand.page)

    folder = make_pairs(tmp_path / "w", 3, kinds=("same",))
    perform(folder, scene)


def test_after_the_last_word_all_is_judged(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        hand = Hand(stage)
        await hand.ready()
        hand.page.press(1)
        await until(lambda: "All is judged" in told(hand.page))
        assert "both did the same" not in told(hand.page) and "nothing to judge" not in told(hand.page)

    perform(make_pairs(tmp_path / "w", 1, kinds=("differs",)), scene)
