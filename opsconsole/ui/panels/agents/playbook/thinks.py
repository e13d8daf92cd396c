"""What an agent thinks with: offline, or a model that is connected."""

from collections.abc import Sequence

from opsconsole.ui.widgets.basics import ChoiceBox
from opsconsole.ui.widgets.words import listed

OFFLINE = "Offline: by its examples and rules"
_TITLE = "What it thinks with"


class ThinksBox(ChoiceBox):
    """A choice of offline and of each model; what the file says is always among them."""

    def __init__(self, models: tuple[str, ...] | None) -> None:
        super().__init__()
        self._said = models
        self._ways: list[tuple[str, ...] | None] = []
        self.setAccessibleName(_TITLE)
        self._fill((), models)

    @property
    def models(self) -> tuple[str, ...] | None:
        """Names of the models, tried in this order; None: offline."""
        return self._ways[self.currentIndex()]

    def offer(self, models: Sequence[str]) -> None:
        """Offer these models too; what is chosen stays."""
        self._fill(models, self.models)

    def _fill(self, models: Sequence[str], chosen: tuple[str, ...] | None) -> None:
        ways: list[tuple[str, ...] | None] = [None, *((name,) for name in models)]
        ways += [way for way in (self._said, chosen) if way not in ways]
        ways = list(dict.fromkeys(ways))
        if ways == self._ways:
            return
        self._ways = ways
        self.clear()
        self.addItems([_words(way) for way in ways])
        self.setCurrentIndex(ways.index(chosen))


def _words(way: tuple[str, ...] | None) -> str:
    if way is None:
        return OFFLINE
    return f"The model {way[0]}" if len(way) == 1 else f"The models {listed(way)}, in this order"
