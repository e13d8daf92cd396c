"""Reads a condition into rows, where it is nothing else: the CEL parser says that it is sound, this says what it is.

Only what is exactly rows, all of which or any of which must hold, becomes rows; everything else stays text.
"""

import re
from functools import lru_cache

from opsconsole.policy.cel.conditions import ConditionError, compile_condition, has_comment, literal, tokens_of
from opsconsole.policy.cel.rows import (
    CALLS,
    COMPARED,
    OPPOSITES,
    ROOTS,
    SPECIAL,
    TITLE_AND_TEXT,
    Operator,
    Row,
    Rows,
    Value,
)

DEEPEST = 4
"""Brackets around brackets that are read."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@lru_cache(maxsize=1024)
def rows_of(text: str) -> Rows | None:
    """Return a condition as rows that decide the same as it does; None where it is something else, or no CEL."""
    try:
        compile_condition(text)
    except ConditionError:
        return None
    if has_comment(text):
        return None  # rows would lose it
    reader = _Reader(tokens_of(text))
    found = reader.whole()
    return found if found is not None and reader.is_over else None


class _Reader:
    """Goes through the pieces of a text that parses; None wherever it is no row."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._kinds = [kind for kind, _ in tokens] + [""] * 12
        self._words = [word for _, word in tokens] + [""] * 12
        self._at, self._end = 0, len(tokens)

    @property
    def is_over(self) -> bool:
        """Nothing follows."""
        return self._at == self._end

    def whole(self) -> Rows | None:
        rows, joins = list[Row](), set[str]()
        while (row := self._row()) is not None:
            rows.append(row)
            sign = "&&" if self._takes("&", "&") else "||" if self._takes("|", "|") else ""
            if not sign:
                return Rows(tuple(rows), "any" if "||" in joins else "all") if len(joins) < 2 else None
            joins.add(sign)
        return None

    def _takes(self, *words: str) -> bool:
        """Go on behind these, where they stand here."""
        end = self._at + len(words)
        is_here = tuple(self._words[self._at : end]) == words
        if is_here:
            self._at = end
        return is_here

    def _row(self, depth: int = 0) -> Row | None:
        begin = self._at
        if depth < DEEPEST and self._takes("("):
            row = self._row(depth + 1)
            if row is not None and self._takes(")"):
                return row
            self._at = begin  # the bracket of a sum
        if self._takes("!"):
            return self._opposite()
        row = self._positive()
        is_call = row is not None and row.operator in ("contains", "starts", "ends", "has_words")
        if row is not None and is_call and self._takes("=", "=", "false"):
            return Row(row.field, Operator(OPPOSITES[row.operator]), row.values)
        return row

    def _opposite(self) -> Row | None:
        begin, is_bracketed = self._at, False
        row = self._positive()  # may begin with the bracket of a sum
        if row is None and self._words[begin] == "(":
            self._at, is_bracketed = begin + 1, True
            row = self._positive()
        opposite = None if row is None else OPPOSITES.get(row.operator)
        if row is None or opposite is None or (is_bracketed and not self._takes(")")):
            return None
        is_open = row.operator in ("one_of", "includes") and not is_bracketed  # `!a in b` negates a
        return None if is_open else Row(row.field, Operator(opposite), row.values)

    def _positive(self) -> Row | None:
        if self._words[self._at] == "has" and self._words[self._at + 1] == "(":
            self._at += 2
            field = self._path()
            return Row(field, Operator.GIVEN) if field and "." in field and self._takes(")") else None
        if self._words[self._at] == "size" and self._words[self._at + 1] == "(":
            self._at += 2
            field = self._path()
            return Row(field, Operator.NO_ENTRY) if field and self._takes(")", "=", "=", "0") else None
        if self._kinds[self._at] in ("text", "number") or self._words[self._at] in ("-", "true", "false"):
            value = self._value()
            field = self._field() if value not in (None, "") and self._takes("in") else None
            return Row(field, Operator.INCLUDES, (value,)) if field and value is not None else None
        field = self._field()
        return None if field is None else self._of(field)

    def _of(self, field: str) -> Row | None:
        if self._takes("."):
            call = self._words[self._at]
            self._at += 1
            value = self._value() if self._takes("(") else None
            if not isinstance(value, str) or not value or not self._takes(")"):
                return None
            if call == "matches":
                words = _words_in(value)
                return Row(field, Operator.HAS_WORDS, words) if words else None
            return Row(field, Operator(CALLS[call]), (value,)) if call in CALLS else None
        if self._takes("in", "["):
            values = self._values()
            return Row(field, Operator.ONE_OF, values) if values and "" not in values else None
        for sign, name in sorted(COMPARED.items(), key=lambda pair: -len(pair[0])):
            if self._takes(*sign):
                value = self._value()
                if value == "" and name in ("is", "is_not"):
                    return Row(field, Operator.EMPTY if name == "is" else Operator.NOT_EMPTY)
                return None if value is None or value == "" else Row(field, Operator(name), (value,))
        return Row(field, Operator.YES)

    def _field(self) -> str | None:
        if self._takes("(", "event", ".", "title", "+", "' '", "+", "event", ".", "text", ")"):
            return TITLE_AND_TEXT
        if self._takes("double", "("):
            path = self._path()
            return f"double({path})" if path and self._takes(")") else None
        return self._path()

    def _path(self) -> str | None:
        if self._words[self._at] not in ROOTS:
            return None
        path = self._words[self._at]
        self._at += 1
        while self._words[self._at] == "." and self._kinds[self._at + 1] == "name" and self._words[self._at + 2] != "(":
            path += f".{self._words[self._at + 1]}"
            self._at += 2
        return path

    def _value(self) -> Value | None:
        minus = "-" if self._takes("-") else ""
        kind, word = self._kinds[self._at], self._words[self._at]
        if kind == "number" and _NUMBER.fullmatch(word):
            self._at += 1
            return literal(f"{minus}{word}")
        if minus or not (kind == "text" or word in ("true", "false")):
            return None
        self._at += 1
        found = literal(word)
        return found if isinstance(found, str | bool) else None

    def _values(self) -> tuple[Value, ...] | None:
        found = list[Value]()
        while (value := self._value()) is not None:
            found.append(value)
            if self._takes("]"):
                return tuple(found)
            if not self._takes(","):
                return None
        return None


def _words_in(pattern: str) -> tuple[str, ...] | None:
    """Return the words that a pattern looks for, in whatever case; None where it looks for more than words."""
    if not pattern.startswith("(?i)"):
        return None
    inner = pattern.removeprefix("(?i)")
    inner = inner[1:-1] if inner.startswith("(") and inner.endswith(")") else inner
    words, at = [""], 0
    while at < len(inner):
        sign, after = inner[at], inner[at + 1 : at + 2]
        if sign == "|":
            words.append("")
        elif sign == "\\" and after in SPECIAL and after:
            words[-1] += after
            at += 1
        elif sign in SPECIAL:
            return None
        else:
            words[-1] += sign
        at += 1
    return tuple(words) if all(words) else None
