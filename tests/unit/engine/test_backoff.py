"""How long the engine waits before it tries an effect again."""

from opsconsole.engine.effects.waits import BACKOFF_S, TRIES, backoff_s


def test_waits_grow_and_stay_at_the_longest() -> None:
    assert [backoff_s(attempts) for attempts in range(8)] == [1, 1, 5, 30, 120, 600, 1800, 1800]
    assert len(BACKOFF_S) > TRIES == 5, "who is worth more tries waits on"
