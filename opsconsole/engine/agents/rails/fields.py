"""What a line of a rule can be about, and how it is held against a value: fields by tool and event, in plain words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal, cast

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Effect
from opsconsole.domain.naming import spoken, tool_words
from opsconsole.engine.agents.eventkinds import known_kinds, makers_of
from opsconsole.engine.agents.file import all_steps
from opsconsole.engine.registry import Registry
from opsconsole.policy.cel.rows import TITLE_AND_TEXT, Operator
from opsconsole.store.queries import events
from opsconsole.store.rows import Reader

Kind = Literal["text", "number", "yes_no", "list", "choice"]
_ARGUMENTS = {
    "to": "recipient", "text": "what it writes", "subject": "subject it writes", "due": "due date",
    "requester_email": "address of who asked", "contact_email": "address of the contact", "about": "what it is about",
}  # fmt: skip
_EVENT: tuple[tuple[str, str, Kind], ...] = (
    (TITLE_AND_TEXT, "subject and text", "text"),
    ("event.title", "subject", "text"),
    ("event.text", "text", "text"),
    ("event.sender", "address of who wrote", "text"),
    ("event.sender_domain", "domain of who wrote", "text"),
    ("event.sender_name", "name of who wrote", "text"),
    ("event.is_verified", "verified sender", "yes_no"),
    ("event.recipients", "addresses it went to", "list"),
    ("event.kind", "kind", "text"),
    ("event.connection", "where it came in", "text"),
)
_TEXT = (
    Operator.HAS_WORDS, Operator.HAS_NO_WORDS, Operator.IS, Operator.IS_NOT, Operator.CONTAINS, Operator.CONTAINS_NOT,
    Operator.STARTS, Operator.STARTS_NOT, Operator.ENDS, Operator.ENDS_NOT, Operator.ONE_OF, Operator.NONE_OF,
    Operator.EMPTY, Operator.NOT_EMPTY,
)  # fmt: skip
_NUMBER = (
    Operator.MORE, Operator.AT_LEAST, Operator.LESS, Operator.AT_MOST, Operator.IS, Operator.IS_NOT, Operator.ONE_OF,
    Operator.NONE_OF,
)  # fmt: skip
OPERATORS: Mapping[Kind, tuple[Operator, ...]] = {
    "text": _TEXT,
    "number": _NUMBER,
    "yes_no": (Operator.YES, Operator.NO),
    "list": (Operator.INCLUDES, Operator.INCLUDES_NOT, Operator.NO_ENTRY),
    "choice": (Operator.IS, Operator.IS_NOT, Operator.ONE_OF, Operator.NONE_OF),
}
"""Operators that fit a kind of value; the first is offered first."""
GIVEN = (Operator.GIVEN, Operator.NOT_GIVEN)
"""Fit what may be missing."""
WORDS: Mapping[Operator, str] = {
    Operator.IS: "is",
    Operator.IS_NOT: "is not",
    Operator.EMPTY: "is empty",
    Operator.NOT_EMPTY: "is not empty",
    Operator.HAS_WORDS: "has one of the words",
    Operator.HAS_NO_WORDS: "has none of the words",
    Operator.CONTAINS: "contains exactly",
    Operator.CONTAINS_NOT: "does not contain exactly",
    Operator.STARTS: "starts with",
    Operator.STARTS_NOT: "does not start with",
    Operator.ENDS: "ends with",
    Operator.ENDS_NOT: "does not end with",
    Operator.ONE_OF: "is one of",
    Operator.NONE_OF: "is none of",
    Operator.MORE: "is more than",
    Operator.AT_LEAST: "is at least",
    Operator.LESS: "is less than",
    Operator.AT_MOST: "is at most",
    Operator.YES: "is so",
    Operator.NO: "is not so",
    Operator.GIVEN: "is given",
    Operator.NOT_GIVEN: "is not given",
    Operator.INCLUDES: "includes",
    Operator.INCLUDES_NOT: "does not include",
    Operator.NO_ENTRY: "has no entry",
}


@dataclass(frozen=True, slots=True)
class Field:
    """What a line can be about."""

    name: str
    """As a condition names it."""
    words: str
    kind: Kind = "text"
    choices: tuple[tuple[str, str], ...] = ()
    """(value, its words) where there are few and fixed ones."""
    may_lack: bool = False
    """It is not always given; a rule about it cannot be decided then."""

    @property
    def operators(self) -> tuple[Operator, ...]:
        """Those that fit it."""
        return (*OPERATORS[self.kind], *(GIVEN if self.may_lack else ()))


@dataclass(frozen=True, slots=True)
class Offer:
    """What the rules of one agent can look at."""

    tools: tuple[str, ...] = ()
    """Those that change something and that the agent can use; all such, where its file names none."""
    arguments: Mapping[str, tuple[Field, ...]] = field(default_factory=dict[str, tuple[Field, ...]])
    """Of every tool there is."""
    others: tuple[Field, ...] = ()
    """The event's, and what stands beside it."""

    def fields(self, actions: Sequence[str]) -> tuple[Field, ...]:
        """Return the fields of a rule that looks at these tools; at none: at all that change something."""
        fits = [name for name in self.arguments if any(fnmatchcase(name, pattern) for pattern in actions)]
        looked_at = fits if actions else [name for name in self.tools if name in self.arguments]
        found = dict[str, list[Field]]()
        for tool in looked_at:
            for each in self.arguments[tool]:
                found.setdefault(each.name, []).append(each)
        merged = [_merged(some, is_everywhere=len(some) == len(looked_at)) for some in found.values()]
        return (*merged, *self.others)


def offer(registry: Registry, conn: Reader, spec: AgentSpec) -> Offer:
    """Query what an agent's rules can look at."""
    types = [kind for name in registry.names() if (kind := registry.type(name)) is not None]
    writes = [kind.name for kind in types if kind.effect is not Effect.READ]
    named = {step.do for step, _ in all_steps(spec) if step.do} | {*spec.autonomy.actions}
    named |= {tool for some in spec.autonomy.categories.values() for tool in some}
    used = [name for name in writes if name in named or any(fnmatchcase(name, pattern) for pattern in spec.tools)]
    categories = tuple((category.id, category.name) for category in spec.playbook.categories)
    return Offer(
        tools=tuple(used or writes),
        arguments={kind.name: tuple(_arguments(kind)) for kind in types},
        others=(
            *(Field(name, f"Event: {words}", kind) for name, words, kind in _EVENT),
            *_told(registry, conn, spec),
            Field("category", "Category", "choice", categories),
            Field("confidence", "Sureness (0 to 1)", "number"),
        ),
    )


def field_words(name: str) -> str:
    """Return words for a field that is not offered: `double(args.net_amount)` → `Action: net amount`."""
    bare = name.removeprefix("double(").removesuffix(")")
    root, _, rest = bare.partition(".")
    if name == TITLE_AND_TEXT or root not in ("args", "event"):
        return spoken(bare)
    below = rest.removeprefix("fields.")
    return f"{'Action' if root == 'args' else 'Event'}: {_ARGUMENTS.get(below, spoken(below).lower())}"


def looked_at_words(pattern: str) -> str:
    """Return a tool, or what a pattern of tools stands for, in words."""
    return "Everything" if pattern == "*" else tool_words(pattern) if "*" not in pattern else f"All {pattern}"


def _arguments(kind: ActionType) -> Iterator[Field]:
    schema = kind.schema()
    parts: Mapping[str, dict[str, Any]] = schema.get("$defs", {})
    for name, member in cast("dict[str, dict[str, Any]]", schema.get("properties", {})).items():
        facts = _plain(member, parts)
        choices = tuple((str(value), spoken(str(value))) for value in facts.get("enum", ()) if isinstance(value, str))
        is_needed = name in schema.get("required", ()) and not (kind.is_reply and name in kind.destinations)
        yield Field(
            f"args.{name}", field_words(f"args.{name}"), "choice" if choices else _kind(facts), choices, not is_needed
        )


def _plain(facts: dict[str, Any], parts: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    for way in cast("list[dict[str, Any]]", facts.get("anyOf", ())):
        if way.get("type") != "null":
            return _plain(way, parts)
    if (reference := facts.get("$ref")) is not None:
        return parts.get(str(reference).rpartition("/")[2], {})
    return facts


def _kind(facts: Mapping[str, Any]) -> Kind:
    kinds: Mapping[object, Kind] = {"number": "number", "integer": "number", "boolean": "yes_no", "array": "list"}
    return kinds.get(facts.get("type"), "text")


def _merged(some: Sequence[Field], *, is_everywhere: bool) -> Field:
    """Return one field for the same argument of several tools."""
    first, kinds = some[0], {each.kind for each in some}
    choices = tuple(dict.fromkeys(choice for each in some for choice in each.choices))
    kind: Kind = first.kind if len(kinds) == 1 else "text"
    may_lack = not is_everywhere or any(each.may_lack for each in some)
    return Field(first.name, first.words, kind, choices if kind == "choice" else (), may_lack)


def _told(registry: Registry, conn: Reader, spec: AgentSpec) -> Iterator[Field]:
    """Yield what the systems told besides, as the newest events of its kinds have it."""
    known = known_kinds(registry, conn)
    kinds = {kind for some in known.values() for kind in some}
    worked = [kind for kind in sorted(kinds) if any(_is_worked(pattern, kind) for pattern in _patterns(spec))]
    seen = dict[str, Any]()
    for kind in worked:
        for name, value in events.fields_told(conn, kind).items():
            seen.setdefault(name, value)
    for name, value in sorted(seen.items()):
        if name.isidentifier() and not isinstance(value, dict):
            yield Field(f"event.fields.{name}", field_words(f"event.fields.{name}"), _kind_of(value), (), True)


def _patterns(spec: AgentSpec) -> Iterable[str]:
    return [kind for subscription in spec.subscribes for kind in subscription.kinds]


def _is_worked(pattern: str, kind: str) -> bool:
    return bool(makers_of(pattern, {"": [kind]}))


def _kind_of(value: object) -> Kind:
    if isinstance(value, bool):
        return "yes_no"
    return "number" if isinstance(value, int | float) else "list" if isinstance(value, list) else "text"
