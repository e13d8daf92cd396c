"""Tells the person on the desktop that something waits; where no service answers, the window says it itself.

A banner is seen by whoever stands before the screen: it counts, and never says what it is about.
"""

import asyncio
import contextlib
import importlib
import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from opsconsole.store.queries.views.console import ShellState
from opsconsole.ui.memory import NOTIFICATIONS
from opsconsole.ui.shell.window import Window

_log = logging.getLogger(__name__)


class Notifier(QObject):
    """Sends one notification when more waits than before and the window is not looked at."""

    def __init__(self, window: Window, *, show: Callable[[], None]) -> None:
        super().__init__(window)
        self.is_there: bool | None = None
        """A service answered; None before it was asked."""
        self._window, self._show = window, show
        self._service: Any = None
        self._waiting: int | None = None
        window.state_changed.connect(self._on_state)

    def _on_state(self, state: ShellState) -> None:
        was, self._waiting = self._waiting, state.waiting
        is_wanted = self._window.memory.value(NOTIFICATIONS, True, bool)
        if was is None or state.waiting <= was or not is_wanted or self._window.isActiveWindow():
            return
        self._window.context.tasks.start(self._tell(state.waiting, new=state.waiting - was), name="notify", owner=self)

    async def _tell(self, waiting: int, *, new: int) -> None:
        text = f"{new} new, {waiting} waiting for you" if waiting > new else f"{waiting} waiting for you"
        try:
            await self._send(text)
            self.is_there = True
        except Exception as error:  # no bus, no service, a service that says no: the same to the person
            if self.is_there is not False:
                _log.info("no notification service: %s", error)
            self.is_there = False
            self._window.notice.say(text, "Look", self._look)

    async def _send(self, text: str) -> None:
        if self._service is None:
            library = importlib.import_module("desktop_notifier")
            service = library.DesktopNotifier(app_name="opsconsole")
            await service.get_capabilities()  # asks the service; sending would swallow that there is none
            self._service = service
        taken: list[bool] = []
        await self._service.send(
            title="opsconsole", message=text, on_clicked=self._look, on_dispatched=lambda: taken.append(True)
        )
        if not taken:  # the library only writes a log where a service has gone away
            raise ConnectionError("nobody took the notification")

    async def close(self) -> None:
        """Hang up; the library has no word for it and leaves its connection to the bus open."""
        service, self._service = self._service, None
        bus: Any = getattr(getattr(service, "_backend", None), "bus", None)
        if bus is not None:
            with contextlib.suppress(Exception):  # the service or the bus has gone
                bus.disconnect()
                async with asyncio.timeout(1.0):
                    await bus.wait_for_disconnect()

    def _look(self) -> None:
        self._show()
        self._window.show_panel("approvals")
