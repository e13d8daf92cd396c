"""A call that is typed in: a tool, its arguments as its schema names them, and how it came about."""

import json
from collections.abc import Mapping
from typing import Any, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.event import Event
from opsconsole.engine.past.simulate import Simulated, TypedCall
from opsconsole.ui.widgets.basics import ChoiceBox, button, label, row
from opsconsole.ui.widgets.columns import keep_to_width
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import para
from opsconsole.ui.widgets.words import spoken, tool_words

Schema = Mapping[str, Any]
_TITLE = 80


class CallForm(QWidget):
    """Fields for one call of an agent.

    Signals:
        asked: the `TypedCall` that is to be gone through.
    """

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        keep_to_width(self)
        self._tools: Mapping[str, ActionType] = {}
        self.tool, self.category = ChoiceBox(), ChoiceBox()
        self.tool.setAccessibleName("Tool")
        self.category.setAccessibleName("Category")
        self.fields: dict[str, QLineEdit] = {}
        self.tainted = QCheckBox("Text from outside was read before")
        self.own_step = QCheckBox("A step of the playbook chose it, with its own words")
        self.about = para("", "muted")
        self._event: int | None = None
        self.ask = button("Ask the gate", self.submit, kind="accent")
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(12)
        self._form.setVerticalSpacing(8)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 8, 24, 8)
        column.setSpacing(10)
        column.addLayout(row(label("Tool"), self.tool, 12, label("Category"), self.category, None))
        column.addLayout(self._form)
        column.addWidget(self.about)
        column.addWidget(self.tainted)
        column.addWidget(self.own_step)
        column.addLayout(row(self.ask, None))
        self.tool.currentIndexChanged.connect(self._fill)

    def show_agent(self, spec: AgentSpec, tools: Mapping[str, ActionType]) -> None:
        """Offer an agent's tools and categories."""
        self._tools = tools
        self.tool.blockSignals(True)
        self.tool.clear()
        for name in tools:
            self.tool.addItem(tool_words(name), name)
        self.tool.blockSignals(False)
        self.category.clear()
        self.category.addItem("none", None)
        for category in spec.playbook.categories:
            self.category.addItem(category.name, category.id)
        self.category.setCurrentIndex(min(1, self.category.count() - 1))
        self.tainted.setChecked(True)
        self.own_step.setChecked(spec.brain == "playbook")
        self._about(None)
        self._fill()

    def offers(self, tool: str) -> bool:
        """Whether a call of a tool can be typed in: the agent's file names it."""
        return tool in self._tools

    def begin_with(self, found: Simulated) -> None:
        """Fill in a call of the past, to be changed."""
        self.tool.setCurrentIndex(max(0, self.tool.findData(found.tool)))
        self.category.setCurrentIndex(max(0, self.category.findData(found.category)))
        for name, edit in self.fields.items():
            edit.setText(_written(found.args.get(name)))
        self.tainted.setChecked(found.is_tainted)
        self.own_step.setChecked(found.is_own_step)
        self._about(found.event)

    def submit(self) -> None:
        """Ask about what is typed."""
        name = self.tool.currentData()
        kind = self._tools.get(name)
        if kind is None:
            return
        known: Schema = kind.schema().get("properties", {})
        given = {field: read(edit.text(), known.get(field, {})) for field, edit in self.fields.items() if edit.text()}
        self.asked.emit(
            TypedCall(
                tool=name,
                args=given,
                category=self.category.currentData(),
                is_tainted=self.tainted.isChecked(),
                is_own_step=self.own_step.isChecked(),
                event=self._event,
            )
        )

    def _about(self, event: Event | None) -> None:
        """Say which event the call is about, for the caps, the sender and the deployments hang on it."""
        self._event = None if event is None else int(event.id)
        self.about.setText("" if event is None else f"About “{one_line(event.title)[:_TITLE] or 'No subject'}”.")
        self.about.setVisible(event is not None)

    def _fill(self) -> None:
        """Lay out the fields of the tool that is chosen."""
        while self._form.rowCount():
            self._form.removeRow(0)
        self.fields = {}
        kind = self._tools.get(self.tool.currentData())
        schema = {} if kind is None else kind.schema()
        needed = schema.get("required", ())
        for name, about in schema.get("properties", {}).items():
            edit = QLineEdit()
            edit.setPlaceholderText(_hint(about) if name in needed else f"{_hint(about)} (may stay empty)".lstrip())
            edit.setAccessibleName(spoken(name))
            edit.returnPressed.connect(self.submit)
            self.fields[name] = edit
            self._form.addRow(label(spoken(name)), edit)


def read(text: str, schema: Schema) -> Any:
    """Return what was typed as the schema wants it; what does not fit stays text, which the tool then refuses."""
    kind = _kind(schema)
    if kind == "array" and not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    if kind in ("integer", "number", "boolean", "object", "array"):
        try:
            return json.loads({"yes": "true", "no": "false"}.get(text.strip().lower(), text))
        except ValueError:
            return text
    return text


def _kind(schema: Schema) -> str:
    """Return the JSON type that an argument takes; of several the first."""
    if isinstance(schema.get("type"), str):
        return str(schema["type"])
    some = cast(list[Schema], schema.get("anyOf") or [])
    return next((kind for each in some if (kind := _kind(each)) not in ("", "null")), "")


def _hint(schema: Schema) -> str:
    hints = {"integer": "a number", "number": "a number", "boolean": "yes or no", "array": "several, by comma"}
    return hints.get(_kind(schema), "")


def _written(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
