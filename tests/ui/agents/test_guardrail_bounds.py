"""Caps, quiet hours, trusted addresses and standing grants of an agent, as forms beside its rules."""

from datetime import timedelta
from pathlib import Path

import yaml
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from opsconsole.app.session import opened
from opsconsole.store.writes import people
from tests.ui.agents.agentsample import in_use, make
from tests.ui.agents.railsteps import GUARDED, named, saved, shown, type_text
from tests.ui.scenes import perform, press, record, told
from tests.ui.stage import Stage, until


def test_caps_hours_and_trust_are_forms_whose_errors_stand_at_the_field(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", GUARDED)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        forms = panel.guardrails.forms
        cap, failures = forms.caps.fields["actions_per_hour"], forms.caps.fields["failures"]
        cap.setFocus()
        cap.selectAll()
        type_text("many")
        assert "Write a whole number" in told(forms.caps) and cap.accessibleDescription()
        assert not panel.guardrails.bar.save.isEnabled()
        cap.selectAll()
        type_text("30")
        failures.setFocus()
        failures.selectAll()
        type_text("0")
        assert "from 1 to 1000" in told(forms.caps)
        QTest.keyClick(failures, Qt.Key.Key_Backspace)
        cost = forms.caps.fields["cost_per_day"]
        assert cost.accessibleName() == "Money a day (EUR)"
        cost.setFocus()
        type_text("2,50")
        span = forms.hours.spans[0]
        span.begin.setFocus()
        span.begin.selectAll()
        type_text("8pm")
        assert "Write a time like 20:00" in told(forms.hours)
        span.begin.selectAll()
        type_text("19:30")
        QTest.keyClick(span.days["sun"], Qt.Key.Key_Space)
        press(forms.hours, "Add quiet hours")
        second = forms.hours.spans[1]
        second.zone.setFocus()
        second.zone.selectAll()
        type_text("Berlin")
        assert "Europe/Berlin" in told(forms.hours)
        second.zone.selectAll()
        type_text("UTC")
        QTest.keyClick(second.theirs, Qt.Key.Key_Space)
        forms.trust.domains.setFocus()
        type_text("bob@harbour.example")
        assert "is no domain" in told(forms.trust)
        forms.trust.domains.selectAll()
        type_text("harbour.example")
        forms.trust.addresses.setPlainText("ann@harbour.example\nbob@harbour.example")
        await saved(panel, folder)

    perform(folder, scene)
    source, body = in_use(folder).source, yaml.safe_load(in_use(folder).source)
    assert body["budgets"] == {"actions_per_hour": 30, "cost_per_day": 2.5}
    assert body["limits"]["failures_in_a_row"] is None
    first = {"from": "19:30", "to": "07:00", "zone": "Europe/Berlin", "days": ["sun"]}
    assert body["quiet_hours"] == [first, {"from": "20:00", "to": "07:00", "zone": "recipient"}]
    assert body["trust"] == {
        "addresses": ["ann@harbour.example", "bob@harbour.example"],
        "domains": ["harbour.example"],
    }
    for comment in ("# ours, with care", "# the oldest", "# first", "# enough", "# evenings", "    # Ann"):
        assert comment in source


def test_a_cap_is_lifted_and_hours_and_trust_are_taken_out(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", GUARDED)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        forms = panel.guardrails.forms
        forms.caps.fields["actions_per_hour"].setFocus()
        forms.caps.fields["actions_per_hour"].selectAll()
        QTest.keyClick(forms.caps.fields["actions_per_hour"], Qt.Key.Key_Delete)
        named(forms, "Remove quiet hours 1").click()
        forms.trust.addresses.clear()
        await saved(panel, folder)

    perform(folder, scene)
    body = yaml.safe_load(in_use(folder).source)
    assert (body["budgets"], body["quiet_hours"], body["trust"]["addresses"]) == ({}, [], [])


def test_a_standing_grant_is_listed_and_revoked(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", GUARDED)
    with opened(folder) as session:
        now = session.kernel.clock.now()
        for agent in ("mira", "other"):
            session.write(
                lambda tx, agent=agent: people.add_grant(
                    tx, agent=agent, tool="desk.reply", fingerprint="f", pinned={"to": "ann@harbour.example"},
                    actor="person:lead", expires_at=now + timedelta(days=7), uses=3, now=now,
                ),
                name="grant",
            )  # fmt: skip

    async def scene(stage: Stage) -> None:
        panel = await shown(stage)
        grants = panel.guardrails.forms.grants
        await until(lambda: "ann@harbour.example" in told(grants))
        assert "Given by lead" in told(grants) and "3 uses left" in told(grants)
        named(grants, "Revoke: Reply").click()
        await until(lambda: "None." in told(grants))

    perform(folder, scene)
    assert record(folder)[-1]["kind"] == "grant.revoked" and record(folder)[-1]["grant"] == 1
