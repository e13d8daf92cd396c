"""One row of a table to one record."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Any

from opsconsole.connectors.files.cells.dates import DateLook, moment_of
from opsconsole.connectors.files.columns import SPELLINGS, Layout
from opsconsole.connectors.files.record import ImportRecord
from opsconsole.connectors.files.values import amount_of, email_of, name_of
from opsconsole.connectors.mailtext.clean import scrub
from opsconsole.domain.priority import PRIORITIES, is_no_priority, priority_of

MAX_CELL = 100_000
_MEANINGFUL = {
    "contact": ("email", "name", "phone"),
    "company": ("name", "domain"),
    "deal": ("name",),
    "ticket": ("title", "description"),
}
_MISSING = {
    "contact": "The row has no address, name or phone number",
    "company": "The row has no company name and no domain",
    "deal": "The row has no deal name",
    "ticket": "The row has no title and no description",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the cells of one table are read."""

    layout: Layout
    headers: Sequence[str]
    look: DateLook = field(default_factory=DateLook)
    zones: Mapping[str, tzinfo] = field(default_factory=dict[str, tzinfo])
    """Of our fields: the zone that the name of its column tells."""
    priorities: Mapping[str, str] = field(default_factory=dict[str, str])
    """Words that a person said the meaning of, in lower case."""

    def look_of(self, name: str) -> DateLook:
        """Return how the dates of a field are read."""
        return replace(self.look, zone=self.zones[name]) if name in self.zones else self.look


def record_of(reading: Reading, cells: Sequence[str], *, line: int, problem: str = "") -> ImportRecord:
    """Return the record of a row. What does not fit is kept and told in `problems`."""
    layout, headers = reading.layout, reading.headers
    digest = hashlib.sha256("\x1f".join(cells).encode("utf-8", "replace")).hexdigest()[:24]
    if problem:
        fields = {"extra": {"row": scrub(cells[0][:MAX_CELL])}}
        return ImportRecord(
            kind=layout.kind, external_id=f"row-{digest}", fields=fields, line=line, problems=(problem,)
        )
    problems: list[str] = []
    if len(cells) < len(headers) or any(cell.strip() for cell in cells[len(headers) :]):
        problems.append(
            f"The row has {len(cells)} columns where the header has {len(headers)}; values may stand in the wrong one."
        )
    taken = _texts(layout, cells)
    fields: dict[str, Any] = {name: "" for name in SPELLINGS[layout.kind] if name not in ("first_name", "last_name")}
    fields.update(_named(taken))
    _typed(fields, taken, reading, problems)
    fields["extra"] = _extra(layout, headers, cells)
    if not any(fields.get(name) for name in _MEANINGFUL[layout.kind]):
        problems.append(f"{_MISSING[layout.kind]}; it is kept, but nothing can be matched to it.")
    external_id = taken.get("external_id", "") or f"row-{digest}"
    if layout.kind == "ticket":
        _whose(fields, taken)
        fields["external_id"] = taken.get("external_id", "")
    else:
        fields.pop("external_id", None)
        external_id = taken.get("external_id", "") or _natural(layout.kind, fields) or external_id
    return ImportRecord(
        kind=layout.kind,
        external_id=external_id[:200],
        fields=fields,
        line=line,
        problems=tuple(problems),
        columns=tuple(layout.columns),
    )


def _texts(layout: Layout, cells: Sequence[str]) -> dict[str, str]:
    return {name: scrub(cells[at][:MAX_CELL]).strip() if at < len(cells) else "" for name, at in layout.columns.items()}


def _named(taken: dict[str, str]) -> dict[str, str]:
    named = {name: text for name, text in taken.items() if name not in ("first_name", "last_name", "external_id")}
    parts = (taken.get("first_name", ""), taken.get("last_name", ""))
    if any(parts) and not named.get("name"):
        named["name"] = " ".join(part for part in parts if part)
    return named


def _typed(fields: dict[str, Any], taken: dict[str, str], reading: Reading, problems: list[str]) -> None:
    for name, text in taken.items():
        if name in ("email", "contact_email", "requester_email"):
            address = email_of(text)
            fields[name] = address or ""
            if text and address is None:
                # A requester's name where an address was hoped for is still who asked.
                fields[f"{name}_text"] = text
                problems.append(f"{text[:80]!r} is not an e-mail address.")
        elif name == "amount":
            _amount(fields, text, problems)
        elif name.endswith(("_at", "_date")):
            _moment(fields, name, text, reading.look_of(name), problems)
        elif name == "priority" and text:
            fields[name] = priority_in(text, reading.priorities) or ("" if is_no_priority(text) else text)
            if fields[name] not in ("", *PRIORITIES):
                problems.append(
                    f"The priority {text[:40]!r} is none that is known ({', '.join(PRIORITIES)}); it was kept as it is."
                    " A mapping file can say what it means."
                )
        elif name == "domain":
            bare = text.lower().removeprefix("https://").removeprefix("http://")
            fields[name] = bare.split("/")[0].removeprefix("www.")


def priority_in(text: str, said: Mapping[str, str]) -> str | None:
    """Return our word for a table's priority, as a person said or as it is known; None where neither tells."""
    return said.get(text.casefold()) or priority_of(text)


def _whose(fields: dict[str, Any], taken: dict[str, str]) -> None:
    """Tell who asked: `Ann Buyer (ann@buyer.example)` is a name and an address."""
    named = taken.get("requester_name", "")
    fields["requester_email"] = fields.get("requester_email") or email_of(named) or ""
    fields["requester_name"] = name_of(named) or str(fields.get("requester_email_text") or "")


def _amount(fields: dict[str, Any], text: str, problems: list[str]) -> None:
    found = amount_of(text) if text else None
    fields["amount"] = None if found is None else found[0]
    if found is not None and found[1] and not fields.get("currency"):
        fields["currency"] = found[1]
    if text and found is None:
        problems.append(f"{text[:40]!r} is not an amount; it was left empty.")
    elif found is not None and found[2]:
        problems.append(f"The amount {text[:40]!r} can be read two ways; it was read as {found[0]:.0f}.")


def _moment(fields: dict[str, Any], name: str, text: str, look: DateLook, problems: list[str]) -> None:
    found = moment_of(text, look) if text else None
    if found is None:
        fields[name] = None
        if text:
            problems.append(f"{text[:40]!r} is not a date; {name.replace('_', ' ')} was left empty.")
        return
    fields[name] = found.at.date().isoformat() if name.endswith("_date") else found.at.isoformat()
    if found.is_guess:
        problems.append(f"The date {text[:40]!r} can be read two ways; it was read as {found.at.date().isoformat()}.")
    if found.unread:
        problems.append(
            f"{found.unread!r} behind the time {text[:40]!r} is no zone that is known; it was read as {look.zone}."
        )


def _natural(kind: str, fields: dict[str, Any]) -> str:
    """Return what names a record by itself: an address, a domain."""
    if kind == "contact":
        return str(fields.get("email") or "")
    return str(fields.get("domain") or "") if kind == "company" else ""


def _extra(layout: Layout, headers: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    used = set(layout.columns.values())
    extra: dict[str, str] = {}
    for at, cell in enumerate(cells):
        if at in used or not cell.strip():
            continue
        name = scrub(headers[at]).strip() if at < len(headers) and headers[at].strip() else f"column {at + 1}"
        name = f"{name} ({at + 1})" if name in extra else name
        extra[name] = scrub(cell[:MAX_CELL]).strip()
    return extra
