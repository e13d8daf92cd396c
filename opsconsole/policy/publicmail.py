"""Mail providers where anybody can have an address; the list lies beside this file, with its source and licence."""

import pkgutil
from functools import cache


@cache
def public_mail() -> frozenset[str]:
    """Return their domains, in lower case: of such a domain only the address itself is one's own."""
    data = pkgutil.get_data(__package__ or "", "publicmail.txt") or b""
    return frozenset(line for line in data.decode("ascii").splitlines() if line and not line.startswith("#"))
