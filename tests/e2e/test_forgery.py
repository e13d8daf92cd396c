"""What was decided is what is done, or nothing is: also when somebody edits the file meanwhile."""

from pathlib import Path

from opsconsole.store.transaction import Transaction
from tests.support.rig import ANN, agent, call, mail, rig


async def test_arguments_that_were_changed_after_the_decision_are_never_sent(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("desk.reply", to=ANN, text="Hello.")], agent()) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id)

        def forge(tx: Transaction) -> None:
            for (name,) in tx.conn.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'content'"
            ).fetchall():
                tx.conn.execute(f"DROP TRIGGER {name}")
            tx.conn.execute(
                "UPDATE content SET bytes = CAST(replace(CAST(bytes AS TEXT), ?, 'eve@evil.example') AS BLOB)"
                " WHERE id = (SELECT args_id FROM action)",
                (ANN,),
            )

        await r.engine.writer.write(forge, name="test.forge")
        r.is_forged = True
        await r.wait(seconds=11)
        assert r.sent() == [] and r.states() == ["desk.reply refused"]
        (entry,) = r.audit("effect.void")
        (why,) = entry["reasons"]
        assert "somebody changed the file" in why and entry["actor"] == "engine"
        assert (entry["action"], entry["effect"]) == ("1/0.0", 1)
        assert r.actions()[0].result == {"ok": False, "error": why} and r.run().state == "done"
        assert r.engine.reader.execute("SELECT state, error FROM effect").fetchall() == [("cancelled", why)]
