"""A rule as it is being typed, and what it says; what is wrong is told by place, and typed text stays. No Qt here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from opsconsole.domain.agent import Guardrail
from opsconsole.domain.naming import number_words
from opsconsole.engine.agents.names import guardrail_fault
from opsconsole.engine.agents.rails.fields import WORDS, Field, field_words
from opsconsole.engine.commands.budgets import NO_THOUSANDS, THOUSANDS
from opsconsole.policy.cel.reader import rows_of
from opsconsole.policy.cel.rows import BARE, MANY, Join, Operator, Row, Rows, Value, text_of

LEAST = 4
"""Letters of a reason."""
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:[.,][0-9]{1,9})?")
_CLOSE = re.compile(r"[0-9],[0-9]{3}(?![0-9])")
"""One number, or two: 1,000."""
_SIZES = frozenset((Operator.MORE, Operator.AT_LEAST, Operator.LESS, Operator.AT_MOST))


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A line of a rule."""

    field: str
    operator: Operator
    value: str = ""
    """Several values with commas between them."""
    is_number: bool = False
    """What a field that is not offered is held against."""


@dataclass(frozen=True, slots=True)
class TypedRail:
    """A rule."""

    key: int
    """Tells it from the others of its page."""
    origin: int | None = None
    """Its number in the file; None: it is new."""
    name: str = ""
    """Its name in the file; a new one gets one from its reason."""
    because: str = ""
    then: str = "ask"
    actions: tuple[str, ...] = ()
    text: str = ""
    """The condition, where it is written as text or its lines say the same."""
    join: Join = "all"
    rows: tuple[TypedRow, ...] | None = None
    """None: it is written as text."""
    is_removed: bool = False


def typed_rail(rail: Guardrail, key: int, origin: int, fields: Sequence[Field]) -> TypedRail:
    """Return a rule of the file, in lines where it is nothing else."""
    made = TypedRail(key, origin, rail.name, rail.because, rail.then, tuple(rail.actions), rail.when)
    return as_rows(made, fields) or made


def as_rows(rail: TypedRail, fields: Sequence[Field]) -> TypedRail | None:
    """Return a rule with its text as lines; None where it is more than lines can say."""
    found = rows_of(rail.text)
    if found is None:
        return None
    typed = tuple(
        TypedRow(row.field, row.operator, _shown(row), bool(row.values) and all(map(_is_number, row.values)))
        for row in found.rows
    )
    same = tuple(_row(one, is_number=_kind(one, fields)) for one in typed)
    return replace(rail, rows=typed, join=found.join) if same == found.rows else None


def as_text(rail: TypedRail, fields: Sequence[Field]) -> TypedRail:
    """Return a rule with its lines as text; what cannot be written yet leaves the text as it was."""
    return replace(rail, text=condition(rail, fields)[0] or rail.text, rows=None)


def condition(rail: TypedRail, fields: Sequence[Field]) -> tuple[str, dict[str, str]]:
    """Return the condition, and what is wrong with it by place: `when`, or `row.NUMBER`."""
    if rail.rows is None:
        fault = guardrail_fault(rail.text) if rail.text.strip() else "Write when it holds."
        return rail.text, {"when": fault} if fault else {}
    if not rail.rows:
        return "", {"when": "Add a line that says when it holds."}
    rows, faults = list[Row](), dict[str, str]()
    was = as_rows(rail, fields)
    there = () if was is None else was.rows or ()
    for at, one in enumerate(rail.rows):
        is_number = _kind(one, fields)
        fault = "" if one in there else _fault(one, is_number=is_number)  # more may stand there than can be typed
        if fault:
            faults[f"row.{at}"] = fault
        else:
            rows.append(_row(one, is_number=is_number))
    if faults:
        return "", faults
    wanted = Rows(tuple(rows), rail.join if len(rows) > 1 else "all")
    if rows_of(rail.text) == wanted:
        return rail.text, {}  # as somebody wrote it
    try:
        text = text_of(wanted)
    except ValueError:
        return "", {"when": "One of the values holds a sign that cannot be written."}
    fault = guardrail_fault(text)
    return text, {"when": fault} if fault else {}


def kind_of(name: str, fields: Sequence[Field]) -> Field:
    """Return a field as it is offered; one that is not, as text."""
    found = next((each for each in fields if each.name == name), None)
    bare = name.removeprefix("double(").removesuffix(")")
    like = next((each for each in fields if each.name == bare), None)
    if found is None and like is not None:
        return replace(like, name=name)
    return found or Field(name, field_words(name), "number" if name != bare else "text", (), may_lack=True)


def words_of(rail: TypedRail, fields: Sequence[Field]) -> str:
    """Return when a rule holds, in words; empty where it is written as text."""
    told = list[str]()
    for one in rail.rows or ():
        at, answers = kind_of(one.field, fields), {Operator.YES: "yes", Operator.NO: "no"}
        of, _, below = at.words.partition(": ")
        name = f"the {of.lower()}'s {below}" if below else f"the {of[:1].lower()}{of[1:]}"
        if one.operator in answers:
            told.append(f"{name}: {answers[one.operator]}")
            continue
        names, quote = dict(at.choices), ("", "") if at.kind == "number" else ("“", "”")
        value = ", ".join(f"{quote[0]}{names.get(part, part)}{quote[1]}" for part in _parts(one))
        told.append(f"{name} {WORDS[one.operator]} {value}".rstrip())
    return (", and " if rail.join == "all" else ", or ").join(told)


def slug(because: str, taken: Sequence[str]) -> str:
    """Return a name for a new rule, from its reason."""
    words = re.sub(r"[^a-z0-9]+", "-", because.lower()).strip("-0123456789")[:40].strip("-") or "rule"
    return next(
        name for number in range(1, 1000) if (name := words if number == 1 else f"{words}-{number}") not in taken
    )


def _kind(one: TypedRow, fields: Sequence[Field]) -> bool:
    """Return whether its values are numbers."""
    if one.operator in _SIZES:
        return True
    is_known = any(each.name == one.field for each in fields) or one.field.startswith("double(")
    return kind_of(one.field, fields).kind == "number" if is_known else one.is_number


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(row: Row) -> str:
    return ", ".join(_value_shown(value) for value in row.values)


def _value_shown(value: Value) -> str:
    return number_words(value) if isinstance(value, float) else str(value)


def _fault(one: TypedRow, *, is_number: bool) -> str:
    parts = _parts(one)
    if one.operator not in BARE and not all(parts):
        return "Write the words, with commas between them." if one.operator in MANY else "Write a value."
    if one.operator in BARE or not is_number:
        return ""
    if any(THOUSANDS.fullmatch(part) for part in parts):
        return NO_THOUSANDS
    if not all(_NUMBER.fullmatch(part) for part in parts):
        return "Write a number, like 250 or 12.50."
    if one.operator in MANY and _CLOSE.search(one.value):
        return "Write a blank behind each comma between numbers, and no sign for thousands: 1200, 2400."
    return ""


def _parts(one: TypedRow) -> list[str]:
    if one.operator in BARE:
        return []
    value = one.value.strip()
    return [part.strip() for part in value.split(",")] if one.operator in MANY else [value]


def _row(one: TypedRow, *, is_number: bool) -> Row:
    parts = _parts(one)
    if is_number and all(_NUMBER.fullmatch(part) for part in parts):
        return Row(one.field, one.operator, tuple(_number(part) for part in parts))
    return Row(one.field, one.operator, tuple(parts))


def _number(text: str) -> int | float:
    return float(text.replace(",", ".")) if "." in text or "," in text else int(text)
