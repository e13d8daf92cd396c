"""connect mail, as typed: a real mail server with TLS, and everything that is usually wrong."""

import asyncio
import io
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from opsconsole.connectors.mail.config import Folders, Login, MailConfig
from opsconsole.domain.redaction import forget_all
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries.connections import connection
from tests.support.http.certificates import Certificates
from tests.support.mail.dovecot import Dovecot
from tests.support.mail.mailrig import SUPPORT, WORDS, MailRig, call_on, letter, mail_rig
from tests.support.mail.relay import Relay
from tests.support.mail.teamrig import scene, sent
from tests.support.ports import free_port
from tests.support.shell import Run, Said

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("connect_mail")]
ME, WORD = "support@harbour.example", "the-teams-word-4711"
PIPED = ("--password-stdin", "--json")
NAMES = [
    "imap name", "imap port", "imap TLS", "smtp name", "smtp port", "smtp TLS",
    "sign-in", "folders", "waiting", "mail to itself",
]  # fmt: skip


@pytest.fixture(scope="module")
def mail() -> Generator[Dovecot]:
    with Relay() as relay:
        server = Dovecot({ME: WORD}, relay_port=relay.port, has_tls=True)
        # Or the server itself would make us wait longer with each refusal.
        server.extra = ("service anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}",)
        relay.deliver_to(server.lmtp_port, server.home)
        with server:
            yield server


@pytest.fixture
def ready(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Run]:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    monkeypatch.setenv("OPSCONSOLE_SECRETS_PASSPHRASE", "a long passphrase")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{WORD}\n"))
    run("init")
    run("secrets", "file", "on")
    yield run
    forget_all()


def options(mail: Dovecot, **changed: object) -> list[object]:
    assert mail.certificates is not None
    given: dict[str, object] = {
        "--address": ME,
        "--imap": f"localhost:{mail.imap_port}",
        "--imap-tls": "starttls",
        "--smtp": f"localhost:{mail.smtp_port}",
        "--smtp-tls": "starttls",
        "--ca-file": mail.certificates.authority,
    }
    given |= {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    return [part for name, value in given.items() if value is not None for part in (name, value)]


def connect(run: Run, mail: Dovecot, *more: object, **changed: object) -> Said:
    return run("connect", "mail", *options(mail, **changed), *PIPED, *more)


def failed(said: Said) -> dict[str, str]:
    assert said.code == 1, said
    (whole,) = said.json
    assert not whole["stored"]
    return {step["step"]: step["words"] for step in whole["steps"] if not step["ok"]}


def stored(folder: Path, name: str = "support") -> bool:
    place = workspaces.open_(folder)
    reader = place.database.reader()
    try:
        return connection(reader, name) is not None
    finally:
        reader.close()
        place.close()


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_every_step_works_and_it_is_stored(ready: Run, mail: Dovecot, folder: Path, tls: str) -> None:
    port = mail.imaps_port if tls == "tls" else mail.imap_port
    said = connect(ready, mail, imap=f"localhost:{port}", imap_tls=tls)
    assert said.code == 0, said
    (whole,) = said.json
    assert [step["step"] for step in whole["steps"]] == NAMES
    assert all(step["ok"] for step in whole["steps"])
    assert whole["stored"]
    assert stored(folder)
    assert not mail.mails(ME), "the mail that tried it out is taken away"
    assert not mail.mails(ME, "Sent")
    listed = ready("secrets", "list", "--json").json
    assert {secret["name"]: (secret["found_in"], secret["used_by"]) for secret in listed} == {
        "mail-support-password": ("encrypted file", ["support"])
    }
    assert ready("audit", "verify").code == 0
    said = ready("connect", "list")
    assert "support" in said.out
    said = ready("connect", "mail", "support", "--shown-name", "The team")  # all else is kept, the password too
    assert said.code == 0, said
    assert said.out.count("  ok ") == len(NAMES)


def test_what_is_wrong_is_said_and_nothing_is_stored(ready: Run, mail: Dovecot, folder: Path) -> None:
    nobody = free_port()
    cases: dict[str, tuple[dict[str, object], str]] = {
        "imap name": ({"imap": "no.such.host.invalid:993"}, "no server called no.such.host.invalid"),
        "imap port": ({"imap": f"localhost:{nobody}"}, f"Nobody answers at localhost:{nobody}"),
        "imap TLS": ({"ca_file": None}, "Nobody this machine trusts vouches"),
        "smtp TLS": ({"smtp_tls": "tls"}, "STARTTLS"),
        "folders": ({"watch": "No such folder"}, "A folder cannot be opened"),
    }
    for step, (changed, words) in cases.items():
        sys.stdin = io.StringIO(f"{WORD}\n")
        found = failed(connect(ready, mail, **changed))
        assert words in found[step], (step, found)
    assert not stored(folder)
    assert not ready("secrets", "list", "--json").json


def test_a_wrong_password_is_said_and_not_kept(ready: Run, mail: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("not-the-word-815\n"))
    said = connect(ready, mail)
    assert "does not accept the sign-in" in failed(said)["sign-in"]
    assert "not-the-word" not in said.out + said.err
    assert not ready("secrets", "list", "--json").json


def test_a_certificate_for_somebody_else(ready: Run) -> None:
    server = Dovecot({ME: WORD}, has_tls=True)
    server.certificates = Certificates.made(server.folder / "theirs", names="DNS:elsewhere.example")
    with server:
        assert "is not for localhost" in failed(connect(ready, server))["imap TLS"]


def test_stored_anyway_when_wished(ready: Run, mail: Dovecot, folder: Path) -> None:
    said = connect(ready, mail, "--anyway", smtp=f"localhost:{free_port()}")
    assert said.code == 1
    assert said.json[0]["stored"]
    assert stored(folder)
    assert "trouble" in ready("connect", "list").out


def test_password_from_the_environment(ready: Run, mail: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSCONSOLE_SECRET_MAIL_SUPPORT_PASSWORD", WORD)
    said = ready("connect", "mail", *options(mail))
    assert said.code == 0, said
    assert ready("secrets", "list", "--json").json[0]["found_in"] == "environment"


def test_in_a_script_it_says_what_to_say(ready: Run, mail: Dovecot) -> None:
    other = ["--imap", "imap.example.invalid:993", "--smtp", "smtp.example.invalid:465"]
    for words, hint in (
        ([], "--address"),
        (["--address", "nonsense"], "no mail address"),
        (["--address", "a@example.invalid", "--password-stdin"], "--imap"),
        (["--address", "a@gmail.com"], "--password-stdin"),
        (["--address", "a@outlook.com"], "--client-id"),
        (["--address", ME, *other, "--auth", "oauth"], "--client-id"),
        (["--address", ME, *other, "--auth", "oauth", "--client-id", "x"], "--issuer"),
        (["--address", ME, *other, "--auth", "oauth", "--client-id", "x", "--issuer", "http://x.org"], "https"),
        (["--address", "a@example.invalid", "--host", "nobody"], "gmail"),
        (["--address", ME, "--imap", "mail.example.com:143", "--imap-tls", "none", "--smtp", "x:1"], "encryption"),
        (["desk", "--address", ME], "another kind"),
        (["--sign-in", "--address", ME], "Say which"),
    ):
        said = ready("connect", "mail", *words)
        assert said.code == 2, (words, said)
        assert hint in said.err, (words, said.err)


def test_without_a_place_for_secrets_nobody_signs_in(run: Run, mail: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    run("init")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nobody")
    said = connect(run, mail)
    assert said.code == 3
    assert "secrets file on" in said.err


def test_folders_are_named_where_they_are_not_found_and_what_is_lost_is_said(ready: Run, folder: Path) -> None:
    with Relay() as relay:
        server = Dovecot(
            {ME: WORD}, relay_port=relay.port, has_tls=True, separator=".", prefix="INBOX.",
            folders=("Raus", "Drafts"), has_special_use=False,
        )  # fmt: skip
        relay.deliver_to(server.lmtp_port, server.home)
        with server:
            said = connect(ready, server)
            (step,) = [step for step in said.json[0]["steps"] if step["step"] == "folders"]
            assert said.code == 0 and not step["ok"] and not step["needed"]
            assert "what people answer from other programs is not seen" in step["words"]
            assert "agents cannot archive" in step["words"] and "INBOX.Drafts" in step["words"]
            said = ready("connect", "mail", "support", "--sent", "Raus", "--watch", "Raus", "--arrival", "300")
            assert said.code == 0, said
            assert "note folders" in said.out and "INBOX.Raus" in said.out
            said = ready("connect", "mail", "support", "--archive", "Nirgends")
            assert said.code == 1 and "There is no folder Nirgends. There are: " in said.out
    config = kept(folder)
    assert config["folders"]["sent"] == "Raus" and config["folders"]["archive"] == ""
    assert config["watched"] == ["INBOX.Raus"] and config["arrival_s"] == 300


async def test_groups_and_folders_that_are_named_are_stored_and_used(ready: Run, folder: Path) -> None:
    named = {"sent": "Raus", "drafts": "Kladde", "archive": "Ablage", "trash": "Müll"}

    @asynccontextmanager
    async def connected() -> AsyncGenerator[MailRig]:
        kinds = {"folders": tuple(named.values()), "has_special_use": False, "separator": ".", "prefix": "INBOX."}
        async with mail_rig(server=kinds) as rig:
            where = {
                "--address": SUPPORT, "--imap": f"localhost:{rig.dovecot.imap_port}", "--imap-tls": "none",
                "--group": "Crew@Shop.example",
            } | {f"--{use}": name for use, name in named.items()}  # fmt: skip
            sys.stdin = io.StringIO(f"{WORDS[SUPPORT]}\n")
            typed = [*(part for option in where.items() for part in option), "--group", "all@shop.example"]
            said = await asyncio.to_thread(ready, "connect", "mail", *typed, "--read-only", *PIPED)
            assert said.code == 0 and all(step["ok"] for step in said.json[0]["steps"]), said
            stored = MailConfig.model_validate(kept(folder))
            assert stored.folders == Folders(**named)
            assert stored.groups == {"crew@shop.example", "all@shop.example"}
            rig.config = stored.model_copy(update={"login": Login(user=SUPPORT, secret="support")})
            yield rig

    by_list = {"Precedence": "list", "List_Id": "Crew <crew.shop.example>"}
    raws = [letter(1, **by_list), letter(2, **(by_list | {"List_Id": "<others.shop.example>"})), letter(3), letter(4)]
    async with scene(raws=raws, server_rig=connected) as at:
        assert [event.fields["is_auto"] for event in at.events] == [False, True, False, False]
        await at.connector.execute(call_on(at.events[0], "draft", text="Soon."))
        assert len(await at.rig.mails(SUPPORT, "INBOX.Kladde")) == 1
        await at.connector.execute(call_on(at.events[0], "archive"))
        assert len(await at.rig.mails(SUPPORT, "INBOX.Ablage")) == 1
        at.file_sent(sent(9, In_Reply_To="<m3@harbour.example>"), "INBOX.Raus")
        at.move(4, "INBOX.Müll")
        assert {tool for tool, _ in await at.settled()} == {"mail.reply", "mail.delete"}


def test_sending_signs_in_apart_or_not_at_all(
    ready: Run, mail: Dovecot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = connect(ready, mail, smtp_user="other@harbour.example")
    assert said.code == 2 and "opsconsole secrets set mail-support-smtp-password" in said.err
    monkeypatch.setenv("OPSCONSOLE_SECRET_MAIL_SUPPORT_SMTP_PASSWORD", "not it, by far")
    sys.stdin = io.StringIO(f"{WORD}\n")
    wrong = failed(connect(ready, mail, smtp_user="other@harbour.example"))
    assert "sign-in of other@harbour.example for sending" in wrong["sign-in"]
    sys.stdin = io.StringIO(f"{WORD}\n")
    said = connect(ready, mail, "--relay", smtp=f"127.0.0.1:{mail.relay_port}", smtp_tls="none")
    assert said.code == 0, said
    assert kept(folder)["is_relay"] and kept(folder)["smtp_login"] is None
    assert ready("connect", "mail", *options(mail), "--relay", "--smtp-user", "x").code == 2


def kept(folder: Path) -> dict[str, Any]:
    place = workspaces.open_(folder)
    reader = place.database.reader()
    try:
        row = connection(reader, "support")
        assert row is not None
        return dict(row.config)
    finally:
        reader.close()
        place.close()
