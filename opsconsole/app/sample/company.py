"""The embedded sample workspace: a small company, its agents, two weeks of events and some weeks before."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from opsconsole.connectors.desk.mailbox import keep_record
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.humanact import HumanAct
from opsconsole.store import cases as case_store
from opsconsole.store.queries.desk import records as desk
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import settings

DAYS = 14
BEFORE = 20
"""So many days before those two weeks the workspace was opened, and its first agent hired."""
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class SampleEvent:
    """An event of the sample with what only an evaluation may see."""

    incoming: IncomingEvent
    label: str
    is_hostile: bool
    day: int
    acts: tuple[HumanAct, ...] = ()
    """What the company's people did about it."""


def load_yaml(path: Path) -> Any:
    """Read a shipped YAML file."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader either way


def fill_desk(tx: Transaction, folder: Path, *, now: datetime) -> None:
    """Put contacts, companies, deals and tickets on the desk, and mark the workspace as the sample."""
    for kind in ("company", "contact", "deal", "ticket"):
        path = folder / {"company": "companies.csv"}.get(kind, f"{kind}s.csv")
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                _row(tx, kind, row, now)
    settings.put(tx, "sample", "1")
    settings.set_past_source(tx, "desk", True)


def _row(tx: Transaction, kind: str, row: Mapping[str, str], now: datetime) -> None:
    fields: dict[str, Any] = {name: value for name, value in row.items() if value}
    name = fields.pop("external_id", None) or fields.get("email") or fields.get("name") or ""
    created = now - timedelta(days=float(fields.pop("created_days_ago", 30)))
    if (idle := fields.pop("last_activity_days_ago", None)) is not None:
        fields["last_activity_at"] = now - timedelta(days=float(idle))
    if "amount" in fields:
        fields["amount"] = float(fields["amount"])
    if "size" in fields:
        fields["size"] = int(fields["size"])
    for address in ("email", "contact_email", "requester_email"):
        if address in fields:
            fields[address] = fields[address].lower()
    keep_record(tx, kind, f"sample:{kind}:{name}", fields, now=now, created_at=created)


def teach(tx: Transaction, folder: Path, agent: str, *, actor: str, now: datetime) -> None:
    """Give an agent its past cases."""
    cases = [case for case in load_yaml(folder / "cases.yaml") if case["agent"] == agent]
    for case in cases:
        case_store.add_case(
            tx.conn,
            scope=agent,
            category=case["category"],
            text=case["text"].strip(),
            source="sample",
            occurred_at=to_micros(now - timedelta(days=60)),
            created_at=to_micros(now),
        )
    if cases:
        tx.audit("cases.imported", at=now, actor=actor, count=len(cases))


def events(folder: Path, *, now: datetime, deals: Mapping[str, Mapping[str, Any]]) -> list[SampleEvent]:
    """Return the sample's events in the order they happened; the two weeks end now.

    Args:
        folder: the sample's folder.
        now: when the last day ends.
        deals: the desk's deals by the sample's name for them.
    """
    entries = [entry for path in sorted((folder / "events").glob("*.yaml")) for entry in load_yaml(path)]
    roots, acts = _roots(entries), load_yaml(folder / "acts.yaml")
    found = [_event(entry, roots, now, deals, acts.get(entry["id"], ())) for entry in entries]
    return sorted(found, key=lambda event: (event.incoming.occurred_at, event.incoming.external_id))


def first_day(now: datetime) -> datetime:
    """Return when the two weeks begin that end now."""
    return (now - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)


def opened(now: datetime) -> datetime:
    """Return when the workspace was opened whose two weeks end now."""
    return first_day(now) - timedelta(days=BEFORE)


def moment(begin: datetime, day: int, time: str) -> datetime:
    """Return a time of day on a day of the two weeks, or before the first, which is day 1."""
    hour, _, minute = time.partition(":")
    return begin + timedelta(days=day - 1, hours=int(hour), minutes=int(minute))


def deals_by_name(conn: Any) -> dict[str, dict[str, Any]]:
    """Return the desk's deals by the sample's names."""
    return {
        str(character["external_id"]).rpartition(":")[2]: character for character in desk.find(conn, "deal", limit=1000)
    }


def _roots(entries: list[dict[str, Any]]) -> dict[str, str]:
    parents = {entry["id"]: entry.get("in_reply_to") for entry in entries}
    roots: dict[str, str] = {}
    for name in parents:
        root = name
        while parents.get(root):
            root = str(parents[root])
        roots[name] = root
    return roots


def _event(
    entry: Mapping[str, Any],
    roots: Mapping[str, str],
    now: datetime,
    deals: Mapping[str, Mapping[str, Any]],
    acts: Sequence[Mapping[str, Any]],
) -> SampleEvent:
    at = min(moment(first_day(now), int(entry["day"]), str(entry["time"])), now)
    kind, fields = str(entry["kind"]), dict(entry.get("fields") or {})
    identity = f"<{entry['id']}@sample.example>"
    subject = f"thread:<{roots[entry['id']]}@sample.example>"
    if kind.startswith("mail."):
        fields = {"message_id": identity, "folder": "Inbox", "is_auto": bool(entry.get("auto")), **fields}
    elif kind.startswith("deal."):
        deal = deals[str(fields.pop("deal"))]
        fields = {
            **{name: deal[name] for name in ("stage", "owner", "amount", "contact_email")},
            "deal_id": deal["id"],
            "deal_name": deal["name"],
            "idle_days": 0,
            **fields,
        }
        subject = f"deal:{deal['id']}"
    incoming = IncomingEvent(
        external_id=identity,
        kind=kind,
        subject=subject,
        occurred_at=at.astimezone(UTC),
        title=str(entry.get("subject") or ""),
        text=str(entry.get("text") or "").strip(),
        sender=str(entry.get("from") or "").lower(),
        sender_name=str(entry.get("name") or ""),
        is_verified=bool(entry.get("verified")),
        recipients=tuple(str(address).lower() for address in _list(entry.get("to"))),
        fields=fields,
    )
    did = tuple(_act(act, number, incoming, now) for number, act in enumerate(acts))
    return SampleEvent(incoming, str(entry.get("label") or ""), bool(entry.get("hostile")), int(entry["day"]), did)


def _act(entry: Mapping[str, Any], number: int, incoming: IncomingEvent, now: datetime) -> HumanAct:
    return HumanAct(
        external_id=f"{incoming.external_id}:act{number}",
        subject=incoming.subject,
        tool=str(entry["tool"]),
        args=dict(entry["with"]),
        actor=f"person:{entry['by']}",
        at=min(incoming.occurred_at + timedelta(minutes=float(entry["after"])), now),
        source="imported",
    )


def _list(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        yield from value  # pyright: ignore[reportUnknownVariableType]
    elif value:
        yield value
