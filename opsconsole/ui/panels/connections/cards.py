"""A connection's card: what it is, how it is, and whether a pause keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from PySide6.QtWidgets import QFrame, QLabel, QWidget

from opsconsole.store.queries import connections as read
from opsconsole.ui.panels.connections.kinds import HEALTH, INSIDE, KINDS
from opsconsole.ui.widgets.basics import Tone, beside, card, label, pill, row
from opsconsole.ui.widgets.words import ago, exact

_LAST = "lastEvent"
_PAUSED = "Nothing is done through it until you resume it. What comes in is kept."
_UNWORKED = "No agent works what comes in here yet: it is kept, and nothing is done with it."
_ALL_PAUSED = "All agents are paused. What comes in is kept, and worked once you resume them."


@dataclass(frozen=True, slots=True)
class Shown:
    """A connection as the page shows it."""

    row: read.ConnectionRow
    health: tuple[str, str, datetime] | None
    last_at: datetime | None
    is_paused: bool
    """By itself."""
    is_all_paused: bool
    """With everything else."""
    is_unworked: bool = False
    """Events come in through it, and no agent works them."""

    @property
    def how(self) -> tuple[str, Tone]:
        """How it is, whether or not it is paused."""
        if self.row.kind in INSIDE:
            return "Works", "ok"
        if self.health is None:
            return "Not tried yet", "plain"
        return HEALTH.get(self.health[0], (self.health[0].replace("_", " ").capitalize(), "warn"))

    @property
    def is_kept(self) -> bool:
        """A pause keeps it. A model does nothing by itself."""
        return self.row.kind != "model" and (self.is_paused or self.is_all_paused)


def connection_card(shown: Shown, now: datetime, buttons: Sequence[QWidget]) -> QFrame:
    """Make the card."""
    frame, column = card()
    name, kind = shown.row.id, KINDS.get(shown.row.kind, shown.row.kind)
    state, tone = shown.how
    is_bad = tone not in ("ok", "plain")
    pills = [pill(state, tone)] if is_bad or not shown.is_kept else []
    if shown.is_kept:
        pills.append(pill("Paused", "warn"))
    column.addLayout(row(label(name, "h2"), label(kind, "small"), None, *pills))
    if where := _where(shown.row):
        column.addWidget(label(where, "muted", is_wrapped=True, is_selectable=True))
    if shown.is_kept:
        column.addWidget(label(_PAUSED if shown.is_paused else _ALL_PAUSED, "muted", is_wrapped=True))
    if shown.is_unworked:
        column.addWidget(label(_UNWORKED, is_wrapped=True))
    if shown.health is not None and shown.health[1]:
        text = f"{shown.health[1]} ({ago(shown.health[2], now)})"
        column.addWidget(label(text, "error" if is_bad else "", is_wrapped=True, is_selectable=True))
    last = label("", "small")
    last.setObjectName(_LAST)
    column.addLayout(beside(last, *buttons))
    tell_last(frame, shown, now)
    told = ", ".join(made.text() for made in pills)
    frame.setAccessibleName(f"{name}, {kind}: {told}")
    return frame


def tell_last(frame: QFrame, shown: Shown, now: datetime) -> None:
    """Say on a card what came last, without making it anew: somebody may be about to press a button of it."""
    last = frame.findChild(QLabel, _LAST)
    if not isinstance(last, QLabel):
        return
    if shown.row.kind == "model":
        last.setText(f"{shown.row.config.get('model', '')} thinks for agents that name it")
    elif shown.row.kind == "texts":
        last.setText("Sends only")
    else:
        last.setText("No event yet" if shown.last_at is None else f"Last event {ago(shown.last_at, now)}")
        last.setToolTip("" if shown.last_at is None else exact(shown.last_at))


def shape(shown: Shown, now: datetime) -> tuple[object, ...]:
    """Return all that a card says but what came last: where that stays, the card does."""
    return replace(shown, last_at=None), "" if shown.health is None else ago(shown.health[2], now)


def _where(row: read.ConnectionRow) -> str:
    if row.kind in INSIDE:
        return INSIDE[row.kind]
    if row.kind == "webhook":
        return f"http://{row.config.get('listen', '')}{row.config.get('path', '')}"
    return str(next((row.config[key] for key in ("address", "base_url", "base") if row.config.get(key)), ""))
