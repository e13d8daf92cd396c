"""One way to write a mail address, so that a rule about it cannot be passed by writing it another way."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

_PLAIN = re.compile(r"[\w.+'&~-]+@[\w.-]+")


def is_plain(address: str) -> bool:
    """Return whether an address names a mailbox of its domain, and no way on to another one.

    Servers that know source routes and their kin carry `ann%evil.example@own.example`, `evil.example!ann@own.example`
    and `SRS0=…=evil.example=ann@own.example` on to somebody else; what stands in quotes may hold any of them.
    """
    return _PLAIN.fullmatch(address) is not None and not address.startswith("-")


def canonical_address(address: str) -> str:
    """Return an address in lower case, without the root's dot.

    Raises:
        ValueError: its domain is written in letters that stand for others (full width, invisible ones): a mail would go
            to another domain than the one that rules and people read.
    """
    local, _, domain = address.rpartition("@")
    domain = domain.lower().removesuffix(".")
    if not domain.isascii():
        try:
            is_itself = domain.encode("idna").decode("idna") == domain
        except UnicodeError:
            is_itself = False
        if not is_itself:
            raise ValueError("the domain is written with letters that stand for others; write it plainly")
    return f"{local.lower() if local.isascii() else local}@{domain}"


MailAddress = Annotated[
    str, Field(pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+$", max_length=254), AfterValidator(canonical_address)
]
"""For the arguments of tools."""
