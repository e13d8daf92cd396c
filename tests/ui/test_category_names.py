"""A category has one name, that of its agent's file: in Feed, Shadow and Approvals as in Agents."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from opsconsole.app.session import opened
from opsconsole.engine.audittrail.story import run_story
from opsconsole.engine.commands.cards import card
from opsconsole.store.queries.views import eventlist
from opsconsole.store.queries.views.names import CategoryNames
from opsconsole.ui.panels.approvals.batch.page import _named  # pyright: ignore[reportPrivateUsage]
from opsconsole.ui.panels.approvals.rows import rows_of
from opsconsole.ui.panels.feed.filters import choice_words
from opsconsole.ui.panels.feed.line import words
from opsconsole.ui.panels.feed.panel import FeedPanel
from opsconsole.ui.panels.shadow.panel import ShadowPanel
from tests.support.rig import agent, call, mail, rig
from tests.ui import sample
from tests.ui.sample import make_worked
from tests.ui.scenes import perform, told
from tests.ui.shadow import pairsample
from tests.ui.shadow.pairsample import make_pairs
from tests.ui.stage import Stage, until

NAME = "Wants to leave or shrink"


def playbook(id_: str) -> dict[str, Any]:
    return {"purpose": "a test", "categories": [{"id": id_, "name": NAME}]}


def test_shadow_calls_it_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairsample, "PLAYBOOK", playbook("case"))

    async def scene(stage: Stage) -> None:
        panel = stage.show(ShadowPanel)
        await until(lambda: f"Mira · {NAME}, 90% sure" in told(panel))
        row = panel.compare.queue.rows[0]
        face = panel.compare.list.model.face
        assert f"Mira · {NAME}" in face.text(row)
        box = panel.compare.boxes["category"]
        assert [box.itemText(place) for place in range(box.count())] == ["All categories", NAME]
        panel.turn("numbers")
        await until(lambda: NAME in told(panel).split("\n"))

    perform(make_pairs(tmp_path / "w", 1, kinds=("differs",)), scene)


def test_feed_calls_it_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "agent", partial(agent, playbook=playbook("billing")))
    folder = make_worked(tmp_path / "w")
    with opened(folder) as session:
        reader, now = session.kernel.reader, session.kernel.clock.now()
        assert f"Mira, {NAME}, " in words(eventlist.rows(reader, [1], now=now)[1])[1]
        called = eventlist.choices(reader).called
        assert choice_words("category", "billing", {}, called) == NAME
        assert run_story(session.kernel, 1)["categories"] == {"billing": NAME}

    async def scene(stage: Stage) -> None:
        panel = stage.show(FeedPanel)
        panel.go({"event": 2})
        await until(lambda: f"{NAME}, 90% sure" in [part.text() for part in panel.story.findChildren(QLabel)])

    perform(folder, scene)


async def test_approvals_call_it_so(tmp_path: Path) -> None:
    asks = [call("out.do", what="x")]
    async with rig(tmp_path, asks, agent(level=2, playbook=playbook("case"))) as r:
        await r.take(mail(occurred_at=r.clock.now()))
        shown = await card(r.kernel, 1)
        assert (shown.category, shown.category_name) == ("case", NAME)
        row = rows_of(r.kernel, [1])[1]
        assert _named(row.batch, [row]) == f"Mira: do, {NAME}"


def test_what_the_file_knows_no_more_is_told_by_its_id() -> None:
    names = CategoryNames({("mira", "case"): NAME, ("zoe", "case"): "Leaves"})
    assert (names.of("mira", "case"), names.of("mira", "old_one"), names.of("mira", "")) == (NAME, "Old one", "")
    assert (names.of_any("case"), names.of_any("old_one")) == (f"Leaves / {NAME}", "Old one")
