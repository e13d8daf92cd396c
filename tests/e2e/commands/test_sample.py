"""The sample workspace: learnable for what it is, and every ruling occurs in it."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from opsconsole.app.place import resources
from opsconsole.app.sample import company
from opsconsole.brains.playbook import PlaybookBrain
from opsconsole.brains.triage import Hit
from opsconsole.domain.agent import AgentSpec, Category
from opsconsole.domain.event import Event
from opsconsole.domain.ids import AgentId, ConnectionId, EventId, SubjectId, VersionId
from opsconsole.engine.agents.file import read_agent
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.agents.subscriptions import subscribes
from opsconsole.engine.ports.brain import CaseExample
from opsconsole.store import cases
from opsconsole.store import workspace as workspaces
from tests.support.rig import registry

FOLDER = resources() / "sample"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
Labelled = tuple[str, str]


def agents() -> list[AgentSpec]:
    found = [read_agent(path, registry()).spec for path in sorted((FOLDER / "agents").glob("*.yaml"))]
    return [spec for spec in found if spec.playbook.triage == "text"]


def events() -> list[company.SampleEvent]:
    return company.events(FOLDER, now=NOW, deals=_AnyDeal())


class _AnyDeal(dict[str, dict[str, Any]]):
    def __missing__(self, name: str) -> dict[str, Any]:
        return dict.fromkeys(("id", "name", "stage", "owner", "amount", "contact_email"), "")


def stored(event: company.SampleEvent) -> Event:
    incoming = event.incoming
    return Event(
        id=EventId(1),
        connection=ConnectionId("desk"),
        external_id=incoming.external_id,
        kind=incoming.kind,
        subject_id=SubjectId(1),
        subject=incoming.subject,
        occurred_at=incoming.occurred_at,
        received_at=NOW,
        title=incoming.title,
        text=incoming.text,
        sender=incoming.sender,
        sender_name=incoming.sender_name,
        is_verified=incoming.is_verified,
        is_untrusted=True,
        recipients=incoming.recipients,
        fields=incoming.fields,
        problems=(),
    )


def taught(spec: AgentSpec, known: Sequence[Labelled], folder: Path) -> PlaybookBrain:
    """A brain that has learnt these cases, through the product's own store."""
    place = workspaces.create(folder, at=NOW, actor="person:test")

    def job(tx: Any) -> None:
        for category, text in known:
            cases.add_case(
                tx.conn, scope=spec.agent, category=category, text=text, source="sample", occurred_at=0, created_at=0
            )

    place.database.write(job)
    reader = place.database.reader()

    def nearest(agent: str, text: str, count: int) -> Sequence[Hit]:
        return cases.nearest(reader, text, scope=agent, limit=count)

    def lessons(agent: str) -> Iterator[CaseExample]:
        for case in cases.iter_cases(reader, agent):
            yield CaseExample(case.case_id, agent, case.category, case.text)

    return PlaybookBrain(nearest, lessons)


def shuffled(spec: AgentSpec, known: list[Labelled]) -> tuple[AgentSpec, list[Labelled]]:
    """The same texts under labels dealt at random: examples, criteria and cases."""
    dealer = random.Random(7)
    labels = [label for label, _ in known]
    dealer.shuffle(labels)
    parts = list(spec.playbook.categories)
    texts = [text for part in parts for text in part.examples]
    dealer.shuffle(texts)
    mixed: list[Category] = []
    for part in parts:
        own, texts = texts[: len(part.examples)], texts[len(part.examples) :]
        mixed.append(part.model_copy(update={"examples": tuple(own), "criteria": ""}))
    playbook = spec.playbook.model_copy(update={"categories": tuple(mixed), "rules": ()})
    return spec.model_copy(update={"playbook": playbook}), [
        (label, text) for label, (_, text) in zip(labels, known, strict=True)
    ]


@pytest.mark.slow
def test_triage_of_the_sample_is_right_and_shuffled_labels_are_not(tmp_path: Path) -> None:
    right: Counter[str] = Counter()
    mixed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    majority: Counter[str] = Counter()
    known = company.load_yaml(FOLDER / "cases.yaml")
    for spec in agents():
        own = [event for event in events() if spec.category(event.label) is not None and works(spec, event)]
        past = [(case["category"], case["text"]) for case in known if case["agent"] == spec.agent]
        brain = taught(spec, past, tmp_path / spec.agent)
        other, wrong = shuffled(spec, past)
        muddled = taught(other, wrong, tmp_path / f"{spec.agent}-shuffled")
        for event in own:
            total[spec.agent] += 1
            right[spec.agent] += best(brain, spec, event) == event.label
            mixed[spec.agent] += best(muddled, other, event) == event.label
        majority[spec.agent] = Counter(event.label for event in own).most_common(1)[0][1]
    print({name: f"{right[name]}/{total[name]}, shuffled {mixed[name]}, majority {majority[name]}" for name in total})
    assert sum(right.values()) >= 0.85 * sum(total.values())
    assert all(right[name] >= 0.8 * total[name] for name in total)
    assert sum(mixed.values()) <= 1.1 * sum(majority.values())


def works(spec: AgentSpec, event: company.SampleEvent) -> bool:
    """By its subscription the agent gets this event (labels of two agents can be called alike)."""

    return subscribes(Version(VersionId(1), AgentId(spec.agent), 1, spec, {}), stored(event))


def best(brain: PlaybookBrain, spec: AgentSpec, event: company.SampleEvent) -> str | None:
    """The category it would name if it had to."""
    name, _, _, verdict = brain.classify(spec, stored(event))
    return name if verdict is None else verdict.best


def test_events_and_agents_are_sound() -> None:
    found = events()
    assert len(found) >= 280
    assert len({event.incoming.external_id for event in found}) == len(found)
    assert sum(event.is_hostile for event in found) >= 8
    fields = {read_agent(path, registry()).spec.field for path in (FOLDER / "agents").glob("*.yaml")}
    assert fields == {"sales", "revenue", "customer_success", "internal"}
