"""Pairs and judgements that somebody wrote past the engine are found."""

from pathlib import Path

import pytest

from opsconsole.domain.enums import Adjudication
from opsconsole.doubles.clock import FakeClock
from opsconsole.engine.pairs import judging
from opsconsole.store.crosscheck import crosscheck
from tests.e2e.shadow.test_pairs import MOVE, SHADOW, did
from tests.support.rig import mail, rig

DAY = f"{FakeClock().now():%Y-%m-%d}"


@pytest.mark.parametrize(
    ("forgery", "found"),
    [
        ("UPDATE pair SET verdict = 'same', severity = 0", "pair 1 is not what entry"),
        ("UPDATE pair SET excluded = ''", None),
        ("UPDATE pair SET is_blind = 0", "pair 1 is not what entry"),
        ("UPDATE adjudication SET verdict = 'both'", "what was said of pair 1"),
        ("DELETE FROM adjudication", "what was said of pair 1"),
        ("INSERT INTO adjudication (pair_id, verdict, is_repeat, actor, at) VALUES (1, 'both', 0, 'x', 0)", "said of"),
        (
            "INSERT INTO pair SELECT 2, 'file', agent_id, NULL, event_id, NULL, subject_id, category, 1.0, about,"
            " occurred_at, made_at, 'same', 0, 1, 0, '', content_id FROM pair",
            "knows nothing of pair 2",
        ),
        ("UPDATE evidence_day SET right = right + 1", f"mira in case on {DAY} is not what its pairs come to"),
        ("UPDATE evidence_day SET reasons = '{}', severe = 7", f"mira in case on {DAY} is not"),
        ("DELETE FROM evidence_day", f"mira in case on {DAY} is not"),
        (
            "INSERT INTO evidence_day SELECT agent_id, decides, 'other', day, version_id, pairs, agreed, judged,"
            " judged_fine, severe, excluded, unblind, trials, right, severe_trials, judged_trials, blind_trials,"
            " open_trials, failed_trials, reasons FROM evidence_day",
            f"mira in other on {DAY} is not",
        ),
        ("UPDATE evidence_day SET category = 'other'", f"mira in other on {DAY} is not"),
        ("UPDATE evidence_span SET trials = 99, right = 99", "and the days after it is not what its pairs come to"),
        ("DELETE FROM evidence_span", "and the days after it is not"),
        *(
            (f"UPDATE agent_version SET spec = '{spec}', digest = '{spec}'", "the evidence cannot be counted")
            for spec in ("[", "[]", '{"tools": 5}')
        ),
    ],
)
async def test_what_the_record_does_not_say_is_found(tmp_path: Path, forgery: str, found: str | None) -> None:
    async with rig(tmp_path, [MOVE], SHADOW) as r:
        await r.take(mail())
        await did(r, 1, "desk.move_mail", folder="Sales")
        await r.wait(minutes=20)
        for verdict in (Adjudication.AGENT, Adjudication.HUMAN):
            await r.engine.writer.write(
                lambda tx, v=verdict: judging.judge(r.kernel, tx, 1, v, actor="person:test"), name="judge"
            )
        await r.engine.writer.write(lambda tx: judging.take_back(r.kernel, tx, 1, actor="person:test"), name="undo")
        assert crosscheck(r.kernel.reader) == ()
        await r.engine.writer.write(lambda tx: tx.conn.execute(forgery), name="forge")
        r.is_forged = found is not None
        assert [
            finding.what for finding in crosscheck(r.kernel.reader) if found and found in finding.what
        ] or found is None
