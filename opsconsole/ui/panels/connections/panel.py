"""Connections: what the workspace is plugged into, and how each connection is."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from opsconsole.engine.agents.subscriptions import is_taken
from opsconsole.engine.commands import switches
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import connections as read
from opsconsole.store.queries import limits
from opsconsole.ui import pausing
from opsconsole.ui.command import Command
from opsconsole.ui.panel import Context, Panel
from opsconsole.ui.panels.connections import forms
from opsconsole.ui.panels.connections.cards import Shown, connection_card, shape, tell_last
from opsconsole.ui.panels.connections.example import ExampleRow
from opsconsole.ui.panels.connections.form import ConnectionForm
from opsconsole.ui.panels.connections.hosts import HostTiles
from opsconsole.ui.panels.connections.kinds import FORMS, INSIDE, SOURCES
from opsconsole.ui.panels.connections.removal import RemovalPage
from opsconsole.ui.panels.connections.restfile import AddressOfFile
from opsconsole.ui.tools import CheckStep, ConnectionCheck
from opsconsole.ui.widgets.basics import button, card, label, row
from opsconsole.ui.widgets.columns import card_column
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.texts import clear


class ConnectionsPanel(Panel):
    """List, add, test, pause, remove."""

    name = "connections"
    title = "Connections"
    icon = "link"
    topics = frozenset({"connections", "switches", "events", "agents"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._shapes: list[tuple[object, ...]] = []
        self._cards: list[QFrame] = []
        area, self._list = card_column()
        self._states = States(area)
        page = QWidget()
        page.setObjectName("page")
        outer = QVBoxLayout(page)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(self._head())
        outer.addWidget(self._states, 1)
        self.pages = QStackedWidget()
        self.pages.addWidget(page)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self.pages)

    def _head(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(28, 22, 28, 12)
        column.setSpacing(10)
        add_mail = button("Connect a mailbox", self.add_mail, kind="accent")
        others = (
            button("Bring in an export…", lambda: self.context.navigator.go("welcome", do="import")),
            button("Webhook", self.add_webhook),
            button("REST system", self.add_rest),
            button("Connect a model", self.add_model),
        )
        column.addLayout(row(label("Connections", "h1"), None, *others, add_mail))
        about = "What agents read from and act through. Passwords and keys are never kept in the workspace."
        column.addWidget(label(about, "muted", is_wrapped=True))
        return column

    @cached_property
    def mail(self) -> ConnectionForm:
        """The form of a mailbox."""
        made = self._form("Connect a mailbox", forms.MAIL_ABOUT, forms.MAIL, self._try_mail)
        self.hosts = HostTiles(made, self.context.tools.mail_hosts())
        made.above.addWidget(self.hosts)
        return made

    @cached_property
    def model(self) -> ConnectionForm:
        """The form of a model."""
        return self._form("Connect a model", forms.MODEL_ABOUT, forms.MODEL, self._try_model)

    @cached_property
    def rest(self) -> ConnectionForm:
        """The form of a REST system."""
        made = self._form("Connect a REST system", forms.REST_ABOUT, forms.REST, self._try_rest)
        self._address = AddressOfFile(self.context, made)
        made.above.addLayout(ExampleRow(self.context, made, "http"))
        return made

    @cached_property
    def webhook(self) -> ConnectionForm:
        """The form of a webhook."""
        made = self._form("Take events from another system", forms.WEBHOOK_ABOUT, forms.WEBHOOK, self._try_webhook)
        made.above.addLayout(ExampleRow(self.context, made, "webhook"))
        return made

    @cached_property
    def removal(self) -> RemovalPage:
        """The question before a connection is removed."""
        made = RemovalPage(self.context, self._on_left)
        self.pages.addWidget(made)
        return made

    def _form(self, title: str, about: str, fields: Sequence[Any], attempt: Any) -> ConnectionForm:
        made = ConnectionForm(self.context, title, about, fields=fields, attempt=attempt, leave=self._on_left)
        self.pages.addWidget(made)
        return made

    def commands(self) -> Sequence[Command]:
        return (
            Command(id="connections.mail", title="Connect a mailbox", run=self.add_mail, group="Connections"),
            Command(id="connections.model", title="Connect a model", run=self.add_model, group="Connections"),
            Command(id="connections.rest", title="Connect a REST system", run=self.add_rest, group="Connections"),
            Command(id="connections.webhook", title="Connect a webhook", run=self.add_webhook, group="Connections"),
        )

    def add_mail(self) -> None:
        """Show the empty form of a mailbox."""
        self._show_form(self.mail, {})
        self.hosts.forget()

    def add_model(self) -> None:
        """Show the empty form of a model."""
        self._show_form(self.model, {})

    def add_rest(self) -> None:
        """Show the empty form of a REST system."""
        self._show_form(self.rest, {})

    def add_webhook(self) -> None:
        """Show the form of a webhook, with what most of them need filled in."""
        self._show_form(self.webhook, forms.NEW_WEBHOOK)

    def go(self, where: dict[str, Any]) -> None:
        if (add := where.get("add")) in ("mail", "model", "rest", "webhook"):
            getattr(self, f"add_{add}")()

    def refresh(self) -> None:
        self.context.tasks.start(self._load(), name="the connections", owner=self, key="load")

    def _show_form(self, form: ConnectionForm, values: Mapping[str, str], *, changes: str = "") -> None:
        form.show_values(values, changes=changes)
        self.pages.setCurrentWidget(form)

    def _change(self, row: read.ConnectionRow) -> None:
        form: ConnectionForm = getattr(self, FORMS[row.kind])
        self._show_form(form, forms.known_values(row.kind, row.id, row.config), changes=row.id)

    def _on_left(self) -> None:
        with kept_in(self):
            self.pages.setCurrentIndex(0)
        self.refresh()

    async def _try_mail(self, values: Any, said: Callable[[CheckStep], None], is_kept: bool) -> ConnectionCheck:
        return await forms.try_mail(self.context.tools, values, said, is_kept=is_kept)

    async def _try_model(self, values: Any, said: Callable[[CheckStep], None], is_kept: bool) -> ConnectionCheck:
        return await forms.try_model(self.context.tools, values, said, is_kept=is_kept)

    async def _try_rest(self, values: Any, said: Callable[[CheckStep], None], is_kept: bool) -> ConnectionCheck:
        meant = await self._address.meant(values)
        return await forms.try_rest(self.context.tools, meant, said, is_kept=is_kept)

    async def _try_webhook(self, values: Any, said: Callable[[CheckStep], None], is_kept: bool) -> ConnectionCheck:
        return await forms.try_webhook(self.context.tools, values, said, is_kept=is_kept)

    def _ask_removal(self, name: str) -> None:
        self.context.tasks.start(self._plan_removal(name), name="what a removal means", owner=self, key="removal")

    async def _plan_removal(self, name: str) -> None:
        plan = await self.context.tools.plan_removal(name)
        self.removal.ask(plan)
        self.pages.setCurrentWidget(self.removal)
        self.removal.keep.setFocus()

    async def _load(self) -> None:
        def query(kernel: Kernel) -> tuple[list[Shown], datetime]:
            conn = kernel.reader
            paused, specs = limits.paused(conn), [version.spec for version in kernel.roster.current(conn)]
            found = [
                Shown(
                    connection,
                    read.health(conn, connection.id),
                    read.last_event_at(conn, connection.id) if connection.kind != "model" else None,
                    is_paused=f"connection:{connection.id}" in paused,
                    is_all_paused="all" in paused,
                    is_unworked=connection.kind in SOURCES and not any(is_taken(spec, connection.id) for spec in specs),
                )
                for connection in read.connections(conn)
            ]
            return found, kernel.clock.now()

        try:
            found, now = await self.context.backend.read(query, lane="long")
        except Exception as error:
            self._states.error(str(error), act=self.refresh)
            raise
        shapes = [shape(shown, now) for shown in found]
        if shapes == self._shapes:
            for frame, shown in zip(self._cards, found, strict=True):
                tell_last(frame, shown, now)
            self._states.show_content()
            return
        with kept_in(self):
            clear(self._list)
        self._shapes, self._cards = shapes, [connection_card(shown, now, self._buttons(shown)) for shown in found]
        for frame in self._cards:
            self._list.addWidget(frame)
        if all(shown.row.kind in INSIDE for shown in found):
            self._list.addWidget(self._invitation())
        self._states.show_content()

    def _buttons(self, shown: Shown) -> list[QWidget]:
        made: list[QWidget] = []
        if shown.is_unworked:
            choose = button("Choose an agent…", partial(self._choose_agent, shown.row.id))
            choose.setAccessibleName(f"Choose an agent for {shown.row.id}")
            made.append(choose)
        if shown.row.kind in FORMS:
            made.append(button("Test or change…", partial(self._change, shown.row)))
        if shown.row.kind != "model":
            if shown.is_all_paused and not shown.is_paused:  # the switch that keeps it is not its own
                made.append(button("Resume all agents", self._resume_all))
            else:
                word = f"Resume {shown.row.id}" if shown.is_paused else "Pause"
                made.append(button(word, partial(self._switch, shown.row.id, is_on=not shown.is_paused)))
        if shown.row.kind != "desk":
            remove = button("Remove…", partial(self._ask_removal, shown.row.id))
            remove.setAccessibleName(f"Remove {shown.row.id}")
            made.append(remove)
        return made

    def _choose_agent(self, name: str) -> None:
        self.context.navigator.go("agents", add=True, connection=name)

    def _invitation(self) -> QFrame:
        frame, column = card()
        column.addWidget(label("Nothing from outside yet", "h3"))
        text = (
            "Connect a mailbox and its mails become events that agents work. A model is only needed for agents that"
            " think with one."
        )
        column.addWidget(label(text, "muted", is_wrapped=True))
        return frame

    def _switch(self, name: str, *, is_on: bool) -> None:
        pausing.switch(self.context, self, f"connection:{name}", name, is_on=is_on, done=self.refresh)

    def _resume_all(self) -> None:
        self.context.tasks.start(self._resumed_all(), name="resuming", owner=self, key="switch all")

    async def _resumed_all(self) -> None:
        await self.context.backend.write(
            lambda kernel, tx, actor: switches.resume(kernel, tx, "all", actor=actor), name="resume"
        )
        self.context.navigator.say("Resumed. What was held is checked again, and goes on.")
        self.refresh()
