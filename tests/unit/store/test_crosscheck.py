"""Tables that people read beside the record: what is changed in them is found."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from opsconsole.engine.commands import approvals
from opsconsole.engine.commands.decisions import Grant
from opsconsole.store.crosscheck import crosscheck
from tests.support.rig import ANN, agent, call, mail, rig

FORGERIES = {
    "who decided": "UPDATE decision SET actor = 'person:somebody'",
    "what was decided": "UPDATE decision SET verb = 'ignore' WHERE verb = 'reject'",
    "a decision removed": "DELETE FROM decision WHERE verb = 'reject'",
    "a ruling": "UPDATE ruling SET verdict = 'ACT' WHERE verdict = 'REFUSE'",
    "an effect": "UPDATE effect SET state = 'cancelled' WHERE state = 'done'",
    "an agent": "UPDATE agent_version SET spec = replace(spec, '\"full\"', '\"shadow\"')",
    "a grant": "UPDATE standing_grant SET pinned = '{}'",
    "a grant's end": "UPDATE standing_grant SET expires_at = expires_at + 1000000",
    "an event": "UPDATE event SET content_id = content_id + 1",
    "a text": "UPDATE content SET bytes = CAST(replace(CAST(bytes AS TEXT), 'look', 'lock') AS BLOB)",
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_what_was_changed_beside_the_record_is_found(tmp_path: Path, forgery: str) -> None:
    rule = {"name": "no-gold", "when": "args.title == 'gold'", "then": "refuse", "because": "no gold here"}
    calls = [
        call("desk.create_ticket", title="gold"),
        call("desk.create_ticket", title="Look", queue="tech"),
        call("desk.reply", to=ANN, text="Hello."),
    ]
    async with rig(
        tmp_path / "w", calls, agent(level=2, guardrails=[{**rule, "actions": ["desk.create_ticket"]}])
    ) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id, grant=Grant(timedelta(days=1), ("queue",)))
        await r.wait(seconds=11)
        await r.say(approvals.reject, r.waiting()[0].id, reason="not now")
        await r.settle()
        assert crosscheck(r.engine.reader) == ()
        copy = tmp_path / "copy.db"
        with closing(sqlite3.connect(copy)) as forged:
            r.engine.reader.backup(forged)
            for (name,) in forged.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                forged.execute(f"DROP TRIGGER {name}")
            forged.execute("PRAGMA foreign_keys = OFF")
            changed = forged.execute(FORGERIES[forgery]).rowcount
            assert changed >= 1, "the forgery must change something"
            assert crosscheck(forged), forgery
