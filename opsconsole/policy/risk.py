"""How bad it would be if an action were wrong: by what would happen, not by the name of the tool. Pure."""

import re
from dataclasses import dataclass
from enum import IntEnum

from opsconsole.domain.enums import Reversibility, Risk
from opsconsole.policy.publicmail import public_mail

_FAMILIES = (
    "aim", "aol", "bluemail", "caramail", "freemail", "gmail", "gmx", "googlemail", "hotmail", "hushmail", "icloud",
    "inbox", "laposte", "libero", "live", "mail", "mailbox", "msn", "outlook", "posteo", "proton", "protonmail",
    "rambler", "rediffmail", "rocketmail", "runbox", "seznam", "tuta", "tutamail", "tutanota", "virgilio",
    "windowslive", "yahoo", "yandex", "ymail", "zoho", "zohomail",
)  # fmt: skip
"""Providers with one domain for every country: `yahoo.de`, `yahoo.co.uk`, `gmx.com`."""
_FAMILY = re.compile(rf"({'|'.join(_FAMILIES)})\.(?:(?:co|com|net|org|ne|or)\.)?[a-z]{{2,4}}")


class Reach(IntEnum):
    """Whom an action reaches, the farthest of all."""

    NOBODY = 0
    """Nothing leaves the house."""
    OWN = 1
    """Addresses of one's own domain."""
    KNOWN = 2
    """The event's verified sender, an address allowed by the operator, or one that a person of ours wrote to."""
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
    domain = address.rpartition("@")[2].strip().rstrip(".").lower()
    return "" if domain in public_mail() or _FAMILY.fullmatch(domain) else domain
