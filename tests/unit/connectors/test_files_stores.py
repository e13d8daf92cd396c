"""Stores of mail programs and their exports: folders as their owner calls them, what was deleted, where answers lie."""

import plistlib
import zipfile
from pathlib import Path

import pytest

from opsconsole.connectors.files import open_source
from opsconsole.connectors.files.places import DELETED, plain_folder
from opsconsole.connectors.files.survey import Answers, answers_of
from opsconsole.domain.errors import UserError
from tests.support.imports.stores import ANN, BO, ME, STAMP, box, mail


def folders(path: Path) -> dict[str, str]:
    return {event.title: event.fields["folder"] for event in open_source(path).events()}


def answers(path: Path, *sent: str, own: tuple[str, ...] = ()) -> Answers:
    return answers_of(open_source(path).survey(), own=own, sent=sent)


@pytest.mark.parametrize(
    ("lay", "folder"),
    [
        ("Outlook Data File/Inbox/Billing", "Billing"),
        ("Outlook-Datendatei/Posteingang/Rechnungen/2026", "Rechnungen/2026"),
        ("Top of Personal Folders/Billing", "Billing"),
        ("Outlook Data File/Inbox", "Inbox"),
        ("INBOX/Billing", "Billing"),
        ("INBOX.Billing.Old", "Billing/Old"),
        ("Inbox.sbd/Billing", "Billing"),
        ("Local Folders/Clients.sbd/North", "Clients/North"),
        ("ImapMail/imap.tile.example/INBOX.sbd/Billing", "Billing"),
        ("Mail/Local Folders/Billing", "Billing"),
        ("V10/0F1E2D3C-1111-2222-3333-444455556666/Billing.mbox/AAAAAAAA-1111-2222-3333-444455556666/Data/1/Messages",
         "V10/Billing"),
        ("Billing.mbox", "Billing"),
        ("Boîte de réception", "Inbox"),
        ("Clients/Inbox", "Clients/Inbox"),
        ("Mail/Billing", "Mail/Billing"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_folder_is_called_as_its_owner_calls_it(lay: str, folder: str) -> None:
    assert plain_folder(lay) == folder


def test_a_tree_of_readpst(tmp_path: Path) -> None:
    top = tmp_path / "Outlook Data File"
    box(top / "Inbox" / "mbox", mail(1, ANN, ME))
    box(top / "Inbox" / "Returns" / "mbox", mail(2, BO, ME))
    box(top / "Verzonden items" / "mbox", mail(3, ME, ANN))
    assert folders(tmp_path) == {"Crate 1": "Inbox", "Crate 2": "Returns", "Crate 3": "Verzonden items"}
    assert folders(top) == {"Crate 1": "Inbox", "Crate 2": "Returns", "Crate 3": "Verzonden items"}
    assert answers(tmp_path).own == {ME}


def test_a_profile_of_thunderbird_and_what_was_deleted_in_it(tmp_path: Path) -> None:
    place = tmp_path / "ImapMail" / "imap.tile.example"
    kept, gone = "X-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000\n", "X-UIDL: 7\nX-Mozilla-Status: 0009\n"
    box(place / "INBOX", mail(1, ANN, ME, above=kept), mail(2, "win@spam.example", ME, above=gone))
    box(place / "INBOX.sbd" / "Returns", mail(3, BO, ME, above=kept))
    (place / "INBOX.msf").write_bytes(b"// <!-- <mdb:mork:z v='1.4'/> -->")
    source = open_source(tmp_path)
    assert {event.title: event.fields["folder"] for event in source.events()} == {
        "Crate 1": "Inbox",
        "Crate 3": "Returns",
    }
    assert source.counts.skipped == {DELETED: 1}, "counted, and the store's own books are not missed"


def test_nobody_else_can_mark_a_mail_as_deleted(tmp_path: Path) -> None:
    box(tmp_path / "Inbox", mail(1, ANN, ME, above="Subject: x\nX-Mozilla-Status: 0009\n", received=True))
    assert len(folders(tmp_path)) == 1


def test_what_a_maildir_marks_as_deleted_is_left_out(tmp_path: Path) -> None:
    for part in ("cur", "new", "tmp"):
        (tmp_path / part).mkdir()
    (tmp_path / "cur" / "1.T1.host:2,S").write_bytes(mail(1, ANN, ME))
    (tmp_path / "cur" / "2.M2.host:2,ST").write_bytes(mail(2, ANN, ME))
    source = open_source(tmp_path)
    assert [event.title for event in source.events()] == ["Crate 1"] and source.counts.skipped == {DELETED: 1}


def test_a_store_of_apple_mail(tmp_path: Path) -> None:
    inner = "0F1E2D3C-1111-2222-3333-444455556666/Data/1/Messages"
    for number, flags in ((1, 1), (2, 3)):
        data, facts = mail(number, ANN, ME), plistlib.dumps({"flags": flags})
        path = tmp_path / "Returns.mbox" / inner / f"{number}.emlx"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"{len(data)}\n".encode() + data + facts)
    box(tmp_path / "Billing.mbox" / "mbox", mail(3, ANN, ME))
    source = open_source(tmp_path)
    got = {event.title: event for event in source.events()}
    assert {name: event.fields["folder"] for name, event in got.items()} == {"Crate 1": "Returns", "Crate 3": "Billing"}
    assert got["Crate 1"].text == "Text 1" and source.counts.skipped == {DELETED: 1}
    assert folders(tmp_path / "Billing.mbox") == {"Crate 3": "Billing"}


def test_the_same_in_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "store.zip", "w") as archive:
        archive.writestr("Outlook Data File/Inbox/Returns/mbox", STAMP + mail(1, ANN, ME))
        archive.writestr("Inbox", STAMP + mail(2, ANN, ME, above="X-Mozilla-Status: 0008\n"))
    source = open_source(tmp_path / "store.zip")
    assert {event.title: event.fields["folder"] for event in source.events()} == {"Crate 1": "Returns"}
    assert source.counts.skipped == {DELETED: 1}


@pytest.mark.parametrize("name", ["Sent", "Gesendet", "Inbox"])
def test_a_single_box_of_a_known_name_is_that_folder(tmp_path: Path, name: str) -> None:
    box(tmp_path / name, mail(1, ME, ANN))
    box(tmp_path / "export.mbox", mail(1, ME, ANN))
    assert folders(tmp_path / name) == {"Crate 1": name} and folders(tmp_path / "export.mbox") == {"Crate 1": ""}


@pytest.mark.parametrize("received", [False, True], ids=["an export without transport", "with"])
def test_sent_mail_is_found_by_who_wrote_it_in_any_language(tmp_path: Path, received: bool) -> None:
    box(tmp_path / "Inbox", *(mail(number, ANN, ME, received=received) for number in range(3)))
    box(tmp_path / "News", *(mail(number, "news@paper.example", ME, received=received) for number in range(3, 6)))
    box(tmp_path / "Skickat", *(mail(number, ME, ANN) for number in range(6, 8)))
    found = answers(tmp_path)
    assert found.own == {ME} and found.found == {"Skickat": ME} and found.written == {ME: 2}
    source = open_source(tmp_path)
    events = list(source.events(own_addresses=found.own, sent_folders=found.folders))
    assert [event.fields["folder"] for event in events if event.kind == "mail.sent"] == ["Skickat"] * 2


@pytest.mark.parametrize("name", ["Spam", "Junk E-mail", "Papierkorb", "Inbox"])
def test_forged_mail_makes_no_folder_of_sent_mail(tmp_path: Path, name: str) -> None:
    box(tmp_path / "Clients", *(mail(number, ANN, ME) for number in range(3)))
    box(tmp_path / name, *(mail(number, ME, ME) for number in range(3, 6)))
    assert answers(tmp_path).found == {}


def test_a_folder_to_which_mails_were_delivered_holds_no_sent_mail(tmp_path: Path) -> None:
    box(tmp_path / "Inbox", *(mail(number, ANN, ME, received=True) for number in range(3)))
    box(tmp_path / "Loop", *(mail(number, ME, ME, received=True) for number in range(3, 6)))
    assert answers(tmp_path).found == {} and answers(tmp_path, own=(ME,)).elsewhere == {"Loop": 3}


def test_a_folder_can_be_named_and_one_that_is_not_there_is_told(tmp_path: Path) -> None:
    box(tmp_path / "Inbox", mail(1, ANN, ME))
    box(tmp_path / "Clients.sbd" / "Out", mail(2, ME, ANN), mail(3, ANN, ME), mail(4, ME, ANN))
    assert answers(tmp_path, own=(ME,)).elsewhere == {"Clients/Out": 2}
    found = answers(tmp_path, "out")
    assert found.folders == {"Clients/Out"} and found.own == {ME} and found.elsewhere == {}
    with pytest.raises(UserError, match=r"no folder 'Gone' in it. There are: Clients/Out, Inbox"):
        answers(tmp_path, "Gone")


def test_a_named_folder_of_many_people_asks_who_one_is(tmp_path: Path) -> None:
    box(tmp_path / "Clients", mail(1, ME, ANN), mail(2, ANN, ME))
    with pytest.raises(UserError, match="--own"):
        answers(tmp_path, "Clients")
    assert answers(tmp_path, "Clients", own=(ME,)).written == {ME: 1}


@pytest.mark.parametrize("part", ["cur", "new"])
def test_a_linked_part_of_a_maildir_is_not_read(tmp_path: Path, part: str) -> None:
    secret = tmp_path / "private"
    secret.mkdir()
    (secret / "key").write_text("From: a@b.example\n\na secret key")
    box = tmp_path / "export" / "Mail"
    other = {"cur": "new", "new": "cur"}[part]
    (box / other).mkdir(parents=True)
    (box / other / "1").write_text("From: ann@b.example\n\nhello")
    (box / part).symlink_to(secret)
    (tmp_path / "export" / "linked").symlink_to(secret)
    for place in (tmp_path / "export", box):
        source = open_source(place)
        assert [event.text for event in source.events()] == ["hello"]
        assert source.counts.skipped == {"a link to a folder": 1 + (place != box)}
