"""Pausing and resuming an agent, a category or a connection from wherever it is seen, with the way back."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtWidgets import QWidget

from opsconsole.engine.commands import switches
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import limits
from opsconsole.store.transaction import Transaction
from opsconsole.ui.panel import Context


def _nothing() -> None:
    """Nobody waits for it."""


def switch(
    context: Context, owner: QWidget, scope: str, name: str, *, is_on: bool, done: Callable[[], None] = _nothing
) -> None:
    """Pause something, or resume it, and say so.

    Args:
        context: the panel's.
        owner: with it the task ends.
        scope: `agent:<slug>`, `category:<slug>/<category>` or `connection:<id>`.
        name: what it is called on screens.
        is_on: pause it; else resume.
        done: is called once it is stored.
    """
    coro = _switched(context, owner, scope, name, is_on=is_on, done=done)
    context.tasks.start(coro, name="pausing", owner=owner, key=f"switch {scope}")


class HasAgent(Protocol):
    """Something that an agent did or asks."""

    @property
    def agent_id(self) -> str:
        """Return whose it is."""
        ...

    @property
    def agent(self) -> str:
        """Return its name on screens."""
        ...


def pause_agent(context: Context, owner: QWidget, shown: HasAgent | None) -> None:
    """Pause the agent of what is shown; nothing where nothing is."""
    if shown is not None:
        switch(context, owner, f"agent:{shown.agent_id}", shown.agent, is_on=True)


async def _switched(
    context: Context, owner: QWidget, scope: str, name: str, *, is_on: bool, done: Callable[[], None]
) -> None:
    if is_on:
        await context.backend.write(
            lambda kernel, tx, actor: switches.pause(kernel, tx, scope, actor=actor, reason=""), name="switch.on"
        )
        text = f"{name} is paused. Nothing is lost; it goes on when you resume it."
        context.navigator.say(text, "Undo", partial(switch, context, owner, scope, name, is_on=False, done=done))
    else:
        is_held = await context.backend.write(partial(_resume, scope=scope), name="switch.off")
        still = f"{name} is not paused by itself any more; all agents still are."
        context.navigator.say(still if is_held else f"{name} works again.")
    done()


def _resume(kernel: Kernel, tx: Transaction, actor: str, *, scope: str) -> bool:
    """Turn a switch off; tell whether all agents are paused all the same."""
    switches.resume(kernel, tx, scope, actor=actor)
    return "all" in limits.paused(tx.conn)
