"""The panel's commands: one list that feeds keys, palette, menu and help."""

from collections.abc import Callable, Mapping
from typing import Literal

from PySide6.QtCore import QObject, QTimer

from opsconsole.domain.enums import ApprovalKind
from opsconsole.ui.command import Command

Mode = Literal["card", "reject", "snooze", "edit", "batch", "reject many", "outcome"]
"""What the keys mean: verbs of the card that is shown, or the page or sheet that is open."""
_MODES: dict[Mode, str] = {
    "reject": "Say why first: 1 to 5, or your own words. Esc goes back.",
    "reject many": "Say why first: 1 to 5, or your own words. Esc goes back.",
    "snooze": "Say until when first, by its number. Esc goes back.",
    "edit": "You are editing: Ctrl+Enter approves, Esc goes back.",
    "outcome": "Say who was right: 1 to 3. Enter leaves it for later.",
    "batch": "You are deciding many: the keys at the foot say it of those that are ticked, Esc goes back.",
}
_KINDS = {
    ApprovalKind.ACTION: "This asks for a yes or no: A approves, R rejects.",
    ApprovalKind.QUESTION: "It is a question: press the number of an answer, Q to write one, L to leave it to people.",
    ApprovalKind.UNKNOWN: "Say whether it was done: A for yes, R for no.",
}
Acts = Mapping[str, Callable[[], None]]
_ACTION, _QUESTION, _DOUBT = ApprovalKind.ACTION, ApprovalKind.QUESTION, ApprovalKind.UNKNOWN
_EVERY = (_ACTION, _QUESTION, _DOUBT)
LOOK_MS = 30_000
"""How often ages, and what was put off, are looked at."""
_LIST: tuple[tuple[str, str, str, tuple[ApprovalKind, ...]], ...] = (
    ("approve", "Approve this request", "A", _EVERY),
    ("edit", "Edit, then approve", "E", (_ACTION,)),
    ("reject", "Reject with a reason", "R", (_ACTION, _DOUBT)),
    ("answer", "Answer the agent's question", "Q", (_QUESTION,)),
    ("leave", "Leave the question to people", "L", (_QUESTION,)),
    ("ignore", "Ignore: let it lapse", "I", (_ACTION,)),
    ("snooze", "Snooze for an hour", "S", _EVERY),
    ("snooze_until", "Snooze until a time you pick", "Shift+S", _EVERY),
    ("pause", "Pause the agent that asks", "Shift+P", _EVERY),
    ("next", "Next request", "J", ()),
    ("previous", "Previous request", "K", ()),
    ("undo", "Undo the last decision", "Ctrl+Z", ()),
    ("batch", "Decide all of this kind", "B", ()),
    ("put_off", "Show what is put off, or what waits", "Z", ()),
    ("find", "Filter what waits", "/", ()),
    ("group", "Group what waits in another way", "G", ()),
    ("order", "Order what waits in another way", "O", ()),
)
"""Name, title, key, kinds of request it fits; none: it needs no request."""
_MANY = ("approve", "reject", "leave")
"""Verbs that mean those that are ticked, where many are decided."""


def make_commands(
    acts: Acts, kind: Callable[[], ApprovalKind | None], mode: Callable[[], Mode], *, unread: Callable[[], str]
) -> list[Command]:
    """Make the commands; all hold only while a card is looked at.

    Args:
        acts: what each does.
        kind: says of what kind the card is.
        mode: says what the keys mean.
        unread: says why there is no card.
    """

    def enabled(kinds: tuple[ApprovalKind, ...]) -> Callable[[], bool]:
        return lambda: mode() == "card" and (not kinds or kind() in kinds)

    def is_enabled(name: str, kinds: tuple[ApprovalKind, ...]) -> Callable[[], bool]:
        as_card = enabled(kinds)
        return (lambda: mode() == "batch" or as_card()) if name in _MANY else as_card

    return [
        Command(
            id=f"approvals.{name}",
            title=title,
            keys=(key,),
            run=acts[name],
            group="Approvals",
            is_enabled=is_enabled(name, kinds),
            why_not=lambda: unread() if mode() == "card" and kind() is None else why_not(mode(), kind()),
            opens_field=name == "find",
        )
        for name, title, key, kinds in _LIST
    ]


def why_not(mode: Mode, kind: ApprovalKind | None) -> str:
    """Return why a key that is a verb elsewhere does nothing now, and what does."""
    if mode != "card":
        return _MODES[mode]
    return "No request is shown." if kind is None else _KINDS[kind]


def every(owner: QObject, act: Callable[[], None], milliseconds: int = LOOK_MS) -> None:
    """Do something again and again, as long as its owner lives."""
    timer = QTimer(owner)
    timer.setInterval(milliseconds)
    timer.timeout.connect(act)
    timer.start()
