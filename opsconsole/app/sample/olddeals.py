"""Deals of the months before the sample's two weeks, with what their owners did: Deal watch was tried on them."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from opsconsole.app.sample.company import load_yaml, moment
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.humanact import HumanAct

SATURDAY = 5
_MORNING = timedelta(hours=6)
_OWNER_AFTER = timedelta(hours=3)
_KINDS = {"deal_stalled": "deal.stalled", "deal_no_next_step": "deal.no_next_step"}


def deals(folder: Path, *, begin: datetime, part: str) -> Iterator[tuple[IncomingEvent, tuple[HumanAct, ...]]]:
    """Yield a part of them, each with what people did about it.

    Args:
        folder: the sample's.
        begin: when the two weeks begin.
        part: as `past-deals.yaml` names it.
    """
    told = load_yaml(folder / "past-deals.yaml")
    with (folder / "companies.csv").open(encoding="utf-8", newline="") as stream:
        companies = [row["name"] for row in csv.DictReader(stream)]
    for line in told["parts"][part]:
        days = _weekdays(moment(begin, int(told["first_tried"]), "00:00"), line["from"], line["weekdays"])
        for place, day in enumerate(days):
            for number in range(place * line["a_day"], (place + 1) * line["a_day"]):
                yield _deal(told, line, f"{part}-{number}", number, day + _MORNING, companies)


def _weekdays(until: datetime, skipped: int, number: int) -> list[datetime]:
    """Return so many weekdays before a day, in order, less those nearest to it that are skipped."""
    days, day = list[datetime](), until
    while len(days) < skipped + number:
        day -= timedelta(days=1)
        if day.weekday() < SATURDAY:
            days.append(day)
    return days[skipped:][::-1]


def _deal(
    told: Mapping[str, Any], line: Mapping[str, Any], name: str, number: int, at: datetime, companies: list[str]
) -> tuple[IncomingEvent, tuple[HumanAct, ...]]:
    def one(of: str) -> Any:
        return told[of][number % len(told[of])]

    kind = str(line["kind"])
    identity = f"<before-{kind}-{name}@sample.example>"
    deal = line["ids"] + number if "ids" in line else f"S-{number}"
    title, owner, days = f"{companies[number % len(companies)]}: {one('names')}", one("owners"), one("idle_days")
    stage = one("stages") if kind == "deal_stalled" else "negotiation"
    what = f"No activity for {days} days in {stage}." if kind == "deal_stalled" else "Nothing is planned on it."
    fields = {
        "deal_id": deal,
        "deal_name": title,
        "stage": stage,
        "owner": owner,
        "amount": float(one("amounts")),
        "contact_email": "",
        "idle_days": days,
    }
    incoming = IncomingEvent(
        external_id=identity,
        kind=_KINDS[kind],
        subject=f"deal:{deal}",
        occurred_at=at,
        title=title,
        text=what,
        is_verified=True,
        fields=fields,
    )
    is_away = number % told["every_other"] == told["every_other"] - 1
    task = {"assignee": told["instead"] if is_away else owner, "about": f"deal:{deal}"}
    did = [("desk.create_task", task)]
    if kind == "deal_stalled":
        did.insert(0, ("desk.add_note", {"about": f"deal:{deal}"}))
    by = str(task["assignee"]).partition("@")[0]
    return incoming, tuple(
        HumanAct(
            external_id=f"{identity}:act{place}",
            subject=incoming.subject,
            tool=tool,
            args=args,
            actor=f"person:{by}",
            at=at + _OWNER_AFTER + timedelta(minutes=place),
            source="imported",
        )
        for place, (tool, args) in enumerate(did)
    )
