"""Import end to end: every member is accounted for, twice doubles nothing, and the engine works what came in."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from opsconsole.app.cli import app
from opsconsole.app.past.importing import Imported, import_path
from opsconsole.app.session import Session, engine_of, opened
from opsconsole.engine.agents.file import apply_agent, read_agent
from opsconsole.store import audit, workspace
from opsconsole.store.database import audit_triggers
from opsconsole.store.queries.desk import records as desk
from opsconsole.store.queries.views import feed
from opsconsole.store.times import from_micros
from tests.support.files import NOW

DATA = Path(__file__).parents[3] / "shared" / "data" / "mail"

AGENT = """\
agent: sorter
name: Sorter
subscribes: [{kinds: ["mail.*"]}]
stage: {default: full}
autonomy: {default: 3}
playbook:
  purpose: Sorts whatever comes.
  rules:
    - {when: "event.title.matches('(?i)sale|free|money|rate')", category: advert}
    - {when: "true", category: other}
  categories:
    - id: advert
      name: Advertisement
      steps:
        - {do: desk.move_mail, with: {folder: Adverts}}
    - id: other
      name: Anything else
      steps:
        - {look_up: desk.find_contact, with: {email: "{{ event.sender }}"}, as: contact}
        - {do: desk.tag_mail, with: {tag: seen}}
"""


def ignore(seen: int) -> None:
    """Nobody watches."""


def bring(session: Session, path: Path, **more: Any) -> Imported:
    facts: dict[str, Any] = {"is_history": False, "own_addresses": (), "progress": ignore}
    return import_path(session, path, **(facts | more))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "workspace"
    workspace.create(place, at=NOW, actor="person:test").close()
    return place


def hire(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "sorter.yaml"
    path.write_text(AGENT)
    file = read_agent(path, session.kernel.registry)
    session.write(
        lambda tx: apply_agent(tx, file, session.kernel.registry, actor="person:test", now=NOW), name="agent.apply"
    )


async def settle(folder: Path) -> None:
    place = workspace.open_(folder)
    reader = place.database.reader()
    async with engine_of(place, reader) as engine:
        await engine.settle()
    reader.close()
    place.close()


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the mail collections are not beside this checkout")
@pytest.mark.parametrize(
    ("name", "count", "distinct"), [("spamassassin_dev.tar.gz", 430, 430), ("fixtures_dev.tar.gz", 103, 93)]
)
def test_real_and_broken_mails(folder: Path, tmp_path: Path, name: str, count: int, distinct: int) -> None:
    with opened(folder) as session:
        hire(session, tmp_path)
        first = bring(session, DATA / name)
        assert (first.seen, first.new, first.known, first.skipped) == (count, distinct, count - distinct, {})
        assert first.queued == distinct
        totals = feed.totals(session.kernel.reader)
        assert totals.events == distinct == desk.count(session.kernel.reader, "mail")
        marked = feed.feed(session.kernel.reader, limit=1000, is_broken=True)
        assert len({row.event_id for row in marked}) == totals.broken > 0
        again = bring(session, DATA / name)
        assert (again.seen, again.new, again.known, again.queued) == (count, 0, count, 0)
    shown = CliRunner().invoke(app, ["feed", "--broken", "-n", "1000", "-w", str(folder)])
    assert shown.exit_code == 0 and shown.stdout.count("! ") >= totals.broken
    assert all(c.isprintable() or c == "\n" for c in shown.stdout)
    asyncio.run(settle(folder))
    with opened(folder) as session:
        conn = session.kernel.reader
        assert feed.totals(conn).runs == {"done": distinct}
        untouched = "SELECT count(*) FROM desk_mail WHERE folder <> 'Adverts' AND tags NOT LIKE '%seen%'"
        assert conn.execute(untouched).fetchone() == (0,)
        assert audit.verify(conn, triggers=audit_triggers()).is_ok


CONTACTS = """\
Record ID,First Name,Last Name,Email,Company name,Create Date
101,Ann,Harbour,ANN@harbour.example,Harbour Physio,2026-01-05 09:30
102,Bo,Quay,bo@quay.example,Quay & Co,2026-02-07T08:00:00+01:00
103,,,,,not a date
"""
COMPANIES = """\
Company name,Company domain name,Industry,Number of Employees
Harbour Physio,https://www.harbour.example/start,Health,51-200
Quay & Co,quay.example,Shipping,"1,200"
Pier,pier.example,Leisure,a few
"""
DEALS = """\
Deal ID,Deal Name,Amount,Deal Stage,Deal owner,Close Date,Last Activity Date,Associated Contact Email
7,Harbour renewal,"1.200,50 €",Proposal,femke,2026-12-01,2026-01-02T10:00:00Z,ann@harbour.example
8,Quay pilot,$900,Closed Won,femke,2026-01-15,2026-01-03 11:00,bo@quay.example
9,Pier talk,,New,,,,
"""
TICKETS = """\
Ticket ID,Subject,Description,Status,Priority,Requester email,Created at
T-1,Cannot log in,Since Monday,open,high,ann@harbour.example,2026-11-02 08:15
T-2,Invoice,,solved,,nobody,2026-11-03
"""


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    place = tmp_path / "tables"
    place.mkdir()
    for name, text in (("contacts", CONTACTS), ("companies", COMPANIES), ("deals", DEALS), ("tickets", TICKETS)):
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    return place


def test_tables_come_onto_the_desk_with_their_types(folder: Path, tables: Path) -> None:
    with opened(folder) as session:
        for path in sorted(tables.iterdir()):
            done = bring(session, path)
            assert done.new == done.seen == sum(done.records.values()), path
        conn = session.kernel.reader
        (ann,) = desk.find(conn, "contact", email="ann@harbour.example")
        assert (
            ann["name"] == "Ann Harbour" and from_micros(ann["created_at"]).isoformat() == "2026-01-05T09:30:00+00:00"
        )
        (bo,) = desk.find(conn, "contact", email="bo@quay.example")
        assert from_micros(bo["created_at"]).isoformat() == "2026-02-07T07:00:00+00:00"
        sizes = {character["domain"]: character["size"] for character in desk.find(conn, "company")}
        assert sizes == {"harbour.example": 51, "quay.example": 1200, "pier.example": None}
        deals = {character["name"]: character for character in desk.find(conn, "deal")}
        renewal = deals["Harbour renewal"]
        assert (renewal["amount"], renewal["currency"], renewal["close_date"]) == (1200.5, "EUR", "2026-12-01")
        assert from_micros(renewal["last_activity_at"]).isoformat() == "2026-01-02T10:00:00+00:00"
        assert deals["Pier talk"]["last_activity_at"] is None and deals["Pier talk"]["amount"] is None
        tickets = {character["external_id"]: character for character in desk.find(conn, "ticket")}
        assert from_micros(tickets["T-1"]["created_at"]).isoformat() == "2026-11-02T08:15:00+00:00"
        (desk_connector,) = session.kernel.registry.connectors.values()
        quiet = [deal.fields["deal_name"] for deal in desk_connector.stalled()]  # type: ignore[attr-defined]
        assert quiet == ["Harbour renewal"], "a deal that was won is not quiet"


def test_tables_twice_change_only_what_changed(folder: Path, tables: Path) -> None:
    with opened(folder) as session:
        for path in sorted(tables.iterdir()):
            bring(session, path)
        conn = session.kernel.reader
        before = conn.execute("SELECT count(*) FROM desk_history").fetchone()
        for path in sorted(tables.iterdir()):
            done = bring(session, path)
            assert (done.new, done.known) == (0, done.seen), path
        assert conn.execute("SELECT count(*) FROM desk_history").fetchone() == before
        (tables / "deals.csv").write_text(DEALS.replace("Proposal", "Contract"), encoding="utf-8")
        bring(session, tables / "deals.csv")
        line = conn.execute(
            "SELECT field, was, now FROM desk_history WHERE kind = 'deal' ORDER BY id DESC LIMIT 1"
        ).fetchone()
        assert line == ("stage", "Proposal", "Contract")
        assert {kind: desk.count(conn, kind) for kind in ("contact", "company", "deal", "ticket")} == {
            "contact": 3, "company": 3, "deal": 3, "ticket": 2,
        }  # fmt: skip


def test_history_is_for_look_ups_only(folder: Path, tmp_path: Path) -> None:
    mail = tmp_path / "one.eml"
    mail.write_bytes(
        b"From: Ann <ann@harbour.example>\r\nTo: us@slotwise.example\r\nSubject: Hi\r\n"
        b"Message-ID: <1@x>\r\n\r\nHello\r\n"
    )
    with opened(folder) as session:
        hire(session, tmp_path)
        assert bring(session, mail, is_history=True).queued == 0
        assert bring(session, mail).new == 0, "what is known as history stays history"
        sent = tmp_path / "sent.eml"
        sent.write_bytes(
            mail.read_bytes().replace(b"<1@x>", b"<2@x>").replace(b"Ann <ann@harbour.example>", b"us@slotwise.example")
        )
        bring(session, sent, own_addresses={"us@slotwise.example"})
        kinds = session.kernel.reader.execute("SELECT kind FROM event ORDER BY id").fetchall()
        assert kinds == [("mail.received",), ("mail.claimed",)], "anybody can write our address into From"
