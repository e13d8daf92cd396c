"""mutmut with breaks of our choice: run in a copy of the tree by `mutation.py`, with the Python of `.venv`.

mutmut makes the mutants, forks a process for each, and runs only the tests that reach its function. Its list of breaks
is replaced in part: what the type checker would refuse (an argument that is None) and texts for people are left out;
the breaks that once stayed unnoticed are added: the smaller for the larger, a statement left out, a condition turned
round, a condition of SQL, a part of a key.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator

import libcst as cst
import libcst.matchers as m
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from mutmut import __main__ as mutmut
from mutmut.mutation import mutators
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files

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


def _other_end(node: cst.Call) -> Iterable[cst.Call]:
    if isinstance(node.func, cst.Name) and node.func.value in _SWAPPED:
        yield node.with_changes(func=cst.Name(_SWAPPED[node.func.value]))


def _less_an_argument(node: cst.Call) -> Iterable[cst.Call]:
    """Leave out what has a default, as far as can be told: a named argument."""
    for place, argument in enumerate(node.args):
        if argument.keyword is not None:
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


def _choose() -> None:
    left_out = (
        mutators.operator_string,
        mutators.operator_assignment,
        mutators.operator_arg_removal,
        mutators.operator_lambda,
    )
    kept = [(kind, operator) for kind, operator in mutators.mutation_operators if operator not in left_out]
    mutators.mutation_operators[:] = [  # pyright: ignore[reportIndexIssue] - it is a list; its type says less
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


def _tell() -> None:
    """Print the survivors as diffs, then the score of each file."""
    scores: list[str] = []
    total: Counter[str] = Counter()
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        states = {name: status_by_exit_code[code] for name, code in data.exit_code_by_key.items()}
        for name, state in states.items():
            if state not in ("killed", "timeout"):
                changed = [line for line in get_diff_for_mutant(name, path=path).splitlines()[3:] if line[:1] in "+-"]
                print("\n".join([f"\n{state}: {name}", *changed]))
        if states:
            counts = Counter(states.values())
            total += counts
            scores.append(_score(str(path), counts))
    print("\n== of the mutants were noticed")
    print("\n".join([*scores, _score("all", total)]))


def _score(name: str, counts: Counter[str]) -> str:
    noticed = counts["killed"] + counts["timeout"]
    return f"  {100 * noticed / max(1, counts.total()):5.1f} %  {noticed:4} of {counts.total():4}  {name}"


def _run(processes: str) -> None:
    """Make the mutants in this folder and try those that were not tried yet."""
    _choose()
    hypothesis_settings.register_profile(
        "mutation",
        derandomize=True,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    mutmut.cli(["run", "--max-children", processes], standalone_mode=False)


if __name__ == "__main__":
    if sys.argv[1] == "run":
        _run(sys.argv[2])
    else:
        _tell()
