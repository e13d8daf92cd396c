"""What the banner says: of all that is wrong now, the one thing to know first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsconsole.ui.panel import Context
from opsconsole.ui.shell.banner import Banner
from opsconsole.ui.shell.engineprocess import EngineProcess, EngineState

if TYPE_CHECKING:
    from opsconsole.store.queries.views.console import ShellState

OPEN_SECRETS = "secrets.open"
"""The command that asks for the passphrase."""
MAKE_SECRETS = "secrets.make"
"""The command that makes the encrypted file, on a machine without a keyring."""
MET = {
    EngineState.JOINED: "Your agents were at work without a window. This one has joined them.",
    EngineState.ELSEWHERE: "An engine that was started in a terminal is at work. This window has joined it.",
}
"""Said when the window comes to an engine that is not its own."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What keeps the window from reading; empty: nothing."""

    text: str
    look: Callable[[], None]


def render(
    banner: Banner,
    context: Context,
    engine: EngineProcess,
    state: "ShellState | None",
    trouble: Trouble,
    *,
    resume: Callable[[], None],
) -> None:
    """Show it, or nothing; `resume` lifts the kill switch."""
    if context.backend.is_file_lost:
        banner.say(
            f"The workspace file in {context.backend.folder} is not there any more. Put it back (from a"
            " backup, or plug the disk in again); the window goes on by itself.",
            "danger",
        )
    elif trouble.text:
        banner.say(trouble.text, "danger", "Try again", trouble.look)
    elif engine.state is EngineState.SEALED:
        text = "The secrets are sealed. Agents cannot sign in anywhere, and wait, until you open them."
        banner.say(text, "warn", "Open them…", context.commands.action(OPEN_SECRETS).trigger)
    elif engine.state is EngineState.CRASHED:
        lines = ["", *engine.last_words.strip().splitlines()]
        text = "The engine stopped by itself and is being started again; nothing is lost."
        banner.say(f"{text} {lines[-1]}", "danger")
    elif state is not None and "all" in state.switches:
        banner.say("All agents are paused. Nothing starts, nothing is lost.", "warn", "Resume", resume)
    elif state is not None and state.troubles:
        name, _, why = state.troubles[0]
        banner.say(f"{name}: {why}", "warn", "Look", lambda: context.navigator.go("connections"))
    else:
        banner.say("")
