"""The sample's text messages, taken in by a stand-in of a gateway inside this process: nothing leaves.

It does what such gateways do and what the desk never does: it keeps no list that could be looked at, knows no key that
a message is recognised by, and confirms a message of one part only. A longer one is taken without a word, so that
nobody knows whether it arrived.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from opsconsole.domain.action import ActionType, Call, Result
from opsconsole.domain.enums import Comparison, Effect, Reversibility
from opsconsole.domain.errors import AmbiguousError
from opsconsole.engine.ports.connector import Change, Overlay, Simulated

KIND = "texts"
PART = 160
"""So many characters go in one message; what is longer goes in parts."""
_REPEAT_S = 3600.0
_MAX_AGE_S = 86_400.0


class Send(BaseModel):
    """A text message to a colleague's phone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: Annotated[str, Field(min_length=1, max_length=120)]
    """The colleague, by the name in the gateway's address book."""
    text: Annotated[str, Field(min_length=1, max_length=4 * PART)]


class TextsConnector:
    """Sends, and can tell afterwards of short messages only."""

    def __init__(self, name: str = KIND) -> None:
        self.id = name

    def action_types(self) -> Sequence[ActionType]:
        """Return the one thing that can be done here."""
        return (
            ActionType(
                name=f"{self.id}.send",
                title="send a text message",
                effect=Effect.EXTERNAL,
                reversibility=Reversibility.IRREVERSIBLE,
                arguments=Send,
                sentence="Send a text message to {to}",
                destinations=("to",),
                compare={"text": Comparison.TEXT},
                repeat_window_s=_REPEAT_S,
                max_age_s=_MAX_AGE_S,
            ),
        )

    async def execute(self, call: Call) -> Result:
        """Hand the message over.

        Raises:
            AmbiguousError: it went in parts, which nobody confirms.
        """
        if len(call.args["text"]) > PART:
            raise AmbiguousError("it was longer than one text message, and the gateway confirms only one")
        return Result(is_ok=True, data={"parts": 1})

    async def find(self, call: Call) -> Result | None:
        """Nothing: there is no list to look at, and its type says so, so that nobody asks."""
        return None

    async def simulate(self, call: Call, overlay: Overlay) -> Simulated:
        """Return what a confirmed message returns."""
        return Simulated(Result(is_ok=True, data={"parts": 1}))

    async def preview(self, call: Call) -> Sequence[Change]:
        """Everything is new."""
        return [Change(name, "", str(value)) for name, value in call.args.items()]

    async def undo(self, call: Call, result: Mapping[str, Any]) -> Result:
        """A message that went cannot be called back."""
        return Result(is_ok=False, error="a text message cannot be called back")

    async def close(self) -> None:
        """Nothing is open."""
