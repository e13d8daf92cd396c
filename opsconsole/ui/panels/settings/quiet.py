"""Quiet hours of each agent, and where they are changed: in its file, so that a change makes a new version of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QVBoxLayout

from opsconsole.domain.agent import QuietHours
from opsconsole.domain.naming import tools_words
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import versions
from opsconsole.ui.widgets.basics import card, label
from opsconsole.ui.widgets.texts import clear

_KEY = "quiet_hours"
_ABOUT = (
    "Each agent has its own, so that a change makes a new version of it: open Agents, choose the agent, then"
    " Guardrails. They stand in its file too:"
)


@dataclass(frozen=True, slots=True)
class Own:
    """The quiet hours of one agent."""

    agent: str
    name: str
    hours: tuple[QuietHours, ...]
    line: int
    """Of its file, from 1; 0 where it has none."""


def query(kernel: Kernel) -> list[Own]:
    """Read those of every agent in use."""
    return [
        Own(
            version.agent_id,
            version.spec.name,
            version.spec.quiet_hours,
            _line(versions.version(kernel.reader, version.id)),
        )
        for version in kernel.roster.current(kernel.reader)
    ]


class Quiet:
    """A card with a paragraph for every agent."""

    def __init__(self) -> None:
        self.frame, column = card()
        column.addWidget(label("Quiet hours", "h3"))
        column.addWidget(label(_ABOUT, "muted", is_wrapped=True, is_selectable=True))
        self._hours = QVBoxLayout()
        self._hours.setSpacing(4)
        column.addLayout(self._hours)

    def render(self, found: Sequence[Own]) -> None:
        """Show them."""
        clear(self._hours)
        for own in found:
            text = "; ".join(map(_told, own.hours)) if own.hours else "none"
            self._hours.addWidget(label(f"{own.name}: {text}", is_wrapped=True))
            where = f"line {own.line}" if own.line else f"no {_KEY} yet"
            self._hours.addWidget(label(f"{own.agent}.yaml, {where}", "small", is_wrapped=True, is_selectable=True))
        if not found:
            self._hours.addWidget(label("No agent is in use yet.", is_wrapped=True))


def _line(version: versions.VersionRow | None) -> int:
    lines = [] if version is None else version.source.splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.startswith(f"{_KEY}:")), 0)


def _told(hours: QuietHours) -> str:
    zone = f"the recipient's zone, else {hours.fallback}" if hours.zone == "recipient" else hours.zone
    days = f" and all of {', '.join(day.title() for day in hours.days)}" if hours.days else ""
    what = "" if hours.actions == ("*",) else f" for {', '.join(map(tools_words, hours.actions))}"
    return f"{hours.from_} to {hours.to} ({zone}){days}{what}"
