"""One wanted action: what, the gate's word and why, what people said, what came of it."""

from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout

from opsconsole.domain.naming import ASK
from opsconsole.engine.audittrail.story import binding
from opsconsole.engine.ports.brain import ASK_PERSON
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import Tone, card, label, pill, row
from opsconsole.ui.widgets.texts import pairs, para, plain_value, tip
from opsconsole.ui.widgets.words import ACTION_STATES, VERDICTS, ago, exact, spoken, tool_words

WHY = {
    "REFUSE": "Refused because",
    "SIMULATE": "Only recorded because",
    "RECOMMEND": "Only recommended because",
    "ASK": "Asked a person because",
    "ACT": "Done without asking",
}
EFFECTS: dict[str, tuple[str, Tone]] = {
    "prepared": ("Will be done", "accent"),
    "sending": ("Being done", "accent"),
    "done": ("Done", "ok"),
    "failed": ("Failed", "danger"),
    "unknown": ("In doubt", "warn"),
    "cancelled": ("Dropped", "plain"),
    "undone": ("Undone", "plain"),
}
VERBS = {
    "approve": "approved this",
    "edit": "approved this with changes",
    "reject": "rejected this",
    "respond": "answered this",
    "ignore": "let this be",
}
LEFT = "left this to people"


def action_card(action: dict[str, Any], *, theme: Theme, now: datetime) -> QFrame:
    """Make the card of an action of a story."""
    frame, column = card()
    frame.setAccessibleName(f"Wanted action {tool_words(action['tool'])}")
    frame.setProperty("shadow", action["state"] == "simulated")
    words, tone = ACTION_STATES.get(action["stands"], (spoken(action["stands"]), "plain"))
    head = row(label(tool_words(action["tool"]), "h3"), None)
    if action["rulings"] and (verdict := action["rulings"][-1]["verdict"]) != "ASK":
        head.addWidget(pill(*VERDICTS[verdict]))  # type: ignore[arg-type]
    if not action["rulings"] or action["state"] not in ("simulated", "recommended", "refused"):
        head.addWidget(pill(words[:1].upper() + words[1:], tone))  # type: ignore[arg-type]
    column.addLayout(head)
    if action["because"]:
        column.addWidget(para(action["because"], "muted"))
    if action["rulings"]:
        _reasons(column, action["rulings"], theme)
    if action["args"]:
        column.addLayout(pairs(_told(action)))
    for decision in action["decisions"]:
        said: dict[str, Any] = decision["words"] or {}
        text = said.get("reason") or said.get("answer") or ""
        who = str(decision["actor"]).partition(":")[2]
        verb = LEFT if action["tool"] == ASK and decision["verb"] == "ignore" else VERBS[decision["verb"]]
        line = para(f"{who} {verb}, {ago(decision['at'], now)}")
        line.setToolTip(exact(decision["at"]))
        column.addWidget(line)
        if text:
            column.addWidget(para(f"“{text}”", "muted"))
    _effect(column, action)
    return frame


def _told(action: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the arguments in words; of a question what is asked, and the answers that it offers."""
    args: dict[str, Any] = action["args"]
    if action["tool"] != ASK_PERSON:
        return [(spoken(name), plain_value(value)) for name, value in args.items()]
    answers = ", ".join(spoken(str(option)) for option in args.get("options") or ())
    found = [("Question", str(args.get("question", ""))), ("Answers", answers)]
    return [(name, text) for name, text in found if text]


def _reasons(column: QVBoxLayout, rulings: list[dict[str, Any]], theme: Theme) -> None:
    ruling = rulings[-1]
    made, others = binding(ruling)
    if not made and not others:
        column.addWidget(label("No rule stood against it.", "small"))
        return
    column.addWidget(label(WHY[ruling["verdict"]] if made else "What the rules said", "cap"))
    tone = {"REFUSE": "danger", "SIMULATE": "shadow", "ASK": "warn"}.get(ruling["verdict"], "text3")
    for reason in made or others:
        _reason(column, reason, theme=theme, tone=tone)
    if made and others:
        column.addWidget(label("Other rules that spoke", "cap"))
        for reason in others:
            _reason(column, reason, theme=theme, tone="text3")
    if ruling["if_live"] and ruling["if_live"] != ruling["verdict"]:
        column.addWidget(label(f"Were it live: {VERDICTS[ruling['if_live']][0].lower()}", "small"))


def _reason(column: QVBoxLayout, reason: dict[str, Any], *, theme: Theme, tone: str) -> None:
    picture = label()
    picture.setPixmap(theme.pixmap("shield", tone))
    picture.setFixedWidth(20)
    line = row(picture, spacing=6)
    text = str(reason["text"])
    shown = para(text[:1].upper() + text[1:])
    shown.setToolTip(tip(f"Rule {reason['rule']}"))
    line.addWidget(shown, 1)
    line.setAlignment(picture, Qt.AlignmentFlag.AlignTop)
    column.addLayout(line)


def _effect(column: QVBoxLayout, action: dict[str, Any]) -> None:
    effect = action["effect"]
    if effect is not None:
        words, tone = EFFECTS.get(effect["state"], (effect["state"], "plain"))
        undo = effect.get("undo")
        tries = f"{effect['attempts']} tries" if effect["attempts"] > 1 else ""
        more = ", ".join(part for part in (tries, f"undo {undo['state']}" if undo else "") if part)
        if effect["state"] != action["state"] or more:  # else the head of the card says it already
            column.addLayout(row(label("What came of it", "cap"), pill(words, tone), label(more, "small"), None))
        if effect["error"]:
            column.addWidget(para(effect["error"], "error"))
    result: dict[str, Any] = action["result"] or {}
    if result.get("error") and not result.get("refused"):
        column.addWidget(para(f"It answered: {result['error']}", "error"))
