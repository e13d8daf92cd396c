"""Mail from files: mailbox files, folders, archives, and what is wrong with them."""

import bz2
import gzip
import io
import os
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsconsole.connectors.files import Limits, WatchedFolder, open_source
from opsconsole.connectors.files.mbox import split_mbox
from opsconsole.domain.errors import FileFormatError, NotFoundError

ENVELOPE = b"From ann@x.y Mon Jan  5 10:00:00 2026\n"


def mail(number: int, body: bytes = b"Hello") -> bytes:
    return (
        b"From: Ann <ann@x.y>\nMessage-ID: <m%d@x.y>\nDate: Mon, 5 Jan 2026 10:00:00 +0000\nSubject: No %d\n\n"
        % (number, number)
    ) + body


def split(data: bytes, limit: int = 10_000) -> list[tuple[bytes, str]]:
    return list(split_mbox(io.BytesIO(data), limit=limit))


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("is_closed", [True, False])
def test_mbox_with_any_line_ends_and_escapes(end: bytes, is_closed: bool) -> None:
    bodies = [b"one\n>From here\n>>From there", b"From what I heard at noon, it is fine.\n\nFrom now on.", b"three"]
    data = b"\n\n".join(ENVELOPE + mail(n, body) for n, body in enumerate(bodies)) + (b"\n" if is_closed else b"")
    got = split(data.replace(b"\n", end))
    assert len(got) == 3
    assert b"one" + end + b"From here" + end + b">From there" in got[0][0]
    assert got[1][0].rstrip().endswith(b"From now on.")
    assert got[2][0].rstrip().endswith(b"three") and got[0][0].startswith(b"From: Ann")


@pytest.mark.parametrize(
    "envelope",
    [
        b"From - Mon Jan 05 10:00:00 2026",
        b"From 1234567@xxx Mon Jan 05 10:00:00 +0000 2026",
        b"From MAILER-DAEMON Mon Jan  5 10:00:00 2026",
        b"From ann@x.y Mon, 5 Jan 2026 10:00:00 +0100",
        b"From ann@x.y",
    ],
)
def test_envelopes_of_many_writers(envelope: bytes) -> None:
    assert len(split(b"\n\n".join(envelope + b"\n" + mail(n) for n in range(3)))) == 3


def test_mails_without_a_blank_line_between_are_told_apart() -> None:
    assert len(split(ENVELOPE + mail(1) + b"\n" + ENVELOPE + mail(2))) == 2


def test_envelope_across_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"\n".join(ENVELOPE + mail(n, b"x" * n) for n in range(60))
    for size in (1, 7, 64, 4096):
        monkeypatch.setattr("opsconsole.connectors.files.mbox.CHUNK", size)
        assert len(split(data)) == 60


def test_a_mail_beyond_the_limit_is_cut_and_the_next_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opsconsole.connectors.files.mbox.CHUNK", 4096)
    long = b"y" * 99 + b"\n"
    got = split(ENVELOPE + mail(1, long * 2000) + b"\n" + ENVELOPE + mail(2), limit=20_000)
    assert len(got) == 2 and len(got[0][0]) <= 20_000 and "larger than" in got[0][1]
    assert b"m2@x.y" in got[1][0] and got[1][1] == ""


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=500), st.integers(1, 9))
def test_no_bytes_are_lost_but_envelopes(noise: bytes, count: int) -> None:
    data = b"\n\n".join(ENVELOPE + mail(n, noise.replace(b"From ", b"")) for n in range(count))
    assert len(split(data)) == count


def test_memory_stays_flat() -> None:
    class Endless:
        def __init__(self) -> None:
            self.left = 100
            self.block = (ENVELOPE + mail(1, b"line\n" * 2000) + b"\n") * 100

        def read(self, size: int, /) -> bytes:
            self.left -= 1
            return self.block if self.left > 0 else b""

    tracemalloc.start()
    count = sum(1 for _ in split_mbox(Endless(), limit=50_000_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 9900 and peak < 20_000_000


def ids(path: Path, limits: Limits | None = None) -> list[str]:
    return [str(event.fields["message_id"]) for event in open_source(path, limits=limits).events()]


def test_single_mail_mbox_and_packed_mbox(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(mail(1))
    box = b"\n".join(ENVELOPE + mail(n) for n in range(3))
    (tmp_path / "box").write_bytes(box)
    (tmp_path / "box.mbox.gz").write_bytes(gzip.compress(box))
    (tmp_path / "box.mbox.bz2").write_bytes(bz2.compress(box))
    assert ids(tmp_path / "one.eml") == ["<m1@x.y>"]
    for name in ("box", "box.mbox.gz", "box.mbox.bz2"):
        assert ids(tmp_path / name) == ["<m0@x.y>", "<m1@x.y>", "<m2@x.y>"]


def test_tree_counts_every_file(tmp_path: Path) -> None:
    (tmp_path / "refunds").mkdir()
    (tmp_path / "refunds" / "a.eml").write_bytes(mail(1))
    (tmp_path / "refunds" / "00002.ab3f").write_bytes(mail(2))
    (tmp_path / "empty.eml").write_bytes(b"")
    (tmp_path / "notes.pdf").write_bytes(b"%PDF-1.4")
    (tmp_path / "old.msg").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    (tmp_path / "link.eml").symlink_to(tmp_path / "empty.eml")
    (tmp_path / "Archive.mbox").write_bytes(ENVELOPE + mail(3))
    source = open_source(tmp_path)
    events = list(source.events(is_folder_label=True))
    assert source.kind == "folder" and source.counts.seen == 4 and source.counts.broken == 1
    assert sum(source.counts.skipped.values()) == 4
    assert {event.label for event in events} == {"refunds", "Archive", None}
    broken = next(event for event in events if event.problems)
    assert broken.raw == b"" and broken.fields["folder"] == ""


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user who can be refused")
def test_an_unreadable_file_is_an_event_with_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail(1))
    (tmp_path / "a.eml").chmod(0)
    event = next(iter(open_source(tmp_path).events()))
    assert "could not be read" in event.problems[0] and event.title == "a.eml"


def test_maildir_with_folders(tmp_path: Path) -> None:
    for folder in (".", ".Sent", ".Clients.North"):
        for part in ("cur", "new", "tmp"):
            (tmp_path / folder / part).mkdir(parents=True)
    (tmp_path / "cur" / "1.M1.host:2,S").write_bytes(mail(1))
    (tmp_path / "new" / "2.M2.host").write_bytes(mail(2))
    (tmp_path / "tmp" / "3.M3.host").write_bytes(mail(3))
    (tmp_path / ".Sent" / "cur" / "4.M4.host:2,").write_bytes(mail(4))
    (tmp_path / ".Clients.North" / "cur" / "5.M5.host").write_bytes(mail(5))
    (tmp_path / "dovecot-uidlist").write_bytes(b"3 V1")
    source = open_source(tmp_path)
    folders = {event.fields["message_id"]: event.fields["folder"] for event in source.events()}
    assert source.kind == "maildir"
    assert folders == {"<m1@x.y>": "Inbox", "<m2@x.y>": "Inbox", "<m4@x.y>": "Sent", "<m5@x.y>": "Clients/North"}
    assert source.counts.skipped == {}, "the store's own books are no mails that were left out"
    assert source.survey().senders_in(["Sent"]).total() == 1


def test_zip_and_tar_of_mails_are_never_unpacked(tmp_path: Path) -> None:
    box = b"\n".join(ENVELOPE + mail(n) for n in (7, 8))
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../evil/a.eml", mail(1))
        archive.writestr("Takeout/Inbox.mbox", box)
        archive.writestr("inner.zip", b"PK\x03\x04")
        link = zipfile.ZipInfo("link.eml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    source = open_source(tmp_path / "a.zip")
    folders = {event.fields["message_id"]: event.fields["folder"] for event in source.events()}
    assert folders == {"<m1@x.y>": "evil", "<m7@x.y>": "Takeout/Inbox", "<m8@x.y>": "Takeout/Inbox"}
    assert sum(source.counts.skipped.values()) == 2
    for name, mode in (("a.tar", "w"), ("a.tgz", "w:gz"), ("a.tar.bz2", "w:bz2"), ("a.tar.xz", "w:xz")):
        with tarfile.open(tmp_path / name, mode) as packed:  # pyright: ignore[reportCallIssue, reportArgumentType, reportUnknownVariableType]
            for inner, data in (("/abs/../a.eml", mail(1)), ("in/box.mbox", box)):
                info = tarfile.TarInfo(inner)
                info.size = len(data)
                packed.addfile(info, io.BytesIO(data))  # pyright: ignore[reportUnknownMemberType]
            info = tarfile.TarInfo("l.eml")
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            packed.addfile(info)  # pyright: ignore[reportUnknownMemberType]
        source = open_source(tmp_path / name)
        assert [event.fields["message_id"] for event in source.events()] == ["<m1@x.y>", "<m7@x.y>", "<m8@x.y>"]
        assert source.counts.skipped == {"a link or a device, not a file": 1}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar", "a.tar.bz2", "a.tar.xz", "a.tgz", "a.zip"]


def test_a_tar_of_headers_alone_is_told_or_ends_as_damaged(tmp_path: Path) -> None:
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 4
    many = (header.tobuf(format=tarfile.GNU_FORMAT) + b"abc".ljust(512, b"\0")) * 3_000
    one = tarfile.TarInfo("a.eml")
    one.size = len(mail(1))
    (tmp_path / "first.tar").write_bytes(many)
    with pytest.raises(FileFormatError):
        open_source(tmp_path / "first.tar")
    (tmp_path / "later.tar").write_bytes(one.tobuf() + mail(1).ljust(512, b"\0") + many)
    got = list(open_source(tmp_path / "later.tar").events())
    assert len(got) == 2 and "damaged after 'a.eml'" in got[1].problems[0]


def test_encrypted_and_damaged_zip_entries_are_events_with_problems(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.eml", mail(1))
        archive.writestr("b.eml", mail(2))
    data = bytearray(path.read_bytes())
    data[data.index(mail(2)) + 5] ^= 1
    first = data.index(b"PK\x01\x02")
    struct.pack_into("<H", data, first + 8, 1)
    path.write_bytes(data)
    source = open_source(path)
    events = list(source.events())
    assert source.counts.seen == 2 == source.counts.broken
    assert "is encrypted" in events[0].problems[0] and "is damaged" in events[1].problems[0]


def test_a_cut_off_tar_gives_what_it_has_and_says_so(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as packed:
        for n in range(3):
            data = mail(n, os.urandom(50_000).hex().encode())
            info = tarfile.TarInfo(f"{n}.eml")
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    (tmp_path / "a.tar.gz").write_bytes(buffer.getvalue()[:-80_000])
    events = list(open_source(tmp_path / "a.tar.gz").events())
    assert events[0].problems == () and any("damaged" in problem for problem in events[-1].problems)


def bombs(folder: Path) -> Iterator[Path]:
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(8):
            archive.writestr(f"{n}.eml", mail(n, b"\0" * 3_000_000))
    yield folder / "bomb.zip"
    with gzip.open(folder / "bomb.mbox.gz", "wb") as stream:
        stream.write(ENVELOPE + mail(1, b"a\n" * 10_000_000))
    yield folder / "bomb.mbox.gz"


def test_bombs_are_refused_in_words(tmp_path: Path) -> None:
    limits = Limits(ratio_from=5_000_000, member=1_000_000)
    for path in bombs(tmp_path):
        with pytest.raises(FileFormatError, match="times its size"):
            list(open_source(path, limits=limits).events())
        with pytest.raises(FileFormatError, match="more than 2000000 bytes"):
            list(open_source(path, limits=Limits(total=2_000_000)).events())


def test_unknown_things_are_told_what_is_expected(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"\x00\x01\x02")
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04half")
    (tmp_path / "x.gz").write_bytes(gzip.compress(b"nothing here"))
    for name, words in (
        ("x.bin", "expected a mailbox file"),
        ("x.zip", "damaged or missing"),
        ("x.gz", "holds nothing known"),
    ):
        with pytest.raises(FileFormatError, match=words):
            open_source(tmp_path / name)
    with pytest.raises(NotFoundError):
        open_source(tmp_path / "nowhere")
    (tmp_path / "a.eml").write_bytes(mail(1))
    with pytest.raises(FileFormatError, match="import it as mail"):
        open_source(tmp_path / "a.eml").records()


def test_watched_folder_gives_files_at_rest_once(tmp_path: Path) -> None:
    folder = WatchedFolder(tmp_path)
    path = tmp_path / "a.eml"
    path.write_bytes(b"half")
    (tmp_path / "b.eml.part").write_bytes(b"x")
    known: set[str] = set()
    assert list(folder.scan(known)) == []
    path.write_bytes(mail(1))
    assert list(folder.scan(known)) == []
    (found,) = folder.scan(known)
    assert found.path == path
    assert [again.key for again in folder.scan(known)] == [found.key]
    known.add(found.key)
    assert list(folder.scan(known)) == []
    path.write_bytes(mail(2, b"longer"))
    assert list(folder.scan(known)) == []
    assert len(list(folder.scan(known))) == 1
    with pytest.raises(NotFoundError):
        list(WatchedFolder(tmp_path / "gone").scan(known))
