"""The breaks that are tried, in mutmut's place: what the type checker would refuse and words for people are left out.

What once stayed unnoticed is added: the smaller for the larger, a statement left out, a condition turned round, a
condition of SQL, a part of a key. The names of transactions are left alone: only the log and the crash tests know them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import libcst as cst
import libcst.matchers as m
from mutmut.mutation import file_mutation, mutators

_SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any"}
_SQL = re.compile(r"\b(SELECT|WHERE|AND|ORDER BY|UPDATE|DELETE)\b")
_SQL_BREAKS = (
    (re.compile(r"<>"), "="),
    (re.compile(r">="), ">"),
    (re.compile(r"<="), "<"),
    (re.compile(r"(?<![<>=]) = (?!=)"), " <> "),
    (re.compile(r" > "), " >= "),
    (re.compile(r" < "), " <= "),
    (re.compile(r"\bAND\b"), "OR"),
    (re.compile(r"\bDESC\b"), "ASC"),
    (re.compile(r"\bmax\("), "min("),
    (re.compile(r"\bNOT EXISTS\b"), "EXISTS"),
    (re.compile(r"\bIS NOT NULL\b"), "IS NULL"),
    (re.compile(r"\bIS NULL\b"), "IS NOT NULL"),
)
_WORD = re.compile(r"[^\s]+")
_TRANSACTION = m.Call(func=m.Attribute(attr=m.Name("write") | m.Name("persist")))


def _other_end(node: cst.Call) -> Iterable[cst.Call]:
    if isinstance(node.func, cst.Name) and node.func.value in _SWAPPED:
        yield node.with_changes(func=cst.Name(_SWAPPED[node.func.value]))


def _less_an_argument(node: cst.Call) -> Iterable[cst.Call]:
    """Leave out what has a default, as far as can be told: a named argument."""
    is_named = m.matches(node, _TRANSACTION)
    for place, argument in enumerate(node.args):
        if argument.keyword is not None and not (is_named and argument.keyword.value == "name"):
            yield node.with_changes(args=[*node.args[:place], *node.args[place + 1 :]])


def _less_a_statement(node: cst.SimpleStatementLine) -> Iterable[cst.SimpleStatementLine]:
    is_call = m.matches(node, m.SimpleStatementLine(body=[m.Expr(value=m.Call() | m.Await() | m.Yield())]))
    if is_call or m.matches(node, m.SimpleStatementLine(body=[m.Raise() | m.AugAssign()])):
        yield node.with_changes(body=[cst.Pass()])


def _turned_round(node: cst.If | cst.CompIf) -> Iterable[cst.CSTNode]:
    inner = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    turned = cst.UnaryOperation(operator=cst.Not(), expression=inner)
    yield node.with_changes(test=turned, whitespace_before_test=cst.SimpleWhitespace(" "))


def _other_text(node: cst.SimpleString) -> Iterable[cst.SimpleString]:
    """Break SQL in its conditions, and a word of the code as a whole; what is for people stays."""
    raw = node.raw_value
    if _SQL.search(raw):
        for value in _broken_sql(raw):
            yield node.with_changes(value=node.prefix + node.quote + value + node.quote)
    elif _WORD.fullmatch(raw) and len(node.quote) == 1:
        yield node.with_changes(value=f"{node.prefix}{node.quote}XX{raw}XX{node.quote}")


def _other_sql_in_f(node: cst.FormattedStringText) -> Iterable[cst.FormattedStringText]:
    if _SQL.search(node.value):
        for value in _broken_sql(node.value):
            yield node.with_changes(value=value)


def _less_a_part(node: cst.FormattedString) -> Iterable[cst.FormattedString]:
    """Leave a value out of what is put together as a key: no text for people, which has spaces."""
    texts = [part.value for part in node.parts if isinstance(part, cst.FormattedStringText)]
    if any(" " in text for text in texts):
        return
    for place, part in enumerate(node.parts):
        if isinstance(part, cst.FormattedStringExpression) and len(node.parts) > 1:
            yield node.with_changes(parts=[*node.parts[:place], *node.parts[place + 1 :]])


def _broken_sql(text: str) -> Iterator[str]:
    for pattern, other in _SQL_BREAKS:
        for found in pattern.finditer(text):
            yield text[: found.start()] + other + text[found.end() :]


def operators() -> list[tuple[type[cst.CSTNode], Callable[[Any], Iterable[cst.CSTNode]]]]:
    """Return the breaks of our choice: the kind of node, and what makes other nodes of one."""
    left_out = (
        mutators.operator_string,
        mutators.operator_assignment,
        mutators.operator_arg_removal,
        mutators.operator_lambda,
    )
    kept = [(kind, operator) for kind, operator in mutators.mutation_operators if operator not in left_out]
    return [
        *kept,
        (cst.Call, _other_end),
        (cst.Call, _less_an_argument),
        (cst.SimpleStatementLine, _less_a_statement),
        (cst.If, _turned_round),
        (cst.CompIf, _turned_round),
        (cst.SimpleString, _other_text),
        (cst.FormattedStringText, _other_sql_in_f),
        (cst.FormattedString, _less_a_part),
    ]


class Breaking(file_mutation.MutationVisitor):
    """Makes the breaks of a file, and leaves the names of transactions alone."""

    def __init__(self, *settings: Any) -> None:
        super().__init__(*settings)
        self._names: set[cst.CSTNode] = set()

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Break a node; say whether what is in it may be broken too."""
        if isinstance(node, cst.Call) and m.matches(node, _TRANSACTION):
            self._names.update(argument for argument in node.args if isinstance(argument.value, cst.SimpleString))
        return node not in self._names and super().on_visit(node)


def choose() -> None:
    """Have mutmut, in this process, make our breaks."""
    mutators.mutation_operators[:] = operators()  # pyright: ignore[reportIndexIssue] - it is a list; its type says less
    file_mutation.MutationVisitor = Breaking
