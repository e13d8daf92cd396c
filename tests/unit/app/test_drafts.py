"""A form of the window adds or changes: it takes no other connection's place, and keeps what it cannot show."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from opsconsole.app import removal
from opsconsole.app.connections import Parts, connector_of
from opsconsole.app.gui.checks import check_mail, check_model
from opsconsole.app.gui.filechecks import check_rest, check_webhook
from opsconsole.app.place import resources
from opsconsole.app.secretstore.pending import PendingSecrets
from opsconsole.app.session import Session, secrets_of
from opsconsole.domain.errors import UserError, WorkspaceError
from opsconsole.engine.commands.connections import connect
from opsconsole.store.lease import Lease
from opsconsole.store.queries import connections
from opsconsole.ui.drafts import MailDraft, ModelDraft, RestDraft, WebhookDraft
from opsconsole.ui.panels.connections.forms import VERIFY
from opsconsole.ui.panels.connections.known import known_webhook
from opsconsole.ui.tools import CheckStep
from tests.support.http.threaded import RestSystem
from tests.support.ports import free_port

EXAMPLE = resources() / "examples" / "leads-webhook.yaml"


def secrets(session: Session) -> PendingSecrets:
    return PendingSecrets(secrets_of(session.workspace))


def hear(_: CheckStep) -> None:
    """Nobody looks."""


def put(session: Session, name: str, kind: str, config: dict[str, Any]) -> None:
    session.write(
        lambda tx: connect(session.kernel, tx, name, kind=kind, config=config, actor="person:test"), name="test"
    )


def stored(session: Session, name: str) -> dict[str, Any]:
    row = connections.connection(session.kernel.reader, name)
    assert row is not None
    return dict(row.config)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def test_what_is_added_takes_no_other_connections_place(session: Session) -> None:
    mail = {"address": "info@first.example", "login": {"user": "info@first.example", "secret": "mail-info-password"}}
    put(session, "info", "mail", mail)
    put(session, "main", "model", {"base_url": "http://127.0.0.1:1/v1", "model": "first"})
    second = MailDraft(address="info@second.example", password="another")
    with pytest.raises(UserError, match="connection info already"):
        run(check_mail(session, secrets(session), second, hear, is_kept=True))
    with pytest.raises(UserError, match="connection main already"):
        model = ModelDraft(name="", url="http://127.0.0.1:1/v1", model="second")
        run(check_model(session, secrets(session), model, hear, is_kept=True))
    hook = WebhookDraft(name="info", port=str(free_port()), id="id", verify="nobody")
    with pytest.raises(UserError, match="another kind"):
        run(check_webhook(session, secrets(session), hook, hear, is_kept=True))
    assert stored(session, "info") == mail and stored(session, "main")["model"] == "first"


def test_a_webhook_that_is_changed_keeps_what_the_form_cannot_show(session: Session) -> None:
    kept = secrets(session)
    kept.put("leads-signing", "whsec_" + "A" * 32)
    first = run(check_webhook(session, kept, WebhookDraft(file=str(EXAMPLE)), hear, is_kept=True))
    assert first.is_kept, first
    before = stored(session, "leads")
    port = str(free_port())
    shown = {**known_webhook("leads", before), "port": port}
    draft = WebhookDraft(**shown, changes="leads")
    assert run(check_webhook(session, secrets(session), draft, hear, is_kept=True)).is_kept
    after = stored(session, "leads")
    assert after == {**before, "listen": f"127.0.0.1:{port}"}


def test_a_part_of_the_event_that_is_changed_is(session: Session) -> None:
    port = str(free_port())
    made = WebhookDraft(name="orders", port=port, id="id", title="company", verify="nobody")
    assert run(check_webhook(session, secrets(session), made, hear, is_kept=True)).is_kept
    before = stored(session, "orders")
    shown = {**known_webhook("orders", before), "title": "customer.name"}
    assert run(
        check_webhook(session, secrets(session), WebhookDraft(**shown, changes="orders"), hear, is_kept=True)
    ).is_kept
    assert stored(session, "orders")["event"] == {**before["event"], "title": "{{ body.customer.name }}"}
    again = WebhookDraft(name="orders", port=port, id="id", verify="nobody")
    with pytest.raises(UserError, match="connection orders already"):
        run(check_webhook(session, secrets(session), again, hear, is_kept=True))


def test_a_webhook_that_is_signed_as_its_file_says_still_is_after_a_change(session: Session, tmp_path: Path) -> None:
    kept = secrets(session)
    kept.put("leads-signing", "any-words-4711")
    signing = "verify: hmac\nhmac: {header: X-Hub-Signature-256, prefix: 'sha256='}\n"
    file = tmp_path / "leads.yaml"
    file.write_text(EXAMPLE.read_text(encoding="utf-8").replace("verify: standard_webhooks", f"{signing}#", 1))
    assert run(check_webhook(session, kept, WebhookDraft(file=str(file)), hear, is_kept=True)).is_kept
    before, port = stored(session, "leads"), str(free_port())
    shown = known_webhook("leads", before)
    assert shown["verify"] in {value for value, _ in VERIFY}, "the form has a word for it"
    draft = WebhookDraft(**{**shown, "port": port}, changes="leads")
    assert run(check_webhook(session, secrets(session), draft, hear, is_kept=True)).is_kept
    assert stored(session, "leads") == {**before, "listen": f"127.0.0.1:{port}"}


KEY = "right-key-0815"


async def guarded(request: web.Request) -> web.StreamResponse:
    """Only who has the key is let in."""
    return web.json_response([], status=200 if request.headers.get("Authorization") == f"Bearer {KEY}" else 401)


def described(place: Path, base: str, **call: Any) -> str:
    """A file of a REST system with one call."""
    head = {"Authorization": "Bearer {{ secret('tickets-token') }}"}
    calls = [{"name": "find", "title": "find tickets", "effect": "read", "path": "/tickets", **call}]
    path = place / "tickets.yaml"
    facts = {"connection": "tickets", "kind": "http", "base": base, "headers": head, "actions": calls}
    path.write_text(yaml.safe_dump(facts), encoding="utf-8")
    return str(path)


NUMBER = {"type": "object", "properties": {"number": {"type": "string"}}, "required": ["number"]}


@pytest.mark.parametrize(
    ("call", "asked"),
    [({}, "/tickets"), ({"path": "/tickets/{{ args.number }}", "arguments": NUMBER}, "/tickets/opsconsole-trial")],
    ids=["a look-up that needs nothing", "one that needs something, which is made up"],
)
def test_a_rest_system_is_tried_with_its_key(session: Session, tmp_path: Path, call: Any, asked: str) -> None:
    with RestSystem(guarded) as system:
        file = described(tmp_path, system.base, **call)
        wrong = RestDraft(file=file, key="wrong")
        tried = run(check_rest(session, secrets(session), wrong, hear, is_kept=True))
        assert not tried.is_kept and not tried.steps[-1].is_ok
        assert tried.steps[-1].text == "The system answers, but does not take the key (401). Check the key."
        assert connections.connection(session.kernel.reader, "tickets") is None
        right = RestDraft(file=file, key=KEY)
        assert run(check_rest(session, secrets(session), right, hear, is_kept=True)).is_kept
        assert {seen.path for seen in system.seen} == {asked}


def test_any_other_answer_counts_as_reached(session: Session, tmp_path: Path) -> None:
    async def lost(_: web.Request) -> web.StreamResponse:
        return web.Response(status=404)

    with RestSystem(lost) as system:
        draft = RestDraft(file=described(tmp_path, system.base), key="any")
        assert run(check_rest(session, secrets(session), draft, hear, is_kept=True)).is_kept


def test_a_rest_system_is_changed_without_its_file(session: Session, tmp_path: Path) -> None:
    with RestSystem(guarded) as first, RestSystem(guarded) as second:
        made = RestDraft(file=described(tmp_path, first.base), key=KEY)
        assert run(check_rest(session, secrets(session), made, hear, is_kept=True)).is_kept
        before = stored(session, "tickets")
        moved = RestDraft(base=second.base, changes="tickets")
        assert run(check_rest(session, secrets(session), moved, hear, is_kept=True)).is_kept
        assert stored(session, "tickets") == {**before, "base": second.base}
        wrong = RestDraft(base=second.base, key="wrong", changes="tickets")
        assert not run(check_rest(session, secrets(session), wrong, hear, is_kept=True)).is_kept
        assert secrets(session).get("tickets-token") == KEY, "what does not work takes no place"
        new = RestDraft(file=described(tmp_path, first.base, title="search"), base=second.base, changes="tickets")
        assert run(check_rest(session, secrets(session), new, hear, is_kept=True)).is_kept
        after = stored(session, "tickets")
        assert (after["actions"][0]["title"], after["base"]) == ("search", second.base)
        file = Path(described(tmp_path, first.base))
        file.write_text(file.read_text(encoding="utf-8").replace("tickets-token", "tickets-new"), encoding="utf-8")
        other = RestDraft(file=str(file), key=KEY, changes="tickets")
        assert run(check_rest(session, secrets(session), other, hear, is_kept=True)).is_kept
        assert "tickets-token" in removal.planned(session, "tickets").secrets, "what it named before is still its own"
    with pytest.raises(UserError, match="Choose the file"):
        run(check_rest(session, secrets(session), RestDraft(base=first.base), hear, is_kept=True))


def test_the_second_key_alone_is_changed_alone(session: Session, tmp_path: Path) -> None:
    async def open_to_all(_: web.Request) -> web.StreamResponse:
        return web.json_response([])

    with RestSystem(open_to_all) as system:
        two = {"headers": {"X-App": "{{ secret('tickets-app') }}"}}
        made = RestDraft(file=described(tmp_path, system.base, **two), key="the-app", key2="the-token")
        assert run(check_rest(session, secrets(session), made, hear, is_kept=True)).is_kept
        again = RestDraft(base=system.base, key2="another", changes="tickets")
        assert run(check_rest(session, secrets(session), again, hear, is_kept=True)).is_kept
    kept = secrets(session)
    assert (kept.get("tickets-app"), kept.get("tickets-token")) == ("the-app", "another")


OF_ANOTHER = [
    ("mail", {"login": {"user": "me", "secret": "tickets-token"}}),
    ("webhook", {"verify": "bearer", "secret": "tickets-token"}),
    ("model", {"key": "tickets-token"}),
    ("http", {"base": "https://other.example", "headers": {"X-Key": "{{ secret('tickets-token') }}"}}),
]


@pytest.mark.parametrize(("kind", "config"), OF_ANOTHER, ids=[kind for kind, _ in OF_ANOTHER])
def test_a_rest_system_is_never_sent_another_connections_secret(
    session: Session, tmp_path: Path, kind: str, config: dict[str, Any]
) -> None:
    put(session, "support", kind, config)
    with RestSystem(guarded) as system:
        draft = RestDraft(file=described(tmp_path, system.base), key=KEY)
        with pytest.raises(
            UserError, match=r"names the secret tickets-token, which is that of .* support; it would be"
        ):
            run(check_rest(session, secrets(session), draft, hear, is_kept=True))
        assert system.seen == [] and connections.connection(session.kernel.reader, "tickets") is None


def test_a_mailboxs_secret_is_its_own_though_it_signs_in_otherwise_now(session: Session, tmp_path: Path) -> None:
    put(session, "support", "mail", {"oauth": {"secret": "mail-support-tokens"}})
    file = Path(described(tmp_path, "https://tickets.example"))
    file.write_text(file.read_text(encoding="utf-8").replace("tickets-token", "mail-support-password"))
    with pytest.raises(UserError, match="names the secret mail-support-password"):
        run(check_rest(session, secrets(session), RestDraft(file=str(file), key=KEY), hear, is_kept=True))


def test_two_descriptions_of_one_system_share_its_key(session: Session, tmp_path: Path) -> None:
    with RestSystem(guarded) as system:
        put(session, "other", "http", {"base": f"{system.base}/v2", "headers": {"X": "{{ secret('tickets-token') }}"}})
        draft = RestDraft(file=described(tmp_path, system.base), key=KEY)
        assert run(check_rest(session, secrets(session), draft, hear, is_kept=True)).is_kept


@pytest.mark.parametrize(("kind", "config"), OF_ANOTHER, ids=[kind for kind, _ in OF_ANOTHER])
def test_whose_secret_becomes_anothers_is_not_worked_any_more(
    session: Session, tmp_path: Path, kind: str, config: dict[str, Any]
) -> None:
    with RestSystem(guarded) as system:
        draft = RestDraft(file=described(tmp_path, system.base), key=KEY)
        assert run(check_rest(session, secrets(session), draft, hear, is_kept=True)).is_kept
    put(session, "support", kind, config)
    kernel = session.kernel
    row = connections.connection(kernel.reader, "tickets")
    assert row is not None
    parts = Parts(kernel.reader, session.writes, kernel.clock, secrets(session))
    if kind == "http":  # it had it first
        assert connector_of(row, parts).id == "tickets"
        return
    with pytest.raises(WorkspaceError, match="names the secret tickets-token"):
        connector_of(row, parts)


def test_a_key_that_stands_in_the_file_is_refused_before_it_is_sent(session: Session, tmp_path: Path) -> None:
    with RestSystem(guarded) as system:
        file = described(tmp_path, system.base, headers={"X-Api-Key": "4711"})
        with pytest.raises(UserError, match=r"A key stands in the file as it is \(find, headers: X-Api-Key\)"):
            run(check_rest(session, secrets(session), RestDraft(file=file, key=KEY), hear, is_kept=True))
        assert system.seen == []


def test_a_webhook_needs_what_tells_its_events_apart(session: Session) -> None:
    bare = WebhookDraft(name="orders", port=str(free_port()), secret="a-token-0815", title="company")
    with pytest.raises(UserError, match="Say what tells one event from another"):
        run(check_webhook(session, secrets(session), bare, hear, is_kept=True))
    signed = WebhookDraft(name="orders", port=str(free_port()), verify="standard_webhooks", secret="whsec_" + "A" * 32)
    assert run(check_webhook(session, secrets(session), signed, hear, is_kept=True)).is_kept
    assert stored(session, "orders")["event"]["id"] == "{{ header['webhook-id'] }}"


def test_a_connection_that_is_changed_keeps_its_name(session: Session) -> None:
    """Under two names it would share its secret and its port with itself."""
    made = WebhookDraft(name="orders", port=str(free_port()), id="id", title="company", verify="nobody")
    assert run(check_webhook(session, secrets(session), made, hear, is_kept=True)).is_kept
    shown = {**known_webhook("orders", stored(session, "orders")), "name": "orders2"}
    with pytest.raises(UserError, match="keeps its name"):
        run(check_webhook(session, secrets(session), WebhookDraft(**shown, changes="orders"), hear, is_kept=True))


def test_settings_that_are_damaged_stop_no_other_connection(session: Session) -> None:
    put(session, "junk", "webhook", {"junk": 1})
    put(session, "worse", "webhook", {"listen": "127.0.0.1:1"})
    session.write(
        lambda tx: tx.conn.execute("UPDATE connection SET config = '{\"a\":' WHERE id = 'worse'"), name="test"
    )
    assert {row.id: row.config for row in connections.connections(session.kernel.reader)}["worse"] == {}
    made = WebhookDraft(name="orders", port=str(free_port()), id="id", verify="nobody")
    with Lease(session.workspace.folder):
        assert run(check_webhook(session, secrets(session), made, hear, is_kept=True)).is_kept
