"""A pair as evidence counts it, from what is selected of it."""

from datetime import date

from opsconsole.domain.enums import Adjudication, Agreement, Severity
from opsconsole.policy.trials import Counted


def counted_pair(
    verdict: str,
    severity: int,
    is_blind: int,
    is_failed: int,
    excluded: str,
    said: str | None,
    *,
    category: str = "",
    about: str = "",
    day: date = date.min,
    thread: int | None = None,
) -> Counted:
    """Return a pair from its columns of these names; `said` is the newest judgement of it, None where nobody judged.

    Where only what kind of evidence it is matters, whose it is and of which day can be left out.
    """
    return Counted(
        category=category,
        about=about,
        day=day,
        agreement=Agreement(verdict),
        severity=Severity(severity),
        is_blind=bool(is_blind),
        is_failed=bool(is_failed),
        said=None if said is None else Adjudication(said),
        thread=thread,
        excluded=excluded,
    )
