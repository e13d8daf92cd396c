"""Where a mail lay: labels of Gmail and the names of Maildirs."""

from pathlib import Path

import pytest

from opsconsole.connectors.files import open_source
from opsconsole.connectors.files.survey import answers_of
from tests.unit.connectors.test_files_mail import ENVELOPE, mail


@pytest.mark.parametrize(
    ("labels", "folder"),
    [
        ("Inbox,Important,Category Updates,Unread", "Inbox"),
        ("Archived,Opened", "Archive"),
        ("Billing,Inbox", "Billing"),
        ("Important,Clients/North,Opened", "Clients/North"),
        ("Sent,Opened,Billing", "Sent"),
        ("Posteingang,Geöffnet", "Inbox"),
        ("=?UTF-8?Q?Posteingang,R=C3=BCckfragen?=", "Rückfragen"),
        ('Inbox,"Billing, EU"', "Billing, EU"),
        ("Recibidos,Abierto", "Inbox"),
    ],
)
def test_the_labels_of_gmail_say_where_a_mail_lay(tmp_path: Path, labels: str, folder: str) -> None:
    box = ENVELOPE + f"X-GM-THRID: 1\nX-Gmail-Labels: {labels}\n".encode() + mail(1)
    (tmp_path / "All mail Including Spam and Trash.mbox").write_bytes(box)
    for path in (tmp_path, tmp_path / "All mail Including Spam and Trash.mbox"):
        (event,) = open_source(path).events()
        assert event.fields["folder"] == folder


@pytest.mark.parametrize("above", ["Received: from x by y; Mon, 2 Mar 2026 09:00:00 +0000\n", "Subject: Hello\n", ""])
def test_labels_that_a_stranger_can_have_written_say_nothing(tmp_path: Path, above: str) -> None:
    raw = f"{above}X-Gmail-Labels: Sent\n".encode() + mail(1)
    for name in ("INBOX.mbox", "All mail Including Spam and Trash.mbox"):
        folder = tmp_path / name.partition(".")[0]
        folder.mkdir()
        (folder / name).write_bytes(ENVELOPE + raw)
        source = open_source(folder)
        (event,) = source.events()
        is_takeout = name.startswith("All mail") and not above
        assert (event.fields["folder"] == "Sent") is is_takeout
        assert bool(answers_of(source.survey(), own=(), sent=()).written) == is_takeout


def test_a_folder_of_a_maildir_named_by_itself_is_that_folder(tmp_path: Path) -> None:
    for name, folder in ((".Billing", "Billing"), ("Maildir", "Inbox"), ("box", "")):
        for part in ("cur", "new", "tmp"):
            (tmp_path / name / part).mkdir(parents=True)
        (tmp_path / name / "cur" / "1.M1.host:2,S").write_bytes(mail(1))
        assert [event.fields["folder"] for event in open_source(tmp_path / name).events()] == [folder]
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "subscriptions").write_bytes(ENVELOPE + mail(1))
    assert [event.fields["folder"] for event in open_source(tmp_path / "tree").events()] == ["subscriptions"]
