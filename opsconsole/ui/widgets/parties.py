"""Links to everything about a person, and about everybody at their company."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QPushButton

from opsconsole.policy.risk import own_domain
from opsconsole.store.queries.views.people import party_of
from opsconsole.ui.widgets.basics import button
from opsconsole.ui.widgets.plain import one_line


def party_links(address: str, opens: Callable[[str], None]) -> list[QPushButton]:
    """Make a link for an address and one for its domain, where that is a company's; none for what is no address."""
    party = party_of(address)
    if "@" not in party:
        return []
    wanted = [party, *([domain] if (domain := own_domain(party)) else [])]
    made: list[QPushButton] = []
    for name in wanted:
        link = button(f"Everything about {one_line(name, 60)}".replace("&", "&&"), partial(opens, name), kind="link")
        link.setToolTip("All that came from there, went there or names it, in one history")
        made.append(link)
    return made
