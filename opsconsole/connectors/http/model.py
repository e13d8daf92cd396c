"""The parts of an HTTP connection's file: requests, and actions with what the gate must know of each."""

from typing import Annotated, Any, Literal

from pydantic import Field

from opsconsole.domain.agent import Frozen
from opsconsole.domain.enums import Comparison, Effect, Reversibility

Text = Annotated[str, Field(max_length=5_000)]
Status = Annotated[int, Field(ge=200, le=599)]
Statuses = Status | tuple[Status, ...]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
SAFE_METHODS = ("GET", "HEAD")
"""They change nothing (RFC 9110, section 9.2.1); POST stays possible for a read whose owner says that it does not."""
Slot = Annotated[str, Field(pattern=r"^[A-Za-z_]\w{0,63}$")]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")]


class Sending(Frozen):
    """One request; texts are templates."""

    method: Method = "GET"
    path: Text
    query: dict[str, Any] = Field(default_factory=dict)
    """Added to the address; what was not given is left out."""
    headers: dict[HeaderName, Text] = Field(default_factory=dict)
    body: Any = None
    """JSON; a slot alone in its text keeps its type, and is left out where it was not given."""
    form: dict[str, Any] | None = None
    """Instead of a body: fields as a web form sends them; what was not given is left out."""


class LookUp(Sending):
    """How the result of an earlier try is found by its key."""

    found: Statuses = 200
    not_found: Statuses | None = None
    """Only these say that it is not there; any other answer says nothing."""
    found_if: Text = ""
    """With a `found` status: a slot that gives true where it is there and false where it is not."""
    result: dict[str, Any] | None = None


class Undo(Sending):
    """How an action is taken back."""

    words: Annotated[str, Field(min_length=4, max_length=200)]
    ok: tuple[Status, ...] = (200, 202, 204)
    ok_if: Text = ""
    """As of the action."""
    gone: tuple[Status, ...] = (404, 410)
    """There is nothing left to take back: that is well too."""


class Current(Sending):
    """A look-up that shows what is there now, for the card of an action."""

    values: dict[str, Text]
    """Per argument: where its present value stands in the answer."""


class Before(Sending):
    """A look-up just before a write: `before.NAME` is its value in the write (a version, an ETag) and in its undo."""

    values: Annotated[dict[Slot, Text], Field(min_length=1)]
    """Where each stands in the answer; one that is not there keeps the write from being made."""


class Pages(Frozen):
    """A read whose answer comes in pages: they are read one after the other, and only so many."""

    items: Text
    """A slot that gives the list of a page."""
    next: Text
    """A slot that gives what leads on: an address of the same system, or a value for the query's field `into`; nothing
    (missing, null, empty, false) on the last page. `link`: the header Link says it."""
    into: Annotated[str, Field(max_length=100)] = ""
    most: Annotated[int, Field(ge=1, le=50)] = 5
    """Pages that are read at most; the result says when more were left."""


class HttpAction(Sending):
    """One tool: `connection.name`."""

    name: Name
    title: Annotated[str, Field(min_length=3, max_length=120)]
    effect: Effect | None = None
    """Not said: external, and it cannot be undone."""
    reversibility: Reversibility | None = None
    arguments: dict[str, Any] = Field(default_factory=dict)
    """A JSON schema; what it does not name is refused."""
    destinations: tuple[str, ...] = ()
    external_if_given: tuple[str, ...] = ()
    untrusted: bool = True
    """A stranger can have written what comes back, of a read or a write."""
    changes_nothing: bool = False
    """Reads by POST (a search, GraphQL): its owner's word, without which such a read is refused. Not done in shadow."""
    egress: bool = False
    """Reads: the arguments leave the house. Not for the system the file declares, whose host no argument can change and
    whose owner declared it; say true where others own it (a search engine, a translation service)."""
    money: bool = False
    reply: bool = False
    """Answers whoever caused the event."""
    idempotency_header: HeaderName | None = None
    """The system does nothing new for a key it has seen in this header."""
    look_up: LookUp | None = None
    ok: tuple[Status, ...] = (200, 201, 202, 204)
    ok_if: Text = ""
    """With an `ok` status: a slot that gives true where it was done and false where the answer says that it was not.
    Anything else, and a web page, says neither."""
    before: Before | None = None
    pages: Pages | None = None
    result: dict[str, Any] | None = None
    """What the agent sees of the answer; not said: the JSON body."""
    undo: Undo | None = None
    current: Current | None = None
    repeat_window_s: Annotated[float, Field(gt=0)] | None = None
    max_age_s: Annotated[float, Field(gt=0)] | None = None
    sentence: Text = ""
    arrival_s: Annotated[float, Field(ge=0, le=3600)] = 60.0
    """A call without an answer may still arrive so much later, in seconds."""
    compare: dict[str, Comparison] = Field(default_factory=dict)

    @property
    def reach(self) -> Effect:
        """Where it reaches; the farthest where the file does not say."""
        return self.effect or Effect.EXTERNAL

    @property
    def can_be_undone(self) -> Reversibility:
        """What can be done about it afterwards; the least where the file does not say."""
        if self.reach is Effect.READ:
            return Reversibility.REVERSIBLE
        return self.reversibility or Reversibility.IRREVERSIBLE
