"""Which account a connection is signed in to, as it is told from another one of the same name."""

from datetime import UTC, datetime
from typing import Any

import pytest

from opsconsole.connectors.mail.config import MailConfig

HELP = "help@harbour.example at imap.harbour.example"


def mail(**changes: Any) -> str:
    facts: dict[str, Any] = {
        "address": "Help@harbour.example",
        "imap": {"host": "IMAP.harbour.example", "port": 993},
        "smtp": {"host": "smtp.harbour.example", "port": 465},
        "login": {"user": "help@harbour.example", "secret": "mail-help-password"},
        "since": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return MailConfig.model_validate(facts | changes).account


@pytest.mark.parametrize(
    "changes",
    [
        {"imap": {"host": "imap.harbour.example", "port": 143, "tls": "starttls"}},
        {"smtp": None},
        {"login": {"user": "HELP@harbour.example", "secret": "another-name"}},
        {"name": "Help desk", "watched": ("INBOX", "Team")},
        {"login": None, "oauth": {"user": "help@harbour.example", "client_id": "x", "secret": "tokens"}},
    ],
    ids=["port", "sending", "password", "shown name", "sign-in"],
)
def test_a_mailbox_stays_the_same_account(changes: dict[str, Any]) -> None:
    assert mail() == HELP == mail(**changes)


@pytest.mark.parametrize(
    ("changes", "account"),
    [
        ({"address": "sales@harbour.example"},
         "sales@harbour.example (signed in as help@harbour.example) at imap.harbour.example"),
        ({"imap": {"host": "imap.quay.example", "port": 993}}, "help@harbour.example at imap.quay.example"),
        ({"login": {"user": "shared", "secret": "x"}},
         "help@harbour.example (signed in as shared) at imap.harbour.example"),
        ({"imap": {"host": "127.0.0.1", "port": 1143, "tls": "none"}}, "help@harbour.example at 127.0.0.1:1143"),
    ],
    ids=["address", "server", "user", "another bridge on this machine"],
)  # fmt: skip
def test_a_mailbox_becomes_another_account(changes: dict[str, Any], account: str) -> None:
    assert mail(**changes) == account != HELP
