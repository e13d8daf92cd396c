"""The story of a run, or of an event nobody works, as a page of cards."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from opsconsole.domain.enums import Verdict
from opsconsole.engine.audittrail.words import about, actor_words, kind_words
from opsconsole.engine.ports.brain import ASK_PERSON
from opsconsole.store.queries.views.auditwords import What
from opsconsole.store.queries.views.timeline import History
from opsconsole.ui.panels.feed.actioncard import action_card
from opsconsole.ui.panels.feed.drawncard import drawn_card
from opsconsole.ui.panels.feed.line import TRIED
from opsconsole.ui.panels.feed.lookupwords import asked_words, found_words
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import beside, button, card, clamped, label, pill, row
from opsconsole.ui.widgets.columns import keep_to_width
from opsconsole.ui.widgets.flow import FlowLayout, flowing
from opsconsole.ui.widgets.moments import moments_card
from opsconsole.ui.widgets.parties import party_links
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.seen import is_on_screen
from opsconsole.ui.widgets.texts import clear, foldable, para, tip
from opsconsole.ui.widgets.words import ago, exact, local, plural, run_words, spoken, tool_words

LINES = 60
"""Audit lines shown."""
_KNOWN = ("at", "kind", "actor", "seq", "run", "event", "approval")
"""What a line of the record says otherwise, or the whole page is about."""


@dataclass(frozen=True, slots=True)
class AgentOf:
    """Whose work is shown."""

    agent_id: str
    agent: str
    """Its name."""


class StoryView(QScrollArea):
    """Shows one story. `show_story` is total: what was shown before is gone.

    Signals:
        history_wanted: (subject id) the whole history of the subject is asked for.
        event_wanted: (event id) another event is to be shown.
        run_wanted: (run id) another agent's run on the same event.
        party_wanted: (address or domain) everything about it is asked for.
        decide_wanted: it is to be decided first.
        show_wanted: what the agent did is to be shown all the same.
    """

    history_wanted = Signal(int)
    event_wanted = Signal(int)
    run_wanted = Signal(int)
    party_wanted = Signal(str)
    decide_wanted = Signal()
    show_wanted = Signal()

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._theme, self._now = theme, now
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget()
        page.setObjectName("page")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(28, 24, 28, 28)
        self._column.setSpacing(14)
        keep_to_width(page)
        self.setWidget(page)
        self._history: QWidget | None = None
        self.cards: dict[str, QFrame] = {}
        self._unreal: list[str] = []
        self.worked_by: AgentOf | None = None
        """The agent of the run that is shown."""

    def show_story(
        self,
        story: dict[str, Any],
        runs: Sequence[tuple[int, str, str]],
        *,
        verdict: str | None = None,
        is_other: bool = False,
    ) -> None:
        """Show a run's story, or `{"event": …}` alone, from its top where it is another one.

        `verdict`: the first action on which the gate said so is brought on the screen.
        """
        place = 0 if is_other else self.verticalScrollBar().value()
        self.setUpdatesEnabled(False)
        clear(self._column)
        self.cards.clear()
        self._unreal = [action["id"] for action in story.get("actions", ()) if _is_of(action, Verdict.SIMULATE.name)]
        self._history = None
        self.worked_by = AgentOf(story["agent"], story["agent_name"]) if "run" in story else None
        self._head(story, runs)
        self._event(story["event"])
        if story.get("is_undecided"):
            self._column.addWidget(drawn_card(decide=self.decide_wanted.emit, show=self.show_wanted.emit))
        elif "run" in story:
            actions: list[dict[str, Any]] = story["actions"]
            wanted = [action for action in actions if action["is_write"] or action["tool"] == ASK_PERSON]
            self._lookups([action for action in actions if action not in wanted])
            self._thinking(story)
            self._writes(wanted)
            self._end(story)
            tools = {action["id"]: action["tool"] for action in actions}
            self._record(story["audit"], story["names"], tools)
        self._column.addStretch(1)
        self.setUpdatesEnabled(True)
        aim = (
            next((action for action in story.get("actions", ()) if _is_of(action, verdict)), None) if verdict else None
        )
        QTimer.singleShot(0, self, partial(self._scroll, place, self.cards.get(aim["id"]) if aim else None))

    def shows_proposal(self) -> bool:
        """Return whether something that was only recorded, not done, is on the screen."""
        return any(is_on_screen(self.cards[action], self.viewport()) for action in self._unreal if action in self.cards)

    def show_history(self, history: History) -> None:
        """Show the subject's history above the rest."""
        if self._history is not None:
            self._history.setParent(None)
            self._history.deleteLater()
        self._history = moments_card(history, theme=self._theme, now=self._now(), open_event=self.event_wanted.emit)
        self._column.insertWidget(2, self._history)
        QTimer.singleShot(0, self, partial(self._scroll, 0, None))

    def _scroll(self, place: int, target: QWidget | None) -> None:
        self.verticalScrollBar().setValue(place if target is None else max(0, target.y() - 24))

    def _head(self, story: dict[str, Any], runs: Sequence[tuple[int, str, str]]) -> None:
        event = story["event"]
        title = para(one_line(event["title"]) or spoken(event["kind"]), "h1")
        line = QHBoxLayout()
        line.addWidget(title, 1)
        stands = [action["stands"] for action in story.get("actions", ())]
        words, tone = (TRIED, "shadow") if event.get("is_tried") else ("No agent works this", "plain")
        if "run" in story:
            words, tone = run_words(story["state"], stands, story["place"], is_left=story["is_left"])
        words, tone = ("Decide first", "accent") if story.get("is_undecided") else (words, tone)
        line.addWidget(pill(words, tone), 0, Qt.AlignmentFlag.AlignTop)  # type: ignore[arg-type]
        self._column.addLayout(line)
        self._column.addWidget(self._facts(story))
        if len(runs) > 1:
            others = [
                button(name, partial(self.run_wanted.emit, run), kind="chip")
                for run, _, name in runs
                if run != story.get("run")
            ]
            self._column.addWidget(flowing(label("Also worked by", "small"), *others, gap=8))

    def _facts(self, story: dict[str, Any]) -> QWidget:
        facts = QWidget()
        line = FlowLayout(facts, gap=24)
        for name, value, more in self._meta(story):
            pair = QWidget()
            box = QVBoxLayout(pair)
            box.setContentsMargins(0, 0, 0, 0)
            box.setSpacing(2)
            box.addWidget(label(name, "cap"))
            shown = label(value)
            shown.setToolTip(tip(more))
            box.addWidget(shown)
            line.addWidget(pair)
        history = partial(self.history_wanted.emit, int(story["event"]["subject_id"]))
        line.addWidget(button("Whole history of this subject", history))
        return facts

    def _meta(self, story: dict[str, Any]) -> list[tuple[str, str, str]]:
        event = story["event"]
        found = [("Came", ago(event["at"], self._now()), exact(event["at"]))]
        if "run" in story:
            named, category = story["categories"], story["category"] or ("–" if story["is_undecided"] else None)
            sure = "" if story["confidence"] is None else f", {story['confidence']:.0%} sure"
            tried = f", canary version {story['version']}" if story["is_canary"] else ""
            found += [
                ("Agent", story["agent_name"] + tried, f"version {story['version']}"),
                ("Category", (named.get(category) or spoken(category or "Not sorted")) + sure, ""),
                ("Model cost", _money(story), ""),
            ]
        return [*found, ("From", spoken(event["connection"]), event["subject"])]

    def _event(self, event: dict[str, Any]) -> None:
        frame, column = card()
        sender = one_line(event["from_name"] or event["from"] or spoken(event["connection"]), 80)
        is_sure = bool(event["is_verified"])
        head, pills = clamped("h3"), list[QWidget]()
        head.setText(sender)
        if is_sure or event["from"]:  # what the desk itself noticed has no sender to doubt
            pills = [pill("Sender verified" if is_sure else "Sender not verified", "ok" if is_sure else "warn")]
        column.addLayout(beside(head, *pills))
        if event["from_name"] and event["from"]:
            column.addWidget(para(one_line(event["from"], 80), "small"))
        for problem in event["problems"]:
            column.addWidget(para(f"Read with care: {problem}", "error"))
        column.addWidget(foldable(event["text"] or "No text.", short=700))
        if links := party_links(event["from"], self.party_wanted.emit):
            column.addWidget(flowing(*links, gap=16, line_gap=0))
        self._column.addWidget(frame)

    def _lookups(self, actions: list[dict[str, Any]]) -> None:
        if not actions:
            return
        frame, column = card()
        column.addWidget(label("What the agent looked up", "h3"))
        for action in actions:
            picture = label()
            picture.setPixmap(self._theme.pixmap("search", "text3"))
            asked, result = asked_words(action["args"]), action["result"]
            found = "" if result is None else found_words(result, action["args"])
            line = row(picture, spacing=8)
            text = QVBoxLayout()
            text.setSpacing(0)
            text.addWidget(para(f"{tool_words(action['tool'])}: {asked}".removesuffix(": ")[:300]))
            if found:
                text.addWidget(foldable(found, "small", short=180))
            line.addLayout(text, 1)
            line.setAlignment(picture, Qt.AlignmentFlag.AlignTop)
            column.addLayout(line)
        self._column.addWidget(frame)

    def _thinking(self, story: dict[str, Any]) -> None:
        rows = [(turn["rationale"], turn["evidence"]) for turn in story["turns"]]
        if not any(rationale or evidence for rationale, evidence in rows):
            return
        frame, column = card()
        column.addWidget(label("Why the agent sorted it so", "h3"))
        for rationale, evidence in rows:
            if rationale:
                column.addWidget(foldable(rationale[:1].upper() + rationale[1:]))
            for quote in evidence[:8]:
                column.addWidget(foldable(_quotes(quote, story["categories"]), "small", short=240))
        self._column.addWidget(frame)

    def _writes(self, actions: list[dict[str, Any]]) -> None:
        if not actions:
            self._column.addWidget(label("The agent wanted to do nothing.", "muted"))
            return
        self._column.addWidget(label(f"What the agent wanted to do ({plural(len(actions), 'action')})", "h2"))
        for action in actions:
            self.cards[action["id"]] = made = action_card(action, theme=self._theme, now=self._now())
            self._column.addWidget(made)

    def _end(self, story: dict[str, Any]) -> None:
        if story["error"]:
            waits = story["state"] in ("waiting", "queued")
            self._column.addWidget(
                para(
                    ("It is tried again: " if waits else "It failed: ") + story["error"], "muted" if waits else "error"
                )
            )
        if story["outcome"]:
            self._column.addWidget(para(f"Outcome: {story['outcome']}", "muted"))

    def _record(self, entries: list[dict[str, Any]], names: Mapping[str, str], tools: Mapping[str, str]) -> None:
        frame, column = card()
        column.addWidget(label(f"The record: {plural(len(entries), 'entry', 'entries')}", "h3"))
        for entry in entries[:LINES]:
            facts = {name: value for name, value in entry.items() if name not in _KNOWN}
            number = label(str(entry["seq"]), "small")
            number.setFixedWidth(56)
            when = label(f"{local(datetime.fromisoformat(entry['at'])):%H:%M:%S}", "small")
            line = row(number, spacing=8)
            what = about(entry["kind"], facts, names, what=What(tool=tools.get(str(entry.get("action")), "")))
            text = " · ".join(
                part for part in (kind_words(entry["kind"]), actor_words(entry["actor"], names), what) if part
            )
            line.addWidget(para(text, "small"), 1)
            line.addWidget(when, 0, Qt.AlignmentFlag.AlignTop)
            column.addLayout(line)
        if len(entries) > LINES:
            column.addWidget(label(f"and {len(entries) - LINES} more, in Audit", "small"))
        self._column.addWidget(frame)


def _is_of(action: dict[str, Any], verdict: str | None) -> bool:
    return bool(action["is_write"] and action["rulings"] and action["rulings"][-1]["verdict"] == verdict)


def _quotes(evidence: dict[str, Any], categories: Mapping[str, str]) -> str:
    quote = str(evidence.get("quote", ""))
    if "case" in evidence:
        category = str(evidence.get("category", ""))
        return f"Like an earlier case ({categories.get(category) or spoken(category)}): {quote}"
    is_found = evidence.get("state") == "found"
    where = f"found in {evidence.get('source', '')}" if is_found else "found nowhere in what was read"
    return f"“{quote}” ({where})"


def _money(story: dict[str, Any]) -> str:
    return f"{story['currency']} {story['cost_micros'] / 1e6:,.4f}" if story["cost_micros"] else "none"
