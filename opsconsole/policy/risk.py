"""How bad it would be if an action were wrong: by what would happen, not by the name of the tool. Pure."""

from dataclasses import dataclass
from enum import IntEnum

from opsconsole.domain.enums import Reversibility, Risk

PUBLIC_MAIL = frozenset(
    (
        "aol.com", "bluewin.ch", "fastmail.com", "free.fr", "gmail.com", "gmx.at", "gmx.ch", "gmx.de", "gmx.net",
        "googlemail.com", "hotmail.com", "icloud.com", "laposte.net", "libero.it", "live.com", "mail.com", "me.com",
        "msn.com", "orange.fr", "outlook.com", "proton.me", "protonmail.com", "skynet.be", "t-online.de", "web.de",
        "yahoo.com", "ziggo.nl",
    )
)  # fmt: skip
"""Where anybody has an address: of such a domain only the address itself is one's own."""


class Reach(IntEnum):
    """Whom an action reaches, the farthest of all."""

    NOBODY = 0
    """Nothing leaves the house."""
    OWN = 1
    """Addresses of one's own domain."""
    KNOWN = 2
    """The event's verified sender, an address allowed by the operator, or one that mail was exchanged with."""
    STRANGER = 3
    """Anybody else, or it is not told whom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What would happen."""

    is_declared: bool
    """A connector says what the tool does."""
    is_money: bool
    reversibility: Reversibility
    reach: Reach
    is_fixed_text: bool
    """What leaves is a text of the agent's file with a few values filled in, whoever wrote to it."""


def risk(of: Consequence) -> Risk:
    """Return how bad it would be: high is money, what nobody declared, and what cannot be taken back in a bad place."""
    is_final = of.reversibility is Reversibility.IRREVERSIBLE
    if not of.is_declared or of.is_money:
        return Risk.HIGH
    if of.reach is Reach.NOBODY:
        return Risk.HIGH if is_final else Risk.MEDIUM if of.reversibility is Reversibility.COMPENSABLE else Risk.LOW
    if of.is_fixed_text:
        return Risk.MEDIUM if of.reach is Reach.STRANGER else Risk.LOW
    return Risk.HIGH if is_final and of.reach is Reach.STRANGER else Risk.MEDIUM


def own_domain(address: str) -> str:
    """Return the domain that is one's own where this address is; empty where anybody can have one there."""
    domain = address.rpartition("@")[2].strip().lower()
    return "" if domain in PUBLIC_MAIL else domain
