"""A connection keeps its name and becomes another account: what was decided for one never goes through the other."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.action import Call, Result
from opsconsole.domain.enums import ApprovalKind, EffectState
from opsconsole.domain.errors import AmbiguousError, DecisionError, StaleCardError, TransientError
from opsconsole.doubles.connector import Behaviour, FakeConnector, fine
from opsconsole.engine.commands import recommendations, takeback
from opsconsole.engine.commands.results import DecisionOutcome
from opsconsole.engine.effects.waits import BACKOFF_S
from opsconsole.engine.gate.digests import card_digest
from opsconsole.engine.ports.connector import with_key_time
from opsconsole.store.queries import runs
from opsconsole.store.rows import present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import connections
from opsconsole.store.writes import work as write_work
from tests.support.rig import Rig, agent, call, mail, rig
from tests.support.running import beside, state, told

DO = call("out.do", what="x")
OLD, NEW = "help@harbour.example at imap.harbour.example", "sales@quay.example at imap.quay.example"
MOVED = f"out is another account now: {NEW}; it was {OLD}"
FACTS: dict[str, Any] = {"undo": "it is taken back", "take_back": fine}


def out(account: str = OLD, execute: Behaviour = fine, **facts: Any) -> FakeConnector:
    return FakeConnector(execute, account=account, **FACTS | facts)


def becomes(r: Rig, account: str = NEW, **facts: Any) -> FakeConnector:
    """Somebody connects another account under the same name."""
    made = out(account, **facts)
    r.engine.registry.replace(["out"], [made])
    return made


async def lost(_: Call) -> Result:
    raise AmbiguousError("no answer")


async def busy(_: Call) -> Result:
    raise TransientError("busy")


async def test_what_was_approved_for_one_account_is_not_sent_through_another_but_asked_again(tmp_path: Path) -> None:
    old = out()
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(old)) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id)
        new = becomes(r)
        await r.wait(seconds=11)
        assert (old.calls, new.calls, state(r)) == ([], [], ["cancelled"])
        (asked,) = r.waiting()
        assert asked.kind is ApprovalKind.ACTION and asked.because == f"asked again: {MOVED}"
        assert told(r, "effect.asked_again")[0]["because"] == asked.because
        assert told(r, "effect.sending") == [], "its intent is not even written"
        await r.approve(asked.id, digest=asked.digest)
        await r.wait(seconds=11)
        assert (len(new.calls), old.calls, state(r)) == (1, [], ["done"])


async def test_what_is_tried_again_after_a_refusal_is_not_tried_at_another_account(tmp_path: Path) -> None:
    async with rig(tmp_path, [DO], agent(), connectors=beside(out(execute=busy))) as r:
        await r.take(mail())
        new = becomes(r)
        await r.wait(seconds=BACKOFF_S[0] + 1)
        assert new.calls == [] and MOVED in r.waiting()[0].because


@pytest.mark.parametrize(("is_repeat", "expected"), [(False, "cancelled"), (True, "unknown")])
async def test_what_becomes_another_account_between_the_intent_and_the_call_is_not_called(
    tmp_path: Path, is_repeat: bool, expected: str
) -> None:
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out())) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id)

        def begun(tx: Transaction) -> None:
            write_work.set_effect(tx, 1, EffectState.SENDING, now=r.clock.now())
            tx.audit("effect.sending", at=r.clock.now(), actor="engine", action="1/0.0", effect=1)

        await r.engine.writer.write(begun, name="test")
        new = becomes(r)
        effects = r.engine.effects
        await effects.perform(present(runs.effect(r.engine.reader, 1), "effect"), is_repeat=is_repeat)
        assert new.calls == [] and state(r) == [expected]
        await r.wait(seconds=2)
        assert new.calls == [] and MOVED in r.waiting()[0].because


@pytest.mark.parametrize("facts", [{"is_findable": True, "arrival_s": 0.0}, {"is_idempotent": True}])
async def test_a_doubt_is_never_looked_up_or_sent_again_at_another_account(
    tmp_path: Path, facts: dict[str, Any]
) -> None:
    async with rig(tmp_path, [DO], agent(), connectors=beside(out(execute=lost, **facts))) as r:
        await r.take(mail())
        new = becomes(r, **facts)
        await r.wait(seconds=2)
        (asked,) = r.waiting()
        assert asked.kind is ApprovalKind.UNKNOWN and MOVED in asked.because
        assert new.calls == [] and state(r) == ["unknown"]


async def test_a_new_password_of_the_same_account_settles_a_doubt_without_asking(tmp_path: Path) -> None:
    facts: dict[str, Any] = {"is_findable": True, "arrival_s": 0.0}
    async with rig(tmp_path, [DO], agent(), connectors=beside(out(execute=lost, **facts))) as r:

        def anew(tx: Transaction) -> None:
            connections.put(tx, "out", kind="mail", config={}, now=r.clock.now())
            connections.settle(tx, "out", now=r.clock.now())

        await r.take(mail())
        r.clock.move(seconds=0.5)
        await r.engine.writer.write(anew, name="connect")
        same = becomes(r, OLD, **facts)
        await r.wait(seconds=1)
        await r.wait(seconds=1)
        assert (len(same.calls), r.waiting(), state(r)) == (1, [], ["done"])


async def test_undo_goes_through_the_account_that_did_it_or_says_why_it_cannot(tmp_path: Path) -> None:
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out())) as r:
        await r.take(mail())
        await r.approve(1)
        await r.wait(seconds=11)
        new = becomes(r)
        with pytest.raises(DecisionError, match="cannot be undone from here: out is another account now"):
            await r.say(takeback.undo, 1)
        same = becomes(r, OLD)
        await r.say(takeback.undo, 1)
        new = becomes(r)
        await r.settle()
        assert (same.undone, new.undone, state(r)) == ([], [], ["done"])
        error = str(r.engine.reader.execute("SELECT error FROM undo").fetchone()[0])
        assert error == f"could not be undone: {MOVED}. Take it back there"
        same = becomes(r, OLD)
        await r.say(takeback.undo, 1)
        await r.settle()
        assert len(same.undone) == 1 and state(r) == ["undone"]


async def test_who_approves_is_told_first_that_it_is_another_account_now(tmp_path: Path) -> None:
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out())) as r:
        await r.take(mail())
        (seen,) = r.waiting()
        new = becomes(r)
        result = await r.approve(seen.id, digest=seen.digest)
        assert result.outcome is DecisionOutcome.CHANGED and result.changes == (MOVED,)
        with pytest.raises(StaleCardError):
            await r.approve(seen.id, digest=seen.digest)
        (shown,) = r.waiting()
        facts: dict[str, Any] = {"action": r.actions()[0].digest, "subject_mark": shown.subject_mark}
        latest = runs.rulings(r.engine.reader, "1/0.0")[-1].id
        for card, account in ((seen, OLD), (shown, NEW)):
            assert card.digest == card_digest(ruling_id=latest, account=account, **facts), "the account is bound too"
        await r.approve(shown.id, digest=shown.digest)
        await r.wait(seconds=11)
        assert len(new.calls) == 1 and state(r) == ["done"]


async def test_what_was_recommended_for_one_account_is_asked_before_it_is_done_through_another(tmp_path: Path) -> None:
    async with rig(tmp_path, [DO], agent(level=1), connectors=beside(out())) as r:
        await r.take(mail())
        becomes(r)
        said = await r.engine.writer.write(
            lambda tx: recommendations.do_it(r.kernel, tx, "1/0.0", actor="person:test"), name="do_it"
        )
        assert said.decision is not None and said.decision.changes == (MOVED,) and state(r) == []


async def _unknown(r: Rig) -> None:
    def forget(tx: Transaction) -> None:
        for table in ("action", "effect"):
            tx.conn.execute(f"UPDATE {table} SET account = NULL")

    await r.engine.writer.write(forget, name="test")


async def test_what_was_decided_before_accounts_were_kept_goes_as_it_did(tmp_path: Path) -> None:
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out())) as r:
        await r.take(mail())
        await _unknown(r)
        new = becomes(r)
        assert (await r.approve(r.waiting()[0].id)).outcome is DecisionOutcome.APPROVED
        await r.wait(seconds=11)
        assert state(r) == ["done"] and len(new.calls) == 1


async def test_another_key_for_the_same_address_may_be_another_account(tmp_path: Path) -> None:
    """One address serves many customers of a system; whose account it is, only the key says."""
    base, at = "https://crm.example", datetime(2026, 11, 2, 9, tzinfo=UTC)
    first, then = with_key_time(base, at), with_key_time(base, at + timedelta(hours=1))
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out(first))) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id)
        new = becomes(r, then)
        await r.wait(seconds=11)
        (asked,) = r.waiting()
        assert asked.because == "asked again: out was connected anew since, perhaps to another account"
        assert new.calls == []
        await r.approve(asked.id, digest=asked.digest)
        await r.wait(seconds=11)
        assert len(new.calls) == 1 and state(r) == ["done"]


@pytest.mark.parametrize("known", [("https://crm.example", True), ("https://crm.example", False)])
async def test_a_key_of_which_no_time_is_known_is_no_news(tmp_path: Path, known: tuple[str, bool]) -> None:
    base, is_first = known
    names = [base, with_key_time(base, datetime(2026, 11, 2, 9, tzinfo=UTC))]
    first, then = names if is_first else reversed(names)
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out(first))) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id)
        new = becomes(r, then)
        await r.wait(seconds=11)
        assert len(new.calls) == 1 and r.waiting() == []
