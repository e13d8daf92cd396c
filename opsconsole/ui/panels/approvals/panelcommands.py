"""The panel's commands: one list that feeds keys, palette, menu and help."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QTimer

from opsconsole.domain.enums import ApprovalKind
from opsconsole.ui.command import Command

Acts = Mapping[str, Callable[[], None]]
_ACTION, _QUESTION, _DOUBT = ApprovalKind.ACTION, ApprovalKind.QUESTION, ApprovalKind.UNKNOWN
_EVERY = (_ACTION, _QUESTION, _DOUBT)
LOOK_MS = 30_000
"""How often ages, and what was put off, are looked at."""
_LIST: tuple[tuple[str, str, str, tuple[ApprovalKind, ...]], ...] = (
    ("approve", "Approve this request", "A", _EVERY),
    ("edit", "Edit, then approve", "E", (_ACTION,)),
    ("reject", "Reject with a reason", "R", _EVERY),
    ("answer", "Answer the agent's question", "Q", (_QUESTION,)),
    ("ignore", "Ignore: let it lapse", "I", (_ACTION, _QUESTION)),
    ("snooze", "Snooze for an hour", "S", _EVERY),
    ("tomorrow", "Snooze until tomorrow, 9:00", "Shift+S", _EVERY),
    ("next", "Next request", "J", ()),
    ("previous", "Previous request", "K", ()),
    ("undo", "Undo the last approval or snooze", "Ctrl+Z", ()),
    ("batch", "Decide all of this kind", "B", ()),
    ("put_off", "Show what is put off, or what waits", "Z", ()),
    ("find", "Filter what waits", "/", ()),
)
"""Name, title, key, kinds of request it fits; none: it needs no request."""


def make_commands(acts: Acts, kind: Callable[[], ApprovalKind | None], is_card: Callable[[], bool]) -> list[Command]:
    """Make the commands; all hold only while a card is looked at, `kind` says of what kind it is."""

    def enabled(kinds: tuple[ApprovalKind, ...]) -> Callable[[], bool]:
        return lambda: is_card() and (not kinds or kind() in kinds)

    return [
        Command(
            id=f"approvals.{name}",
            title=title,
            keys=(key,),
            run=acts[name],
            group="Approvals",
            is_enabled=enabled(kinds),
        )
        for name, title, key, kinds in _LIST
    ]


def every(owner: QObject, act: Callable[[], None], milliseconds: int = LOOK_MS) -> None:
    """Do something again and again, as long as its owner lives."""
    timer = QTimer(owner)
    timer.setInterval(milliseconds)
    timer.timeout.connect(act)
    timer.start()
