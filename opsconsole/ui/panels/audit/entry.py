"""One entry read whole."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from PySide6.QtWidgets import QFrame

from opsconsole.engine.audittrail.words import actor_words, fact_words, kind_words, reason_words
from opsconsole.store.queries.views.auditlist import Entry
from opsconsole.ui.widgets.basics import button, card, label
from opsconsole.ui.widgets.texts import broken, foldable, pairs, para, plain_value, verbatim
from opsconsole.ui.widgets.words import exact, spoken

_ROOMY, _TIGHT = (22, 40, 32), (15, 30, 28)
"""Characters that one line holds: of a value, of the entry as it was written, of the chain's digits."""


def entry_card(entry: Entry, *, go: Callable[..., None], is_narrow: bool = False) -> QFrame:
    """Make the card of an entry; `go` leads to the event or run that it is about."""
    value, line, digits = _TIGHT if is_narrow else _ROOMY
    frame, column = card()
    column.addWidget(label(kind_words(entry.kind), "h2"))
    column.addWidget(para(f"No. {entry.seq:,} · {actor_words(entry.actor, entry.names)} · {exact(entry.at)}", "small"))
    column.addLayout(pairs((spoken(name), broken(_told(entry, name), value)) for name in entry.facts))
    if "run" in entry.facts:
        column.addWidget(button("Open the run's story", partial(go, "feed", run=entry.facts["run"])))
    elif "event" in entry.facts:
        column.addWidget(button("Open the event", partial(go, "feed", event=entry.facts["event"])))
    column.addWidget(label("As it was written", "cap"))
    column.addWidget(verbatim(foldable(broken(_indented(entry.blob), line), "small", short=240)))
    column.addWidget(label("Chain value", "cap"))
    column.addWidget(para(broken(entry.chain, digits), "small"))
    return frame


def _told(entry: Entry, name: str) -> str:
    value = entry.facts[name]
    if name == "reasons" and isinstance(value, list):
        return "; ".join(reason_words(str(reason)) for reason in cast("list[Any]", value))
    return fact_words(name, value, entry.names) if isinstance(value, str) else plain_value(value)


def _indented(blob: str) -> str:
    try:
        return json.dumps(json.loads(blob), indent=2, ensure_ascii=False)
    except ValueError:
        return blob
