"""What the gate said of an action, and why."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from opsconsole.domain.enums import Verdict

UNTIL_RELEASED = datetime.max.replace(tzinfo=UTC)
"""A hold without an end of its own: a person must lift it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule's word. It lowers the ceiling to `verdict`, or holds until `hold_until`, or both."""

    rule: str
    text: str
    """For a person, without personal data: it stands in the audit trail."""
    verdict: Verdict = Verdict.ACT
    hold_until: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the stored form."""
        held = None if self.hold_until is None else self.hold_until.isoformat()
        return {"rule": self.rule, "text": self.text, "verdict": self.verdict.name, "hold_until": held}


@dataclass(frozen=True, slots=True)
class Ruling:
    """The lowest ceiling, the latest hold, and every rule that spoke."""

    verdict: Verdict
    hold_until: datetime | None
    reasons: tuple[Reason, ...]

    @property
    def binding(self) -> tuple[Reason, ...]:
        """The rules that made the verdict, or the hold."""
        return tuple(
            reason
            for reason in self.reasons
            if (reason.verdict == self.verdict and self.verdict < Verdict.ACT)
            or (reason.hold_until is not None and reason.hold_until == self.hold_until)
        )

    def explain(self) -> str:
        """Return the binding reasons in one line."""
        return "; ".join(reason.text for reason in self.binding) or "no rule stands against it"
