"""A notification service on a session bus of the test's own: keeps what it is told to show, and clicks on it."""

from types import TracebackType
from typing import Any

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
_ABOUT = f"""
<node>
  <interface name="{NAME}">
    <method name="Notify">
      <arg direction="in" type="s"/><arg direction="in" type="u"/><arg direction="in" type="s"/>
      <arg direction="in" type="s"/><arg direction="in" type="s"/><arg direction="in" type="as"/>
      <arg direction="in" type="a{{sv}}"/><arg direction="in" type="i"/><arg direction="out" type="u"/>
    </method>
    <method name="CloseNotification"><arg direction="in" type="u"/></method>
    <method name="GetCapabilities"><arg direction="out" type="as"/></method>
    <method name="GetServerInformation">
      <arg direction="out" type="s"/><arg direction="out" type="s"/>
      <arg direction="out" type="s"/><arg direction="out" type="s"/>
    </method>
    <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
    <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
  </interface>
</node>
"""


class Notifications:
    """Use as an asynchronous context."""

    def __init__(self, address: str) -> None:
        self._bus = MessageBus(bus_address=address)
        self.shown: list[dict[str, Any]] = []
        """Every notification: application, title, text, actions."""

    async def __aenter__(self) -> "Notifications":
        await self._bus.connect()
        self._bus.add_message_handler(self._answer)
        await self._bus.request_name(NAME)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bus.disconnect()
        await self._bus.wait_for_disconnect()

    async def click(self, number: int) -> None:
        """Click on a notification, as a person does."""
        bus: Any = self._bus
        await bus.send(Message.new_signal(PATH, NAME, "ActionInvoked", "us", [number, "default"]))

    def _answer(self, asked: Message) -> Message | None:
        if asked.message_type is not MessageType.METHOD_CALL:
            return None
        if asked.member == "Introspect":
            return Message.new_method_return(asked, "s", [_ABOUT])
        if asked.member == "GetServerInformation":
            return Message.new_method_return(asked, "ssss", ["double", "a test", "1", "1.2"])
        if asked.member == "GetCapabilities":
            return Message.new_method_return(asked, "as", [["body", "actions"]])
        if asked.member != "Notify":
            return None
        app, _, _, title, text, actions = asked.body[:6]
        self.shown.append({"app": app, "title": title, "text": text, "actions": actions})
        return Message.new_method_return(asked, "u", [len(self.shown)])
