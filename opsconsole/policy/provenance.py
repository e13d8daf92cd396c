"""What may pass after untrusted text: known destinations, and templates whose slots are a name, an id or a date."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from opsconsole.domain.mailaddress import is_plain
from opsconsole.policy.context import Provenance, folded

SLOT_LENGTH = 80
"""Longest text a typed slot may carry, in characters."""

_NAME = re.compile(r"[^\W\d_][\w .,'’&()-]*", re.UNICODE)
_TITLES = "".join(rf"(?<!\b{title})" for title in ("[A-Z]", "Dr", "Mr", "Ms", "Mrs", "Prof", "Ing", "St", "Sr", "Sra"))
_SENTENCE = re.compile(rf"\d{{3}}|\d\D+\d\D+\d|([^\s.&-]+[\s.&-]+){{5}}|{_TITLES}[.] |\bdot\b|\s[.]", re.IGNORECASE)
"""What a name does not hold: three digits, more than five words, a sentence's end, a spelt-out address."""

_ID = re.compile(r"(?=[^0-9]*[0-9])[#A-Za-z0-9]{1,16}([#_/-][A-Za-z0-9]{1,16}){0,2}")
"""An id holds a digit, and at most three short parts."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:?\d{2})?)?")
_AMOUNT = re.compile(r"-?\d{1,12}([.,]\d{1,4})?( ?[A-Z]{3})?")
_URL = re.compile(r"://|www\.|\b[\w-]+\.[^\W\d_]{2,}|\b\d{1,3}(\.\d{1,3}){3}\b|@", re.IGNORECASE)
_ADDRESS = re.compile(r"[^@\s,;:<>()\[\]\\/?#\"]+@([^@\s,;:<>()\[\]\\/?#\"]+)")
_UNSAFE = re.compile(r"[\\\s\x00-\x1f\x7f]")


def is_typed(text: str) -> bool:
    """Return whether a slot's value is a name, an id, a date or an amount: at most 80 characters, no URL, one line."""
    if len(text) > SLOT_LENGTH or _URL.search(text):
        return False
    if _NAME.fullmatch(text) and not _SENTENCE.search(text):
        return True
    return any(pattern.fullmatch(text) for pattern in (_ID, _DATE, _AMOUNT)) or text == ""


def is_trusted_destination(address: str, origin: Provenance) -> bool:
    """Return whether an address is the event's verified sender, or ratified by address or domain.

    One that leads on to another domain is neither, unless it was ratified as it is written.
    """
    bare = folded(address.strip())
    if not bare or any(mark in bare for mark in ",;<> \n\t"):
        return False
    if bare in origin.trusted_addresses:
        return True
    match = _ADDRESS.fullmatch(bare)
    if match is None or not is_plain(bare):
        return False
    is_sender = bool(origin.verified_sender) and bare == folded(origin.verified_sender)
    return is_sender or match[1] in origin.trusted_domains


def untyped_argument(args: Mapping[str, Any], origin: Provenance, *, except_for: tuple[str, ...] = ()) -> str | None:
    """Return the name of the first argument that no ratified template wrote with typed slots; None if all are.

    A whole value that is the verified sender's own address, or a ratified one, says nothing that is not known.
    """
    known = {folded(address) for address in (origin.verified_sender, *origin.trusted_addresses) if address}
    for name, value in args.items():
        if name in except_for or value is None or isinstance(value, bool | int | float):
            continue
        if name in origin.slots and isinstance(value, str) and folded(value) in known:
            continue
        if name not in origin.slots or not all(is_typed(slot) for slot in origin.slots[name]):
            return name
    return None


def host_of(address: str) -> str:
    """Return the host of a URL or mail address, in lower case; the text itself where it has neither.

    What two programs could read as two hosts (a backslash, a space, a name before an @) is no host.
    """
    if (match := _ADDRESS.fullmatch(address)) is not None:
        return folded(match[1]) if is_plain(address) else address
    if _UNSAFE.search(address):
        return address
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        return address if "@" in parts.netloc else folded(parts.hostname or address)
    except ValueError:
        return address
