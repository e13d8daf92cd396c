"""A connection is removed with all secrets that were ever its own, and with none that another one uses."""

from typing import Any

import pytest

from opsconsole.app import removal
from opsconsole.app.secretaudit import audit_secret
from opsconsole.app.session import Session, secrets_of
from opsconsole.engine.commands.connections import connect
from opsconsole.store.transaction import Transaction

ME = "info@harbour.example"


def keep(session: Session, *names: str) -> None:
    for name in names:
        secrets_of(session.workspace).put(name, f"value of {name}")
        audit_secret(session, "secret.stored", name=name, is_kept=True)


def put(session: Session, name: str, kind: str, config: dict[str, Any]) -> None:
    def job(tx: Transaction) -> None:
        removal.note_named(tx, name, now=session.kernel.clock.now())
        connect(session.kernel, tx, name, kind=kind, config=config, actor="person:test")

    session.write(job, name="test")


def left(session: Session) -> set[str]:
    return {*secrets_of(session.workspace).file.values()}


def test_what_an_earlier_sign_in_left_is_removed_too(session: Session) -> None:
    keep(session, "mail-info-password", "mail-info-tokens", "mail-info-client-secret", "mail-info-two-password")
    put(session, "info", "mail", {"address": ME, "oauth": {"user": ME, "secret": "mail-info-tokens"}})
    put(session, "info-two", "mail", {"address": ME, "login": {"user": ME, "secret": "mail-info-two-password"}})
    plan, trouble = removal.remove(session, secrets_of(session.workspace), "info")
    assert plan.secrets == ("mail-info-client-secret", "mail-info-password", "mail-info-tokens") and not trouble
    assert left(session) == {"mail-info-two-password"}, "a name that begins alike is another one's"


@pytest.mark.parametrize(
    ("kind", "own", "now"), [("model", "model-main", {"model": "m"}), ("webhook", "webhook-main", {"verify": "nobody"})]
)
def test_a_key_that_is_no_longer_named_is_removed_too(
    session: Session, kind: str, own: str, now: dict[str, Any]
) -> None:
    keep(session, own)
    put(session, "main", kind, now)
    removal.remove(session, secrets_of(session.workspace), "main")
    assert left(session) == set()


def test_keys_of_an_earlier_description_are_removed_unless_another_one_uses_them(session: Session) -> None:
    def named(*names: str) -> dict[str, Any]:
        return {"headers": {f"X-{name}": f"{{{{ secret('{name}') }}}}" for name in names}}

    keep(session, "first", "shared", "last")
    put(session, "crm", "http", named("first", "shared"))
    put(session, "crm", "http", named("last"))
    put(session, "erp", "http", named("shared"))
    removal.remove(session, secrets_of(session.workspace), "crm")
    assert left(session) == {"shared"}
