"""What a trial finds of a connection in use is how that one is from then on; another's settings say nothing of it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from aiohttp import web

from opsconsole.app.gui.checks import check_model
from opsconsole.app.gui.filechecks import check_rest, check_webhook
from opsconsole.app.session import Session
from opsconsole.engine.connectionmemory import ConnectionMemory
from opsconsole.engine.kernel import Writes
from opsconsole.store.queries import connections
from opsconsole.store.queries.views.feed import audit_tail
from opsconsole.store.transaction import Transaction
from opsconsole.ui.drafts import ModelDraft, RestDraft, WebhookDraft
from tests.support.http.served import good, served
from tests.support.http.threaded import RestSystem
from tests.support.ports import free_port
from tests.unit.app.test_drafts import KEY, described, guarded, hear, run, secrets

_T = TypeVar("_T")


class Here(Writes):
    """Writes as the engine does, in this process."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def write(self, job: Callable[[Transaction], _T], *, name: str) -> _T:
        return self._session.write(job, name=name)


def health(session: Session, name: str) -> str:
    said = connections.health(session.kernel.reader, name)
    return "" if said is None else said[0]


def test_a_model_whose_trial_failed_is_in_trouble_until_it_answers(session: Session) -> None:
    port = free_port()
    draft = ModelDraft(name="main", url=f"http://127.0.0.1:{port}/v1", model="fake", changes="main")
    with served(good, port=port):
        assert run(check_model(session, secrets(session), draft, hear, is_kept=True)).is_kept
    other = ModelDraft(name="main", url=f"http://127.0.0.1:{free_port()}/v1", model="fake", changes="main")
    run(check_model(session, secrets(session), other, hear, is_kept=False))
    assert health(session, "main") == "ok"  # another address was tried, and not stored
    run(check_model(session, secrets(session), draft, hear, is_kept=False))
    said = connections.health(session.kernel.reader, "main")
    assert said is not None and said[0] == "trouble" and said[1].startswith("Reachable: ")
    with served(good, port=port):
        run(check_model(session, secrets(session), draft, hear, is_kept=False))
    assert health(session, "main") == "ok"
    kinds = [entry["kind"] for entry in audit_tail(session.kernel.reader, limit=2)]
    assert sorted(kinds) == ["connection.ok", "connection.trouble"]


def test_a_rest_system_whose_trial_failed_is_in_trouble(session: Session, tmp_path: Path) -> None:
    with RestSystem(guarded) as system:
        made = RestDraft(file=described(tmp_path, system.base), key=KEY)
        assert run(check_rest(session, secrets(session), made, hear, is_kept=True)).is_kept
        wrong = RestDraft(base=system.base, key="wrong", changes="tickets")
        run(check_rest(session, secrets(session), wrong, hear, is_kept=False))
        assert health(session, "tickets") == "ok"  # it is the key typed just now that was not taken
    run(check_rest(session, secrets(session), RestDraft(base=system.base, changes="tickets"), hear, is_kept=False))
    assert health(session, "tickets") == "trouble"


def test_a_rest_system_that_takes_its_key_no_more_is_in_trouble(session: Session, tmp_path: Path) -> None:
    let_in = [True]

    async def sometimes(_: web.Request) -> web.StreamResponse:
        return web.json_response([], status=200 if let_in[0] else 401)

    with RestSystem(sometimes) as system:
        made = RestDraft(file=described(tmp_path, system.base), key=KEY)
        assert run(check_rest(session, secrets(session), made, hear, is_kept=True)).is_kept
        let_in[0] = False
        same = RestDraft(base=system.base, changes="tickets")
        run(check_rest(session, secrets(session), same, hear, is_kept=False))
        assert health(session, "tickets") == "trouble"
        let_in[0] = True
        run(check_rest(session, secrets(session), same, hear, is_kept=False))
        assert health(session, "tickets") == "ok"


def test_a_webhook_whose_port_is_taken_is_in_trouble(session: Session) -> None:
    port = free_port()
    draft = WebhookDraft(name="orders", port=str(port), id="id", verify="nobody", changes="orders")
    made = WebhookDraft(name="orders", port=str(port), id="id", verify="nobody")
    assert run(check_webhook(session, secrets(session), made, hear, is_kept=True)).is_kept
    with served(good, port=port):
        run(check_webhook(session, secrets(session), draft, hear, is_kept=False))
    assert health(session, "orders") == "trouble"


def test_the_engine_says_again_that_it_works_after_a_trial_found_otherwise(session: Session) -> None:
    port = free_port()
    draft = ModelDraft(name="main", url=f"http://127.0.0.1:{port}/v1", model="fake")
    with served(good, port=port):
        assert run(check_model(session, secrets(session), draft, hear, is_kept=True)).is_kept

    memory = ConnectionMemory("main", session.kernel.reader, Here(session), session.kernel.clock)
    asyncio.run(memory.note("ok", "fake answers"))
    same = ModelDraft(name="main", url=draft.url, model="fake", changes="main")
    run(check_model(session, secrets(session), same, hear, is_kept=False))
    assert health(session, "main") == "trouble"
    asyncio.run(memory.note("ok", "fake answers"))
    assert health(session, "main") == "ok"
