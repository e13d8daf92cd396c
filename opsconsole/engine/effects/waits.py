"""How long a call is waited for, and when it is tried again."""

from opsconsole.domain.action import ActionType

CALL_TIMEOUT_S = 60.0
TRIES = 5
BACKOFF_S = (1.0, 5.0, 30.0, 120.0, 600.0, 1800.0)


def backoff_s(attempts: int) -> float:
    """Return how long to wait after so many attempts, in seconds; after the first ones ever longer."""
    return BACKOFF_S[min(max(attempts, 1), len(BACKOFF_S)) - 1]


def arrival_s(kind: ActionType | None) -> float:
    """Return how long a call may be on its way before it is looked for; 0 where it need not, or cannot, be."""
    return kind.arrival_s if kind is not None and kind.is_findable and not kind.is_idempotent else 0.0
