"""A form of the window adds or changes: it takes no other connection's place, and keeps what it cannot show."""

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from opsconsole.app.gui.checks import check_mail, check_model
from opsconsole.app.gui.filechecks import check_webhook
from opsconsole.app.place import resources
from opsconsole.app.secretstore.names import PASSPHRASE
from opsconsole.app.secretstore.pending import PendingSecrets
from opsconsole.app.session import Session, opened, secrets_of
from opsconsole.domain.errors import UserError
from opsconsole.domain.redaction import forget_all
from opsconsole.engine.commands.connections import connect
from opsconsole.store.queries import connections
from opsconsole.ui.panels.connections.forms import known_webhook
from opsconsole.ui.tools import CheckStep, MailDraft, ModelDraft, WebhookDraft
from tests.support.ports import free_port
from tests.support.secrets.sealed import WORD, no_keyring, seal

EXAMPLE = resources() / "examples" / "leads-webhook.yaml"


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    no_keyring(tmp_path, monkeypatch)
    seal(tmp_path / "ws")
    monkeypatch.setenv(PASSPHRASE, WORD)
    with opened(tmp_path / "ws", is_mending=True) as made:
        yield made
    forget_all()


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
