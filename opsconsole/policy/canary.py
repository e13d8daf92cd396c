"""A new version tried on a share of the threads: who gets which, what each step asks for, how much is drawn. Pure.

The bars are own decisions only, by the same anytime-valid test as every gate (`policy.evidence`): with the version in
use it is not compared, since at 5 % a canary works too few threads to tell two good versions apart in a month. They
may be lower than a stage's because a canary does nothing alone, at no share: a bad one costs the time of who says no,
not a customer's. A severe error needs no test of its own, as the first one stops it; so `not_severe` asks nothing more.

To 25 %: right in more than 4 of 5, 20 clean decisions (31 with one wrong, 41 with two), 2 working days. What it does
wrong is rare among what people see all day. To 100 %: more than 9 of 10, 43 clean ones (66, 85), 5 working days, as
`expanded` asks: from then on every new thread gets its proposals. Putting it in use asks what any version is asked
that is live or acts alone: the ladder's own gates.
"""

import hashlib

from opsconsole.policy.ladder import FIRST_ALL, PER_WEEK
from opsconsole.policy.trials import EvidenceThreshold

FIRST_SHARE, ALL = 5, 100
"""Percent of the new threads, at first and at last."""
_NEXT = {5: 25, 25: 100}
_TO = {25: EvidenceThreshold(0.80, 0.80, 2), 100: EvidenceThreshold(0.90, 0.90, 5)}


def next_share(share: int) -> int | None:
    """Return the share that comes after one; None after the last."""
    return _NEXT.get(share)


def threshold_to(share: int) -> EvidenceThreshold:
    """Return what the step to a share asks for: 25 or 100."""
    return _TO[share]


def falls_to_canary(workspace: str, agent: str, version: int, thread: str, share: int) -> bool:
    """Return whether a new thread is among the share, in percent, that a version gets.

    By a digest, so that it is the same whenever it is asked; a thread that is among 5 % is among 25 % too, and another
    version gets others.
    """
    mark = hashlib.sha256("\0".join(("canary", workspace, agent, str(version), thread)).encode()).digest()
    return int.from_bytes(mark[:8], "big") * 100 < share << 64


def share_drawn_of_canary(*, asked: float, drawn_ever: int, drawn_week: int) -> float:
    """Return the share, 0 to 1, of a canary's decisions that is drawn: at first all, then enough a week.

    Args:
        asked: the share of decisions that any version asks about.
        drawn_ever: so many of it were drawn.
        drawn_week: in the last seven days.
    """
    return 1.0 if drawn_ever < FIRST_ALL or drawn_week < PER_WEEK else asked
