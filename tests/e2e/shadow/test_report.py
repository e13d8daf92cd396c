"""The sample company's shadow decisions on the command line: pairs, one whole, a judgement, the numbers."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from opsconsole.app.cli import app
from opsconsole.app.session import opened
from opsconsole.domain.enums import Agreement
from opsconsole.engine.evidence import report
from opsconsole.store.queries import pairs as read

TRIED = ("auto_mail", "deal_stalled", "deal_no_next_step")
"""What agents were tried in on the past."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("sample") / "ws"
    assert CliRunner().invoke(app, ["demo", "--headless", "-w", str(place)]).exit_code == 0
    return place


def said(folder: Path, *words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["shadow", *words, "-w", str(folder)])
    assert done.exit_code == code, f"{done.output} {done.exception}"
    return done.output


def lines(folder: Path, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said(folder, *words, "--json").splitlines()]


def test_every_shadow_decision_stands_beside_what_the_people_did(folder: Path) -> None:
    pairs = lines(folder, "pairs", "--limit", "1000")
    verdicts = {pair["title"]: pair["verdict"] for pair in pairs}
    live = [pair for pair in pairs if pair["source"] == "live" and pair["category"] != "auto_mail"]
    assert 50 <= len(live) <= 52, "by the hour: what the last day's people have not had time for is no pair yet"
    assert all(pair["blind"] for pair in pairs)
    assert [pair["verdict"] for pair in pairs if pair["excluded"]] == ["both_none"]
    assert verdicts["Kündigung"] == "same" and verdicts["suspendre l'abonnement"] == "differs"
    assert verdicts["company card limit and expenses"] == "extra"


def test_a_pair_is_told_whole(folder: Path) -> None:
    (pair,) = [pair for pair in lines(folder, "pairs") if pair["title"] == "joint webinar in February?"]
    text = said(folder, "show", f"{pair['id']}")
    assert "The agent would have" in text and "duncan@slotwise.example" in text and "lena@slotwise.example" in text
    assert (
        "There is no pair 999" in f"{CliRunner().invoke(app, ['shadow', 'show', '999', '-w', str(folder)]).exception}"
    )


def test_what_waits_for_a_judgement_comes_gravest_first_and_goes_once_judged(folder: Path) -> None:
    waiting = lines(folder, "pairs", "--waiting")
    gravity = [("severe", "minor", "none").index(pair["severity"]) for pair in waiting]
    assert gravity == sorted(gravity) and gravity.count(0) in (1, 2)
    differing = [pair for pair in waiting if pair["verdict"] not in ("same", "both_none")]
    assert 7 <= len(differing) <= 10
    first = f"{waiting[0]['id']}"
    assert "the agent is right" in said(folder, "judge", first, "agent")
    assert first not in {f"{line['id']}" for line in lines(folder, "pairs", "--waiting")}
    assert "waits for your word again" in said(folder, "undo", first)
    assert first in {f"{line['id']}" for line in lines(folder, "pairs", "--waiting")}


def test_the_report_counts_what_counts(folder: Path) -> None:
    (told,) = lines(folder, "report")
    pairs = lines(folder, "pairs", "--limit", "1000")
    agreed = sum(pair["verdict"] == "same" and not pair["failed"] for pair in pairs)
    assert sum(cell["pairs"] for cell in told["cells"]) == len(pairs)
    assert told["numbers"]["pairs"] == sum(not pair["excluded"] for pair in pairs) == len(pairs) - 1
    assert told["numbers"]["agreed"] == agreed
    for cell in told["cells"]:
        assert cell["right"] <= cell["trials"] <= cell["pairs"]
        assert cell["open"] if cell["category"] in TRIED else cell["needed"] > 28
    text = said(folder, "report")
    assert (
        "more clean decisions; too few so far for a forecast" in text
        and f"Agreed in {agreed} of the {len(pairs) - 1} pairs" in text
    )


def test_the_numbers_agree_with_a_count_by_hand(folder: Path) -> None:
    with opened(folder) as session:
        conn = session.kernel.reader
        chosen = read.pairs(conn)
        found = report.numbers(conn, chosen)
        labels = [
            (report.label(body, "human"), report.label(body, "agent"))
            for body in (read.body(conn, pair.id) for pair in chosen)
        ]
        count = len(chosen)
        assert sum(found.confusion.values()) == sum(of for _, of in found.recall.values()) == count
        assert found.majority == max(sum(human == name for human, _ in labels) for name, _ in labels) / count
        least, share, right = found.coverage[-1]
        known = [pair for pair in chosen if pair.confidence is not None]
        assert share == len(known) / count and math.isclose(right, sum(map(report.is_fine, known)) / len(known))
        assert least == min(pair.confidence or 0.0 for pair in known)
        assert sum(count for _, _, count in found.reliability) == len(known)
        assert (
            read.pairs(conn, verdicts=[Agreement.DIFFERS, Agreement.EXTRA], limit=2)[1].agreement is not Agreement.SAME
        )


def test_what_no_system_tells_is_noted_by_hand(folder: Path) -> None:
    assert "did desk.tag_mail" in said(folder, "act", "5", "desk.tag_mail", "tag=seen", "--by", "lena")
    done = CliRunner().invoke(app, ["shadow", "act", "5", "desk.tag_mail", "seen", "-w", str(folder)])
    assert "name=value" in f"{done.exception}"


def test_without_pairs_it_says_what_to_do(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["init", "-w", str(tmp_path / "ws")]).exit_code == 0
    for words in (["pairs"], ["report"]):
        assert "No pairs yet" in said(tmp_path / "ws", *words)
