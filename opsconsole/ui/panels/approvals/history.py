"""What was decided in the panel, and which of it Undo concerns: the last, never one before it. No Qt here."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from opsconsole.engine.commands.results import DecisionOutcome, DecisionResult
from opsconsole.engine.commands.words import deadline, settled
from opsconsole.engine.kernel import Kernel
from opsconsole.store.transaction import Transaction
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.words import plural

MOST_TITLE = 70
"""Characters of a request's title in a passing word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision, on one request or on many at once."""

    requests: tuple[int, ...]
    what: str
    """In words: `approval of “Send a reply”`."""
    back: Callable[[Kernel, Transaction, str, int], DecisionResult]
    """Takes it back, request by request; raises `DecisionError` where that cannot be."""
    is_edited: bool = False


class History:
    """The decisions of this window, the last one at the end; one that was taken back is in it no more."""

    def __init__(self) -> None:
        self._all: list[Decided] = []

    @property
    def last(self) -> Decided | None:
        """Return what Undo concerns; None where nothing was decided here."""
        return self._all[-1] if self._all else None

    def add(self, decided: Decided) -> None:
        """Something was decided."""
        self._all.append(decided)

    def settle(self, decided: Decided, *, left: tuple[int, ...]) -> None:
        """A decision was taken back; on the requests that are `left` it stands, and stays the last one."""
        place = self._all.index(decided)
        if left:
            self._all[place] = replace(decided, requests=left)
        else:
            del self._all[place]

    def is_last(self, decided: Decided) -> bool:
        """Return whether nothing was decided after it."""
        last = self.last
        if last is None or last is decided:
            return last is not None
        return last.what == decided.what and {*last.requests} < {*decided.requests}  # what is left of it


def named(verb: str, title: str) -> str:
    """Return the words for a decision on one request."""
    return f"{verb} “{one_line(title, MOST_TITLE)}”"


def named_many(verb: str, number: int) -> str:
    """Return the words for a decision on many requests."""
    return f"{verb} {plural(number, 'request')}"


def undone(decided: Decided, result: DecisionResult) -> str:
    """Return what came of taking back a decision on one request."""
    if result.outcome is DecisionOutcome.BEING_UNDONE:
        return f"Being undone: {decided.what}. It was done already: {result.undone_by}."
    if result.outcome is DecisionOutcome.PUT_OFF:
        return f"Undone: {decided.what}. It is put off again."
    if result.outcome is DecisionOutcome.GRANT_REVOKED:
        return f"Not undone: {decided.what}. {settled(result)}"
    place = "It waits again, with your changes" if decided.is_edited else "It waits again in its old place"
    late = deadline(result)
    return f"Undone: {decided.what}. {place}{late and f', {late}'}."


def undone_many(decided: Decided, results: list[DecisionResult], refused: list[str]) -> str:
    """Return what came of taking back a decision on many requests."""
    late = sum(result.outcome is DecisionOutcome.BEING_UNDONE for result in results)
    text = f"Undone: {decided.what}." if not refused else f"Of the {decided.what}, {len(results)} taken back."
    if late:
        text += f" {plural(late, 'request')} had been done already and {'is' if late == 1 else 'are'} being undone."
    return text + (f" {plural(len(refused), 'request')} not: {refused[0]}" if refused else "")


def not_undone(decided: Decided, why: str) -> str:
    """Return why the last decision stands; what was decided before it is not touched."""
    return f"Cannot be undone: {decided.what}. {why}"
