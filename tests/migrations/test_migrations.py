"""Files of other formats: older ones are copied and migrated, newer and foreign and broken ones are left alone."""

import hashlib
import random
import shutil
import sqlite3
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.errors import WorkspaceDamagedError, WorkspaceError, WorkspaceTooNewError
from opsconsole.domain.event import IncomingEvent
from opsconsole.store import audit, workspace
from opsconsole.store.database import APPLICATION_ID, Database, audit_triggers, migrations
from opsconsole.store.queries import approvals
from opsconsole.store.queries.views import feed
from opsconsole.store.queries.views.people import events_about
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events
from opsconsole.store.writes import pairs as write
from tests.support import dump, pairdeeds
from tests.support.files import NOW, make, note, raw
from tests.support.pairdeeds import MIDNIGHT, PAIR, go_back_to_9, go_back_to_11, go_back_to_12
from tests.support.rig import ANN, agent, call, mail, rig

NEWEST = migrations()[-1][0]
DUMPS = sorted(Path(__file__).parent.glob("format_*.sql"))


def schema(path: Path) -> set[tuple[str, str, str]]:
    with raw(path) as conn:
        return set(conn.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall())


def version(path: Path) -> int:
    with raw(path) as conn:
        return int(conn.execute("PRAGMA user_version").fetchone()[0])


def contents(folder: Path) -> dict[str, str]:
    """Digest of every file in a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def old_file(path: Path) -> None:
    """A file of format 1, with something in it."""
    with raw(path) as conn:
        conn.executescript(migrations()[0][1])
        conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        conn.execute("PRAGMA user_version = 1")
        conn.execute("INSERT INTO meta (key, value) VALUES ('workspace', 'old')")


def test_numbers_have_no_gaps() -> None:
    assert [number for number, _ in migrations()] == list(range(1, NEWEST + 1))


def test_a_fresh_file_needs_no_copy(tmp_path: Path) -> None:
    path = make(tmp_path)
    assert version(path) == NEWEST
    assert [path.name for path in tmp_path.iterdir()] == [path.name]


def test_an_older_file_is_copied_first_and_then_migrated(tmp_path: Path) -> None:
    path = tmp_path / workspace.DATABASE
    old_file(path)
    Database(path).close()
    copy = tmp_path / f"{path.name}.before-{NEWEST:04d}"
    assert version(path) == NEWEST and version(copy) == 1
    assert schema(path) == schema(make(tmp_path / "fresh")), "migrated or made today, a file is the same"
    with raw(path) as new, raw(copy) as old:
        question = "SELECT value FROM meta WHERE key = 'workspace'"
        assert new.execute(question).fetchone() == old.execute(question).fetchone() == ("old",)
    if sys.platform != "win32":
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_the_pairs_of_an_older_file_are_counted_by_day(tmp_path: Path) -> None:
    made = workspace.create(tmp_path, at=MIDNIGHT, actor="person:test")
    made.database.write(pairdeeds.begin)
    made.database.write(lambda tx: write.add_pair(tx, PAIR, now=MIDNIGHT))
    made.close()
    path = tmp_path / workspace.DATABASE
    tables = ("evidence_day", "evidence_span")
    with raw(path) as conn:
        before = [conn.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
        go_back_to_9(conn)
    Database(path).close()
    with raw(path) as conn:
        assert before == [conn.execute(f"SELECT * FROM {table}").fetchall() for table in tables] and all(before)
    assert schema(path) == schema(make(tmp_path / "fresh"))
    assert version(tmp_path / f"{path.name}.before-{NEWEST:04d}") == 9


async def test_those_an_older_file_knew_as_recipients_are_found_and_counted(tmp_path: Path) -> None:
    path = tmp_path / workspace.DATABASE
    async with rig(tmp_path, [call("desk.reply", to=ANN, text="We are on it.")], agent()) as r:
        await r.take(mail(), mail(2, recipients=()))
        await r.approve(1)
        await r.wait(seconds=11)
    with raw(path) as conn:
        counted = conn.execute("SELECT * FROM effect_recipient").fetchall()
        go_back_to_11(conn)
        assert events_about(conn, "support@slotwise.example") == []
    Database(path).close()
    with raw(path) as conn:
        assert conn.execute("SELECT * FROM effect_recipient").fetchall() == counted and len(counted) == 1
        assert events_about(conn, "support@slotwise.example") == [1]
    assert schema(path) == schema(make(tmp_path / "fresh"))


def test_whom_people_wrote_to_is_known_of_an_older_file(tmp_path: Path) -> None:
    """By what lay in Sent; what agents sent alone cannot be told from who only wrote to us, and counts for nothing."""
    made = workspace.create(tmp_path, at=NOW, actor="person:test")

    def fill(tx: Transaction) -> None:
        tx.conn.execute(
            "INSERT OR IGNORE INTO connection (id, kind, config, created_at) VALUES ('post', 'mail', '{}', 0)"
        )
        for number, (kind, to) in enumerate((("mail.sent", "Zoe@quay.example"), ("mail.claimed", "max@mole.example"))):
            facts: dict[str, Any] = {
                "external_id": f"<{number}@x>",
                "subject": f"thread:{number}",
                "title": "a",
                "text": "b",
            }
            facts |= {"title": "a", "text": "b", "sender": "me@slotwise.example", "recipients": (to,)}
            mail = IncomingEvent(kind=kind, occurred_at=NOW, **facts)
            events.add(tx, "post", mail, now=NOW)
            events.correspond(tx, "post", [to], at=NOW, is_by_person=False)

    made.database.write(fill)
    made.close()
    path = tmp_path / workspace.DATABASE
    with raw(path) as conn:
        go_back_to_12(conn)
    Database(path).close()
    with raw(path) as conn:
        known = conn.execute("SELECT address FROM correspondent WHERE written_at IS NOT NULL").fetchall()
    assert known == [("zoe@quay.example",)]
    assert schema(path) == schema(make(tmp_path / "fresh"))


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / workspace.DATABASE
    old_file(path)
    with raw(path) as conn:
        conn.execute("CREATE TABLE desk_task (in_the_way)")
    before = schema(path)
    with pytest.raises(WorkspaceError, match="desk_task"):
        Database(path)
    assert version(path) == 1 and schema(path) == before


def test_a_newer_file_is_left_byte_for_byte(tmp_path: Path) -> None:
    path = make(tmp_path)
    with raw(path) as conn:
        conn.execute(f"PRAGMA user_version = {NEWEST + 1}")
    before = contents(tmp_path)
    for opening in (lambda: workspace.open_(tmp_path), lambda: workspace.create(tmp_path, at=NOW, actor="person:test")):
        with pytest.raises(WorkspaceTooNewError, match=f"format {NEWEST + 1}") as caught:
            opening()
        assert "not changed" in str(caught.value)
    assert contents(tmp_path) == before


def foreign(path: Path) -> None:
    with raw(path) as conn:
        conn.execute("CREATE TABLE bookmarks (url)")


def random_bytes(path: Path) -> None:
    path.write_bytes(random.Random(7).randbytes(50_000))


def truncated(path: Path) -> None:
    make(path.parent)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_in_a_page(path: Path) -> None:
    make(path.parent)
    path.write_bytes(path.read_bytes()[:700])


def text(path: Path) -> None:
    path.write_text("From ann@harbour.example\n" * 50)


def schema_gone(path: Path) -> None:
    make(path.parent)
    data = bytearray(path.read_bytes())
    data[100:4096] = bytes(3996)
    path.write_bytes(data)


@pytest.mark.parametrize("spoil", [foreign, random_bytes, truncated, cut_in_a_page, text, schema_gone])
def test_what_is_no_sound_workspace_is_refused_and_left_alone(tmp_path: Path, spoil: object) -> None:
    spoil(tmp_path / workspace.DATABASE)  # type: ignore[operator]
    before = contents(tmp_path)
    for opening in (lambda: workspace.open_(tmp_path), lambda: workspace.create(tmp_path, at=NOW, actor="person:test")):
        with pytest.raises(WorkspaceDamagedError, match=r"not changed|nothing was changed"):
            opening()
    assert contents(tmp_path) == before


def test_damage_further_in_is_found_when_asked(tmp_path: Path) -> None:
    path = make(tmp_path, 400)
    data = bytearray(path.read_bytes())
    for page in range(len(data) // 4096 - 4, len(data) // 4096):
        data[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    path.write_bytes(data)
    database = Database(path)
    with pytest.raises(WorkspaceDamagedError):
        database.check()
    database.close()


def test_a_sound_file_passes_the_check(tmp_path: Path) -> None:
    database = Database(make(tmp_path))
    database.check()
    database.close()


@pytest.mark.parametrize("kept", DUMPS, ids=lambda path: path.stem)
def test_a_file_of_a_released_format_opens_and_verifies(kept: Path, tmp_path: Path) -> None:
    path = tmp_path / workspace.DATABASE
    dump.load(kept.read_text(encoding="utf-8"), path)
    opened = workspace.open_(tmp_path)
    conn = opened.database.reader()
    assert audit.verify(conn, triggers=audit_triggers()).is_ok
    assert feed.totals(conn).events == 2 and approvals.waiting_count(conn) == 1
    assert [row.title for row in feed.feed(conn, limit=10)] == ["Question 2", "Question 1"]
    for table, word in (("desk_search", "look"), ("cases_text", "look"), ("search", "question")):
        assert conn.execute(f"SELECT count(*) FROM {table} WHERE {table} MATCH ?", (word,)).fetchone()[0] > 0
    conn.close()
    opened.database.check()
    opened.database.write(lambda tx: note(tx, 1))
    opened.close()
    assert version(path) == NEWEST and schema(path) == schema(make(tmp_path / "fresh"))


def test_a_dump_makes_the_same_file_again(tmp_path: Path) -> None:
    path = make(tmp_path / "one", 4)
    again = tmp_path / workspace.DATABASE
    dump.load("\n".join(dump.dump(path)), again)
    assert list(dump.dump(again)) == list(dump.dump(path)) and schema(again) == schema(path)


def test_a_migrated_file_can_be_had_back_from_its_copy(tmp_path: Path) -> None:
    path = tmp_path / workspace.DATABASE
    old_file(path)
    Database(path).close()
    shutil.copy(tmp_path / f"{path.name}.before-{NEWEST:04d}", path)
    Database(path).close()
    assert version(path) == NEWEST


def test_guards_of_the_record_are_those_of_the_migrations(tmp_path: Path) -> None:
    path = make(tmp_path)
    with raw(path) as conn:
        stored = dict(conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"))
    assert stored == audit_triggers() and set(stored) == set(audit.TRIGGERS)
    with pytest.raises(sqlite3.OperationalError, match="no such trigger"), raw(path) as conn:
        conn.execute("DROP TRIGGER audit_other")
