"""Wanted tool calls: their types, the calls, and what came of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import BaseModel

from opsconsole.domain.canonical import digest
from opsconsole.domain.enums import Comparison, Effect, Reversibility
from opsconsole.domain.ids import ActionId
from opsconsole.domain.redaction import redacted, redacted_json


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionType:
    """A kind of tool call, with everything the gate must know of it."""

    name: str
    """`connection.verb`, e.g. `desk.create_ticket`."""
    title: str
    """For screens, an infinitive: `create a ticket`."""
    effect: Effect
    reversibility: Reversibility = Reversibility.REVERSIBLE
    arguments: type[BaseModel]
    """Schema of the arguments; values are validated by it before the gate sees them."""
    sentence: str = ""
    """One-line intent with argument slots: `Reply to {to}`; empty gives title and arguments."""
    is_money: bool = False
    is_untrusted: bool = False
    """Strangers can have written what comes back, of a read or a write."""
    is_egress: bool = False
    """A read whose arguments leave the house."""
    is_unproven_read: bool = False
    """A read that is sent as writes are (POST, DELETE): only its owner's word says that it changes nothing."""
    destinations: tuple[str, ...] = ()
    """Arguments that name who receives it (addresses, URLs)."""
    external_if_given: tuple[str, ...] = ()
    """Arguments that make an internal action external when they are given."""
    is_template_reply: bool = False
    """Writes only from a ratified template to the event's own sender (an acknowledgement)."""
    is_reply: bool = False
    """Answers whoever caused the event: refused where a machine did, so that two machines make no loop."""
    message: str = ""
    """The argument that people outside read: what is sent alone says there that an AI wrote it."""
    repeat_window_s: float | None = None
    """The same type on the same subject again within this time is asked about, in seconds."""
    max_age_s: float | None = None
    """An event older than this is asked about before acting, in seconds."""
    compare: Mapping[str, Comparison] = field(default_factory=dict[str, Comparison])
    """Per argument; EXACT where it says nothing."""
    told: tuple[str, ...] = ()
    """Arguments that the system always tells of a person's act it watched: one that is not among them was not given."""
    sets_fields_of: str = ""
    """The argument that names a record whose fields it sets: several such acts on one record are one, in steps."""
    undo: str | None = None
    """How it is undone, in words; None where it cannot be."""
    is_idempotent: bool = False
    """The connector hands the idempotency key to a system that honours it: a repeat does nothing new."""
    is_findable: bool = False
    """The connector can look for the result of a call by its key."""
    arrival_s: float = 60.0
    """A call whose end is unknown may still arrive so much later, in seconds; only then "not found" says "not done"."""

    does: str = ""
    """Digest of what the connector sends for it, where an operator's file says that and can change it."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the arguments."""
        return self.arguments.model_json_schema()

    def fingerprint(self) -> str:
        """Digest over what the gate and a grant rely on; descriptions and titles do not count."""
        is_read = self.effect is Effect.READ
        return digest(
            {
                "name": self.name,
                "effect": self.effect.value,
                "reversibility": self.reversibility.value,
                "money": self.is_money,
                "untrusted": self.is_untrusted and is_read,
                **({"answer_trusted": True} if self.does and not is_read and not self.is_untrusted else {}),
                **({"unproven_read": True} if self.is_unproven_read else {}),
                "egress": self.is_egress,
                "destinations": list(self.destinations),
                "external_if_given": list(self.external_if_given),
                "template_reply": self.is_template_reply,
                **({"reply": True} if self.is_reply else {}),
                **({"does": self.does} if self.does else {}),
                "arguments": _bare(self.schema()),
            }
        )


_NOTES = ("title", "description", "examples")


def _bare(schema: Any, *, is_names: bool = False) -> Any:
    """Return a schema without its notes; what stands under `properties` are names, also one called `title`."""
    if isinstance(schema, dict):
        items = cast(dict[str, Any], schema).items()
        kept = items if is_names else [(key, value) for key, value in items if key not in _NOTES]
        return {key: _bare(value, is_names=key in ("properties", "$defs") and not is_names) for key, value in kept}
    if isinstance(schema, list):
        return [_bare(item) for item in cast(list[Any], schema)]
    return schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One tool call as a brain wants it, before it has an id or a ruling."""

    tool: str
    args: Mapping[str, Any]
    step: str | None = None
    """The ratified playbook step that chose the tool; None where a model chose it."""
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Per argument that a ratified template wrote: the values that filled its slots."""
    because: str = ""
    """Why, in a sentence for the card."""
    problem: str = ""
    """Why the call cannot be made as it was written (no such tool, arguments no JSON): it goes back at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An action handed to a connector."""

    action_id: ActionId
    tool: str
    args: Mapping[str, Any]
    subject: str
    actor: str
    """Who acts, for the outside system's own history: `agent:mira`."""
    key: str
    """Idempotency key, the same for every try of this effect; empty for reads."""
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The event's typed fields, for actions on the event itself (reply in the thread)."""
    undo_key: str = ""
    """When `key`'s deed is taken back: the idempotency key of that, the same for every try of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of an action, as the brain sees it. `data` is JSON; `error` is for brain and person.

    Both are stored, and a server may echo what it was sent: secrets that were handed out are left out of them.
    """

    is_ok: bool
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])
    error: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "error", redacted(self.error))
        object.__setattr__(self, "data", redacted_json(self.data))

    def to_json(self) -> dict[str, Any]:
        """Return the form that is stored and that step conditions see: the data plus `ok` and `error`."""
        return {**self.data, "ok": self.is_ok, "error": self.error}
