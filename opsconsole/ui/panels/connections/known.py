"""What a form shows of a stored webhook; without Qt, for whoever stores what was changed in it."""

import re
from collections.abc import Mapping
from typing import Any


def known_webhook(name: str, config: Mapping[str, Any]) -> dict[str, str]:
    """Return what the form of a webhook shows of it; parts of an event that it cannot show are empty."""
    event: Mapping[str, Any] = config.get("event") or {}
    found = {
        "name": name,
        "port": str(config.get("listen", "")).rpartition(":")[2],
        "path": str(config.get("path", "")),
    }
    found["verify"] = str(config.get("verify", ""))
    for part in ("id", "title", "text", "sender"):
        only = re.fullmatch(r"\{\{ body\.([\w.]+) \}\}", str(event.get(part, "")))
        found[part] = only[1] if only else ""
    return found
