"""When a pair that was judged is shown once more, blind, to see whether the person stays the same."""

from opsconsole.store.queries import pairs as read
from opsconsole.store.queries.pairlists import spread
from opsconsole.store.rows import Reader

EVERY = 12
"""After so many judgements one is shown again."""
APART = 20
"""Only what was judged at least so many judgements earlier: what is fresh in mind tells nothing."""


def due(conn: Reader) -> int | None:
    """Return the pair to show again now; None where none is due.

    Which one it is, is fixed by how many judgements there were: nobody chooses, and asking again changes nothing.
    """
    said = read.all_said(conn)
    judged = [pair for pair, _, is_repeat in said if not is_repeat]
    if not judged or len(judged) % EVERY or said[-1][2]:
        return None
    repeated = {pair for pair, _, is_repeat in said if is_repeat}
    lately = set(judged[-APART:])
    old = [pair for pair in dict.fromkeys(judged[:-APART]) if pair not in repeated and pair not in lately]
    return old[spread(len(judged)) % len(old)] if old else None
