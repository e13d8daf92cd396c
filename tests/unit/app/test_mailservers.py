"""A server as a person writes it."""

import pytest

from opsconsole.app.mail.account import AccountDraft
from opsconsole.app.mail.said import Said
from opsconsole.domain.errors import UserError


def said(imap: str, smtp: str, tls: str = "") -> Said:
    return Said(
        name="support", address="a@own.example", user="", imap=imap, smtp=smtp, auth="password", has_password=True,
        shown_name="", authserv="", imap_tls=tls, smtp_tls=tls,
    )  # fmt: skip


@pytest.mark.parametrize(("tls", "ports"), [("", (993, 465)), ("tls", (993, 465)), ("starttls", (143, 587))])
async def test_without_a_port_it_is_the_usual_one(tls: str, ports: tuple[int, int]) -> None:
    imap, smtp = await AccountDraft(said("imap.own.example", "smtp.own.example", tls), {}).servers()
    assert smtp is not None
    assert (imap.port, smtp.port) == ports and imap.host == "imap.own.example"


async def test_a_port_that_is_none_is_said() -> None:
    with pytest.raises(UserError, match="host or host:port"):
        await AccountDraft(said("imap.own.example:x", "smtp.own.example"), {}).servers()
