"""The record: every change is found, by whatever hand."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsconsole.store import audit, heads
from opsconsole.store.audit import GENESIS, Head, link
from tests.support.files import NOW, attack, head, make, raw, verify

Deed = Callable[[sqlite3.Connection], object]
ENTRIES = 8


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("whole"), ENTRIES)


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(whole, tmp_path / whole.name))


def sql(*statements: str) -> Deed:
    def deed(conn: sqlite3.Connection) -> None:
        for statement in statements:
            conn.execute(statement)

    return deed


def swap(conn: sqlite3.Connection) -> None:
    fetchall, two = conn.execute("SELECT blob, chain FROM audit WHERE seq IN (3, 4) ORDER BY seq").fetchall()
    conn.execute("UPDATE audit SET blob = ?, chain = ? WHERE seq = 3", two)
    conn.execute("UPDATE audit SET blob = ?, chain = ? WHERE seq = 4", fetchall)


def swap_blobs(conn: sqlite3.Connection) -> None:
    first, second = (
        row[0] for row in conn.execute("SELECT blob FROM audit WHERE seq IN (3, 4) ORDER BY seq").fetchall()
    )
    conn.execute("UPDATE audit SET blob = ? WHERE seq = 3", (second,))
    conn.execute("UPDATE audit SET blob = ? WHERE seq = 4", (first,))


def rehash_one(conn: sqlite3.Connection) -> None:
    """A changed entry with a chain value that fits it: the next one no longer fits."""
    previous = conn.execute("SELECT chain FROM audit WHERE seq = 2").fetchone()[0]
    blob = conn.execute("SELECT blob FROM audit WHERE seq = 3").fetchone()[0].replace("person:test", "person:eve")
    conn.execute("UPDATE audit SET blob = ?, chain = ? WHERE seq = 3", (blob, link(previous, blob.encode())))


DEEDS: dict[str, Deed] = {
    "a changed field": sql("UPDATE audit SET blob = replace(blob, 'person:test', 'person:eve') WHERE seq = 4"),
    "a changed space": sql("UPDATE audit SET blob = blob || ' ' WHERE seq = 4"),
    "a changed and rehashed entry": rehash_one,
    "a changed chain value": sql("UPDATE audit SET chain = zeroblob(32) WHERE seq = 8"),
    "a removed first row": sql("DELETE FROM audit WHERE seq = 1"),
    "a removed middle row": sql("DELETE FROM audit WHERE seq = 5"),
    "a removed row, the rest moved up": sql("DELETE FROM audit WHERE seq = 5",
    *(f"UPDATE audit SET seq = {n - 1} WHERE seq = {n}" for n in (6, 7, 8))),
    "a swapped pair": swap,
    "a swapped pair of texts": swap_blobs,
    "a doubled row": sql("INSERT INTO audit (seq, blob, chain) SELECT 9, blob, chain FROM audit WHERE seq = 8"),
    "a row before all": sql("INSERT INTO audit (seq, blob, chain) SELECT 0, blob, chain FROM audit WHERE seq = 1"),
    "a row far away": sql("INSERT INTO audit (seq, blob, chain) SELECT 99, blob, chain FROM audit WHERE seq = 8"),
    "all renumbered": sql(*(f"UPDATE audit SET seq = {n + 1} WHERE seq = {n}" for n in range(8, 0, -1))),
}  # fmt: skip


@pytest.mark.parametrize("name", DEEDS)
def test_every_deed_is_found(path: Path, name: str) -> None:
    assert verify(path).is_ok
    attack(path, DEEDS[name])
    assert not verify(path).is_ok


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET blob = '{}' WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 3",
        "INSERT OR REPLACE INTO audit (seq, blob, chain) VALUES (3, '{}', x'00')",
        "REPLACE INTO audit (seq, blob, chain) VALUES (8, '{}', x'00')",
        "INSERT INTO audit (seq, blob, chain) VALUES (12, '{}', x'00')",
        "INSERT INTO audit (seq, blob, chain) VALUES (3, '{}', x'00') ON CONFLICT DO UPDATE SET blob = '{}'",
        "UPDATE OR REPLACE audit SET seq = 3 WHERE seq = 4",
    ],
)
def test_the_guards_refuse_it_outright(path: Path, statement: str) -> None:
    with raw(path) as conn:
        before = conn.execute("SELECT * FROM audit").fetchall()
        with pytest.raises(sqlite3.IntegrityError, match="audit entries are"):
            conn.execute(statement)
        assert conn.execute("SELECT * FROM audit").fetchall() == before
    assert verify(path).is_ok


@pytest.mark.parametrize("name", audit.TRIGGERS)
def test_a_missing_guard_is_found(path: Path, name: str) -> None:
    with raw(path) as conn:
        conn.execute(f"DROP TRIGGER {name}")
    (finding,) = verify(path).findings
    assert name in finding.what and "gone" in finding.what


def test_guards_removed_past_sqlite_are_found(path: Path) -> None:
    with raw(path) as conn:
        conn.execute("PRAGMA writable_schema = ON")
        conn.execute("DELETE FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'")
    assert len(verify(path).findings) == len(audit.TRIGGERS)


@pytest.mark.parametrize("is_past_sqlite", [False, True])
def test_an_altered_guard_is_found(path: Path, is_past_sqlite: bool) -> None:
    weak = "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit WHEN 0 BEGIN SELECT RAISE(ABORT, 'no'); END"
    with raw(path) as conn:
        if is_past_sqlite:
            conn.execute("PRAGMA writable_schema = ON")
            conn.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'audit_no_update'", (weak,))
        else:
            conn.execute("DROP TRIGGER audit_no_update")
            conn.execute(weak)
    (finding,) = verify(path).findings
    assert "audit_no_update" in finding.what


def test_a_trigger_that_swallows_entries_is_found(path: Path) -> None:
    with raw(path) as conn:
        conn.execute("CREATE TRIGGER later BEFORE INSERT ON Audit BEGIN SELECT RAISE(IGNORE); END")
    (finding,) = verify(path).findings
    assert "later" in finding.what


def test_a_cut_off_end_is_found_by_a_noted_head(path: Path) -> None:
    noted = head(path)
    attack(path, sql("DELETE FROM audit WHERE seq > 5"))
    assert verify(path).is_ok, "nothing in the file tells of it"
    (finding,) = verify(path, noted).findings
    assert finding.seq == ENTRIES and "cut off" in finding.what


def test_a_wholly_rewritten_record_is_found_by_a_noted_head(path: Path) -> None:
    noted = head(path)

    def rewrite(conn: sqlite3.Connection) -> None:
        previous = GENESIS
        for seq, blob in conn.execute("SELECT seq, blob FROM audit ORDER BY seq").fetchall():
            forged = blob.replace("person:test", "person:eve")
            previous = link(previous, forged.encode())
            conn.execute("UPDATE audit SET blob = ?, chain = ? WHERE seq = ?", (forged, previous, seq))

    attack(path, rewrite)
    assert verify(path).is_ok
    assert not verify(path, noted).is_ok
    assert not verify(path, noted, head(path)).is_ok, "a head noted after the rewriting does not cover the earlier one"


def test_a_record_in_pieces_ends_the_checking_soon(path: Path) -> None:
    attack(path, sql("UPDATE audit SET chain = zeroblob(32)"))
    assert 0 < len(verify(path).findings) <= audit.MOST_FINDINGS


def test_a_long_run_of_findings_says_nothing_untrue(tmp_path: Path) -> None:
    path = make(tmp_path / "long", 130)
    noted = head(path)
    attack(path, sql("UPDATE audit SET chain = zeroblob(32) WHERE seq < 125"))
    report = verify(path, noted)
    assert len(report.findings) == audit.MOST_FINDINGS
    assert not any("cut off" in finding.what for finding in report.findings)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seq=st.integers(1, ENTRIES), column=st.sampled_from(["blob", "chain", "seq"]), data=st.data())
def test_any_single_change_is_found(whole: Path, seq: int, column: str, data: st.DataObject) -> None:
    with raw(whole) as source:
        copy = sqlite3.connect(":memory:", isolation_level=None)
        source.backup(copy)
    value = copy.execute(f"SELECT {column} FROM audit WHERE seq = ?", (seq,)).fetchone()[0]
    if column == "seq":
        changed = data.draw(st.integers(-(2**60), 2**60).filter(lambda integer: not 1 <= integer <= ENTRIES))
    elif column == "chain":
        changed = data.draw(st.binary(max_size=40).filter(lambda draft: draft != value) | flips(value))
    else:
        changed = data.draw(text_changes(value).filter(lambda change: change != value))
    for name in audit.TRIGGERS:
        copy.execute(f"DROP TRIGGER {name}")
    copy.execute(f"UPDATE audit SET {column} = ? WHERE seq = ?", (changed, seq))
    report = audit.verify(copy)
    copy.close()
    assert any(finding.seq for finding in report.findings)


def flips(value: bytes) -> st.SearchStrategy[bytes]:
    def flip(bit: int) -> bytes:
        changed = bytearray(value)
        changed[bit // 8] ^= 1 << bit % 8
        return bytes(changed)

    return st.integers(0, len(value) * 8 - 1).map(flip)


def text_changes(value: str) -> st.SearchStrategy[str]:
    """Another JSON text: one value changed, or one character."""
    facts = json.loads(value)

    def with_value(name: str, new: object) -> str:
        return json.dumps({**facts, name: new}, separators=(",", ":"), sort_keys=True, ensure_ascii=False)

    other = st.integers() | st.text(st.characters(codec="utf-8"), max_size=8)
    return st.builds(with_value, st.sampled_from(sorted(facts)), other)


def test_heads_are_noted_once_and_read_back(tmp_path: Path) -> None:
    first, second = Head(3, bytes(32)), Head(9, b"\x01" * 32)
    for each in (first, first, second, Head(0, GENESIS)):
        heads.note(tmp_path, each, NOW)
    with (tmp_path / heads.NAME).open("a", encoding="utf-8") as file:
        file.write("not a head\n12 zz\n7 00ff\n\n☃\n")
    assert heads.read(tmp_path) == (first, second)
    assert heads.parse(f"9:{second.chain.hex()}") == second and heads.parse("") is None and heads.parse("9") is None


def test_another_head_at_the_same_place_is_noted_beside_the_first(tmp_path: Path) -> None:
    first, other = Head(3, bytes(32)), Head(3, b"\x01" * 32)
    heads.note(tmp_path, first, NOW)
    heads.note(tmp_path, other, NOW)
    assert heads.read(tmp_path) == (first, other)


@pytest.mark.skipif(os.name != "posix", reason="links need rights there")
def test_heads_follow_no_link_and_wait_for_no_pipe(tmp_path: Path) -> None:
    head, elsewhere = Head(3, bytes(32)), tmp_path / "elsewhere"
    for place in (elsewhere, tmp_path / "not there yet"):
        folder = tmp_path / f"of {place.name}"
        folder.mkdir()
        (folder / heads.NAME).symlink_to(place)
        elsewhere.write_text(f"9 {'01' * 32}\n", encoding="ascii")
        heads.note(folder, head, NOW)
        assert heads.read(folder) == () and heads.is_in_place(folder)
        assert elsewhere.read_text(encoding="ascii") == f"9 {'01' * 32}\n"
        assert not (tmp_path / "not there yet").exists()
    for number, in_place in enumerate((os.mkfifo, os.mkdir)):
        folder = tmp_path / str(number)
        folder.mkdir()
        in_place(folder / heads.NAME)
        heads.note(folder, head, NOW)
        assert heads.read(folder) == ()
