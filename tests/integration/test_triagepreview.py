"""A file that is typed beside the one in use: how the last events would be told apart, and what people did."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from opsconsole.app.past.triagepreview import ASKS, Previewer
from opsconsole.app.session import Session, opened
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.errors import FileFormatError, NotFoundError
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.pairs.pairing import observe
from opsconsole.store import cases
from opsconsole.store.writes import events
from tests.support.rig import agent, mail
from tests.ui.sample import make_empty

TEXTS = ("Please send the invoice again", "The calendar page stays white", "Please send me the March invoice again")


def spec(**more: Any) -> AgentSpec:
    steps = [{"do": "desk.move_mail", "with": {"folder": "Money"}}]
    categories: list[dict[str, Any]] = [
        {"id": "billing", "name": "Billing", "examples": ["please send the invoice again"], "steps": steps},
        {"id": "bug", "name": "Bug", "examples": ["the calendar page stays white after login"]},
    ]
    return agent(playbook={"purpose": "a test", "threshold": 0.1, "categories": categories}, **more)


def text(of: AgentSpec) -> str:
    return yaml.safe_dump(of.model_dump(mode="json", by_alias=True, exclude_defaults=True))


def swapped() -> str:
    """The same file with the two categories' examples in each other's place."""
    first, second = spec().playbook.categories
    other = (
        first.model_copy(update={"examples": second.examples}),
        second.model_copy(update={"examples": first.examples}),
    )
    return text(spec().model_copy(update={"playbook": spec().playbook.model_copy(update={"categories": other})}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = make_empty(tmp_path / "w")
    with opened(made) as session:
        session.write(lambda tx: _fill(session, tx), name="fill")
    return made


def _fill(session: Session, tx: Any) -> None:
    now = session.kernel.clock.now()
    apply_agent(tx, AgentFile(spec(), ""), session.kernel.registry, actor="person:test", now=now)
    for number, said in enumerate(TEXTS, start=1):
        events.add(tx, "desk", mail(number, title=said, text=said, occurred_at=now), now=now)
    act = HumanAct(
        external_id="moved", subject=mail(1).subject, tool="desk.move_mail", args={"folder": "Money"},
        actor="person:ann", at=now + timedelta(minutes=1), source="observed",
    )  # fmt: skip
    observe(session.kernel, tx, "desk", act)


def test_the_same_file_changes_nothing_and_what_people_did_stands_there(folder: Path) -> None:
    with opened(folder) as session:
        seen = Previewer().preview(session, "mira", text(spec()))
        told = {event.title: (event.was, event.now, event.did) for event in seen.events}
    assert told == {
        TEXTS[0]: ("Billing", "Billing", "Billing"),
        TEXTS[1]: ("Bug", "Bug", ""),
        TEXTS[2]: ("Billing", "Billing", ""),
    }
    assert seen.changed == () and seen.against == 0


def test_what_a_change_would_decide_otherwise_is_laid_beside_what_people_did(folder: Path) -> None:
    with opened(folder) as session:
        seen = Previewer().preview(session, "mira", swapped())
    assert {(event.was, event.now) for event in seen.changed} == {("Billing", "Bug"), ("Bug", "Billing")}
    assert len(seen.changed) == 3 and seen.against == 1, "one of them people put where it was"


def test_what_is_kept_between_two_looks_is_worked_out_anew_where_it_must_be(folder: Path) -> None:
    previewer = Previewer()
    with opened(folder) as session:
        first = previewer.preview(session, "mira", text(spec()))
        assert previewer.preview(session, "mira", text(spec())) == first
        now = session.kernel.clock.now()
        new = mail(9, title="The page is white", text="The calendar page stays white", occurred_at=now)
        session.write(lambda tx: events.add(tx, "desk", new, now=now), name="event")
        assert len(previewer.preview(session, "mira", text(spec())).events) == 4, "a new event"

        def learn(tx: Any) -> None:
            for number in range(12):
                cases.add_case(
                    tx.conn, scope="mira", category="billing", text=f"The calendar page stays white {number}",
                    source="test", occurred_at=0, created_at=0,
                )  # fmt: skip

        session.write(learn, name="cases")
        learnt = previewer.preview(session, "mira", text(spec()))
        assert [event.was for event in learnt.events if "white" in event.title] != ["Bug", "Bug"], "new cases"
        apply = AgentFile(spec(subscribes=[{"kinds": ["deal.*"]}]), "")
        registry = session.kernel.registry
        session.write(lambda tx: apply_agent(tx, apply, registry, actor="person:test", now=now), name="version")
        assert {event.was for event in previewer.preview(session, "mira", text(spec())).events} == {"not worked"}


def test_what_no_category_takes_asks(folder: Path) -> None:
    careful = spec().model_copy(update={"playbook": spec().playbook.model_copy(update={"threshold": 1.0})})
    with opened(folder) as session:
        seen = Previewer().preview(session, "mira", text(careful))
    assert {event.now for event in seen.events} == {ASKS}


def test_what_cannot_be_previewed_is_told(folder: Path) -> None:
    with opened(folder) as session:
        with pytest.raises(FileFormatError, match="not YAML"):
            Previewer().preview(session, "mira", "a: [")
        with pytest.raises(NotFoundError):
            Previewer().preview(session, "nobody", text(spec()))
