"""The foot of a page that changes an agent's file: what it would mean, why, and save or discard."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout

from opsconsole.engine.ladder.told import WITHOUT_EVIDENCE
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import Role, beside, button, label, repolish, row
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.keybutton import KeyButton
from opsconsole.ui.widgets.texts import tip
from opsconsole.ui.widgets.words import listed, plural

MEANWHILE = (
    "Version {} came into use meanwhile, and this was made from the one before it. Look at Versions; discard this and"
    " make the change again from there."
)
"""Said where a change cannot be saved any more without undoing another one."""
TRIAL, TRIAL_KEY = "Try on 5 % first", "Ctrl+Shift+S"
"""As a canary: what is in use stays in use."""
REASON = 300
"""Characters of a reason."""
NEEDED = "It lets the agent do more than now: say why, then save. It is kept with the version."
NEEDED_BARE = "Nothing proves yet that it may: say why, then save. It is kept with the version."
NAMED = 3
"""Of what would be live without evidence, so many are named; the hover names more."""
_WHY_BARE = "Why may it, though nothing proves it yet? It is kept with the version"
_WHY, _WHY_MORE = "Why? It is kept with the version", "Why may it do more? It is kept with the version"


class SaveBar(QFrame):
    """Stands while something is changed. Nothing is saved that it has not said the meaning of."""

    def __init__(
        self,
        theme: Theme,
        save: Callable[[], None],
        discard: Callable[[], None],
        *,
        again: Callable[[], None] | None = None,
        trial: Callable[[], None] | None = None,
    ) -> None:
        """Make it; `again` works out anew what could not be, `trial` saves it for a share of the threads only."""
        super().__init__()
        self._is_needed, self._needed = False, NEEDED
        self.setObjectName("judgeBar")
        self.meaning, self.bare = label("", is_wrapped=True), label("", is_wrapped=True)
        self.bare.setProperty("tone", "warn")
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_WHY)
        self.reason.setAccessibleName("Why this is changed")
        self.reason.setMaxLength(REASON)
        self.save = KeyButton(theme, "Save", key="Ctrl+S", icon="check", act=save, kind="accent")
        self.trial = button(TRIAL, trial, keys=TRIAL_KEY)
        self.discard = button("Discard", discard)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 10, 28, 12)
        column.setSpacing(8)
        self.again = button("Try again", again)
        self.again.hide()
        column.addLayout(beside(self.meaning, self.again))
        column.addWidget(self.bare)
        line = row(self.save, *([self.trial] if trial is not None else []), self.discard)
        line.addWidget(self.reason, 1)
        column.addLayout(line)
        self.hide()

    @property
    def is_ready(self) -> bool:
        """It can be saved: its meaning stands there."""
        return not self.isHidden() and self.save.isEnabled()

    def has_reason(self) -> bool:
        """Return whether a reason is typed where one is needed; where it is missing it is asked for."""
        if not self._is_needed or self.reason.text().strip():
            return True
        self._mark(is_invalid=True)
        self.meaning.setText(self._needed)
        self.reason.setFocus()
        return False

    def _mark(self, *, is_invalid: bool) -> None:
        if bool(self.reason.property("invalid")) is not is_invalid:
            self.reason.setProperty("invalid", is_invalid)
            repolish(self.reason)

    def show_for(
        self,
        *,
        number: int,
        meaning: str,
        is_sound: bool,
        is_busy: bool,
        can_retry: bool = False,
        needs_reason: bool = False,
        unproven: Sequence[str] = (),
    ) -> None:
        """Offer to save as a version.

        Args:
            number: of the version that it makes.
            meaning: what the change means; empty while that is not known.
            is_sound: it can be saved.
            is_busy: it is being saved.
            can_retry: its meaning could not be worked out, and may be when it is tried again.
            needs_reason: it lets the agent do more than now.
            unproven: what it would make live without evidence; that needs a reason too.
        """
        self._is_needed, self._needed = needs_reason or bool(unproven), NEEDED if needs_reason else NEEDED_BARE
        self.bare.setText(told_bare(unproven))
        self.bare.setToolTip(tip("\n".join(unproven)) if unproven else "")
        why = _WHY_MORE if needs_reason else _WHY_BARE if unproven else _WHY
        self.reason.setPlaceholderText(why)
        self._mark(is_invalid=False)
        self.save.name_it(f"Save as version {number}")
        self.save.setEnabled(is_sound and bool(meaning) and not is_busy)
        self.trial.setEnabled(self.save.isEnabled())
        self.discard.setEnabled(not is_busy)
        self.meaning.setText(meaning or "Counting what it would mean…")
        role: Role = "" if is_sound else "error"
        if self.meaning.property("role") != role:
            self.meaning.setProperty("role", role)
            repolish(self.meaning)
        with kept_in(self):
            self.again.setVisible(can_retry)
            self.bare.setVisible(bool(unproven))
        self.show()


def told_bare(unproven: Sequence[str]) -> str:
    """Return what a change would make live without evidence, in a sentence; empty for nothing."""
    if not unproven:
        return ""
    more = len(unproven) - NAMED
    named = [*unproven[:NAMED], *([f"{more} more"] if more > 0 else [])]
    return f"It would be {WITHOUT_EVIDENCE}, and say so wherever it is shown: {listed(named)}."


def to_mend(faults: int) -> str:
    """Return that so many fields keep it from being saved."""
    return f"{plural(faults, 'field')} to fill in or mend before it can be saved."
