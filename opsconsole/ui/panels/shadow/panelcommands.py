"""The panel's commands: one list that feeds keys, palette, menu and help."""

from collections.abc import Callable
from functools import partial

from opsconsole.engine.evidence.words import SAID
from opsconsole.ui.command import Command
from opsconsole.ui.panels.shadow.compare.judgebar import ORDER
from opsconsole.ui.panels.shadow.compare.page import ComparePage
from opsconsole.ui.panels.shadow.lessons.page import LessonsPage
from opsconsole.ui.panels.shadow.notdone.page import NotDonePage


def make_commands(
    compare: ComparePage, cards: NotDonePage, lessons: LessonsPage, tab: Callable[[], str]
) -> list[Command]:
    """Make what holds for pairs and for lessons, and the ways about."""

    def is_pairs() -> bool:
        return tab() == "compare"

    def is_free() -> bool:
        return tab() == "compare" and not compare.is_asking

    def is_listed() -> bool:
        return tab() in ("compare", "recommendations", "lessons")

    def is_lesson() -> bool:
        return tab() == "lessons" and lessons.shown is not None

    def step(by: int) -> None:
        pages: dict[str, ComparePage | LessonsPage] = {"compare": compare, "lessons": lessons}
        pages.get(tab(), cards).step(by)

    made = [
        _command(
            f"judge_{verdict.value}",
            SAID[verdict],
            f"{number}",
            partial(compare.press, number),
            is_pairs,
        )
        for number, verdict in enumerate(ORDER, 1)
    ]
    return [
        *made,
        _command("category", "Say the right category", "C", compare.ask_category, is_free),
        _command("undo", "Take the last word back", "Ctrl+Z", compare.verbs.undo, is_free),
        _command("find", "Filter the pairs", "/", compare.seek, is_free),
        _command("try_lesson", "Try the lesson on the past", "T", lessons.try_it, is_lesson),
        _command("take_lesson", "Take the lesson", "L", lessons.take, is_lesson),
        _command("next", "Next", "J", lambda: step(1), is_listed, "Down"),
        _command("previous", "Previous", "K", lambda: step(-1), is_listed, "Up"),
    ]


def _command(
    name: str, title: str, key: str, run: Callable[[], None], is_enabled: Callable[[], bool], *more: str
) -> Command:
    return Command(
        id=f"shadow.{name}",
        title=title,
        keys=(key, *more),
        run=run,
        group="Shadow",
        is_enabled=is_enabled,
        opens_field=name == "find",
    )
