"""Keeps a finger that is already on its way from deciding a card nobody has read."""

from collections.abc import Callable

SETTLE_S = 0.4
"""A verb so soon after the shown card changed is not meant for it, in seconds."""


class Guard:
    """Knows since when the card that is shown has been shown."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._face: object = None
        self._since = clock()

    def show(self, face: object) -> None:
        """A card is shown; the same again changes nothing."""
        if face != self._face:
            self._face = face
            self._since = self._clock()

    @property
    def is_open(self) -> bool:
        """The card has been there long enough to be meant."""
        return self._face is not None and self._clock() - self._since >= SETTLE_S
