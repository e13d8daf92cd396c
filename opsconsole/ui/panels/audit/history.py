"""The history of a subject, or of everything about somebody, as the panel shows it beside the list."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries.views import people, timeline
from opsconsole.store.queries.views.auditlist import AuditFilter
from opsconsole.ui.panel import Context
from opsconsole.ui.widgets.basics import label
from opsconsole.ui.widgets.clock import utc_now
from opsconsole.ui.widgets.moments import SHOWN, moments_card


async def history_part(context: Context, key: str, *, reach: int, more: Callable[[], None]) -> QWidget:
    """Read a history and make what is shown of it.

    Args:
        context: the window's.
        key: an address, a domain, or a subject.
        reach: so many times as much as at first is read and shown.
        more: reads more of it.
    """
    party = people.party_of(key)

    def read(kernel: Kernel) -> timeline.History | None:
        conn, now = kernel.reader, kernel.clock.now()
        if party:
            found = timeline.history_about(conn, party, now=now, reach=reach)
            return found if found.number else None
        subject = timeline.subject_of(conn, key)
        return None if subject is None else timeline.history_of(conn, subject, now=now, reach=reach)

    history = await context.backend.read(read, lane="long")
    if history is None:
        return label(f"Nothing is known of “{key}”.", "muted", is_wrapped=True)
    return moments_card(
        history,
        theme=context.theme,
        now=utc_now(),
        open_event=lambda event: context.navigator.go("feed", event=event),
        about=f"Everything about {party}" if party else "Whole history",
        most=SHOWN * reach,
        more=more,
    )


async def bound_of(context: Context, wanted: AuditFilter) -> str:
    """Say of a search for somebody that not every event was looked at; empty where that is not so."""
    party, newest = people.party_of(wanted.text), wanted.newest
    if not party or newest is None:
        return ""
    number = await context.backend.read(lambda kernel: people.may_name(kernel.reader, party), lane="long")
    return f"in the newest {newest:,} of {number:,} events that may name it" if number > newest else ""
