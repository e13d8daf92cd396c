"""An agent from blank: categories proposed from an imported mailbox, and a file that the engine takes as any other."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from opsconsole.app.past.importing import import_path
from opsconsole.app.session import Session, opened
from opsconsole.domain.enums import Level, Stage
from opsconsole.domain.errors import UserError
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.agents import versions as agentversions
from opsconsole.engine.agents.file import AgentFile, read_agent_text
from opsconsole.engine.agents.lint import lint
from opsconsole.engine.agents.versions import NewVersion
from opsconsole.engine.blank import never, signs
from opsconsole.engine.blank.answers import ASKED, COMES, SEEN, SHALL, Answers, CategoryAnswer, missing
from opsconsole.engine.blank.deeds import offered
from opsconsole.engine.blank.file import begin, blank_file
from opsconsole.engine.blank.proposals import Source, proposals
from opsconsole.engine.pairs.category import category_of
from opsconsole.policy.cel.conditions import holds
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import desk
from opsconsole.store.writes.pairs import add_act
from tests.support.files import NOW
from tests.support.mail.mailboxes import OWN, START, TEXTS, Sorted, mailbox, write_mailbox, write_tickets
from tests.ui.sample import make_empty


def bring(session: Session, path: Path) -> None:
    import_path(session, path, is_history=True, own_addresses=[OWN], progress=lambda _: None)


@pytest.fixture
def past(tmp_path: Path) -> Path:
    """A mailbox with two folders, a bin, an archive of a year and a folder with one mail, brought in."""
    folder = make_empty(tmp_path / "w")
    more = [
        Sorted(100 + at, name, f"Something else number {at}", START + timedelta(hours=100 + at))
        for at, name in enumerate(("Trash", "Spam", "Archive", "Rare", "Inbox"))
    ]
    with opened(folder) as session:
        bring(session, write_mailbox(tmp_path / "box", [*mailbox(24), *more]))
    return folder


def answers_from(session: Session, source: Source, **more: object) -> Answers:
    registry = session.kernel.registry
    categories = tuple(
        CategoryAnswer(name=each.name, deed="", id=each.id, field=each.field, place=each.place, examples=each.examples)
        for each in source.proposals
        if each.is_likely
    )
    chosen = tuple(
        replace(each, deed=offered(registry, source.connection, source.kind, each)[0].id) for each in categories
    )
    made = Answers(
        name="Card desk", field="customer_success", connection=source.connection, kind=source.kind, categories=chosen,
        never=frozenset(never.CHOICES), never_else="answer a lawyer", asked_when="somebody is angry",
        signs=frozenset(signs.CHOICES),
    )  # fmt: skip
    return replace(made, **more)  # pyright: ignore[reportArgumentType]


def read(session: Session, text: str) -> AgentFile:
    file = read_agent_text(text, "the new agent", session.kernel.registry)
    assert not lint(session.kernel.registry, session.kernel.reader, file.spec)
    return file


def test_folders_are_proposed_with_three_examples_and_what_tells_nothing_is_not(past: Path) -> None:
    with opened(past) as session:
        source = proposals(session.kernel)[0]
    assert (source.connection, source.kind, source.count) == ("desk", "mail.received", 29)
    assert [(each.name, each.count, each.is_likely) for each in source.proposals] == [
        ("Cards", 12, True), ("Transfers", 12, True), ("Rare", 1, False),
    ]  # fmt: skip
    cards = source.proposals[0]
    assert (cards.id, cards.field, cards.place) == ("cards", "folder", "Cards")
    assert len(set(cards.examples)) == 3 and all("card was swallowed" in text for text in cards.examples)


def test_where_nothing_came_there_is_something_to_choose_and_nothing_proposed(tmp_path: Path) -> None:
    with opened(make_empty(tmp_path / "w")) as session:
        found = proposals(session.kernel)
    assert ("desk", "mail.received") in [(source.connection, source.kind) for source in found]
    assert not any(source.count or source.proposals for source in found)
    assert not any(source.kind == "mail.sent" for source in found), "one's own mails are nobody's work"


def test_queues_of_a_table_are_proposed_as_people_gave_them(tmp_path: Path) -> None:
    rows = [
        (f"{at}", f"Laptop {at} is dead" if at % 2 else f"Please reset password {at}", "2026-03-02 09:00",
         "Hardware" if at % 2 else "Access") for at in range(1, 13)
    ]  # fmt: skip
    table = write_tickets(tmp_path / "t.csv", rows, ("ID", "Subject", "Created At", "Queue"))
    with opened(make_empty(tmp_path / "w")) as session:
        bring(session, table)
        source = proposals(session.kernel)[0]
        assert (source.kind, [each.field for each in source.proposals]) == ("ticket.created", ["queue", "queue"])
        assert {each.name for each in source.proposals} == {"Hardware", "Access"}
        file = read(session, blank_file(answers_from(session, source), session.kernel.registry))
        [step] = file.spec.playbook.categories[0].steps
        assert step.do == "desk.update_ticket" and step.args["id"] == "{{ event.fields.ticket_id }}"
        session.write(robots_work, name="test")
        names = {each.name for each in proposals(session.kernel)[0].proposals}
        assert "Robots" not in names, "an agent's is no precedent"


def robots_work(tx: Transaction) -> None:
    """As if an agent had given a ticket another queue."""
    (number,) = tx.conn.execute("SELECT min(id) FROM desk_ticket WHERE queue = 'Access'").fetchone()
    desk.update(tx, "ticket", number, {"queue": "Robots"}, actor="agent:x", now=NOW)


def test_tags_that_people_gave_are_proposed_after_folders(past: Path) -> None:
    with opened(past) as session:
        rows = session.kernel.reader.execute(
            "SELECT s.key, e.external_id, s.id FROM event e JOIN subject s ON s.id = e.subject_id"
            " WHERE e.kind = 'mail.received' LIMIT 4"
        ).fetchall()
        for key, name, subject in rows:
            act = HumanAct(
                external_id=f"tag:{name}", subject=key, tool="desk.tag_mail", args={"tag": "VIP"}, actor="person:lena",
                at=NOW, about=name,
            )  # fmt: skip
            session.write(lambda tx, act=act, at=subject: add_act(tx, "desk", act, subject=at, now=NOW), name="act")
        found = proposals(session.kernel)[0].proposals
        tag = next(each for each in found if each.field == "tag")
        assert (tag.name, tag.count, tag.is_likely) == ("VIP", 4, False) and found[-1] is tag
        answer = CategoryAnswer(name="VIP", deed="put", field="tag", place="VIP", examples=("x y z",))
        assert offered(session.kernel.registry, "desk", "mail.received", answer)[0].words == "Tag it VIP"


def test_the_file_is_sound_in_shadow_and_asks(past: Path) -> None:
    with opened(past) as session:
        kernel = session.kernel
        text = blank_file(answers_from(session, proposals(kernel)[0]), kernel.registry)
        spec = read(session, text).spec
        assert spec.agent == "card-desk" and {spec.stage_of(each.id) for each in spec.playbook.categories} == {
            Stage.SHADOW
        }
        assert spec.autonomy.default is Level.OBSERVE and set(spec.autonomy.actions.values()) == {Level.APPROVAL}
        assert spec.playbook.categories[0].steps[0].args == {"folder": "Cards"}
        assert category_of(spec, [{"folder": "Transfers"}]) == "transfers"
        assert "answer a lawyer" in spec.playbook.escalation and "19 of 20" in spec.playbook.purpose
        assert all(len(line) <= 180 for line in text.splitlines()) and text.count("\n# ") >= 4
        made = session.write(
            lambda tx: begin(tx, text, kernel.registry, actor="person:test", now=NOW), name="agent.apply"
        )
        assert isinstance(made, NewVersion) and (made.agent, made.number) == ("card-desk", 1)
        assert agentversions.in_use(kernel.reader, "card-desk").source == text
        with pytest.raises(UserError, match="is there already"):
            session.write(lambda tx: begin(tx, text, kernel.registry, actor="person:test", now=NOW), name="agent.apply")


def test_every_deed_that_is_offered_makes_a_sound_file(past: Path) -> None:
    with opened(past) as session:
        source = proposals(session.kernel)[0]
        first = answers_from(session, source)
        deeds = offered(session.kernel.registry, "desk", "mail.received", first.categories[0])
        assert len(deeds) == 7
        gone = replace(first, categories=(replace(first.categories[0], deed="fly"),))
        with pytest.raises(UserError, match="Choose again"):
            blank_file(gone, session.kernel.registry)
        for deed in deeds:
            changed = replace(first, categories=tuple(replace(each, deed=deed.id) for each in first.categories))
            read(session, blank_file(changed, session.kernel.registry))


@pytest.mark.parametrize(
    "name",
    ["{{ event.text }}", "{% x", 'a "b" c', "#1: it's", "- x", "yes", "a, b", "Ünïcödé", "null", "\u2028x", "[x]"],
)
def test_whatever_is_typed_stands_in_the_file_word_for_word(past: Path, name: str) -> None:
    with opened(past) as session:
        for deed in ("put", "ticket", "tell"):
            own = CategoryAnswer(name=name, deed=deed, criteria=name, examples=(f"{name} once",))
            answers = answers_from(session, proposals(session.kernel)[0], categories=(own,), never_else=name)
            spec = read(session, blank_file(answers, session.kernel.registry)).spec
            assert spec.playbook.categories[0].name == " ".join(name.split())


def test_what_must_never_happen_is_refused_by_rules_that_hold(past: Path) -> None:
    with opened(past) as session:
        answers = answers_from(session, proposals(session.kernel)[0])
        rails = {
            rail.name: rail for rail in read(session, blank_file(answers, session.kernel.registry)).spec.guardrails
        }
        assert {rail.then for rail in rails.values()} == {"refuse"}
        assert set(rails["never-outside"].actions) == {
            "desk.acknowledge",
            "desk.forward",
            "desk.reply",
            "desk.send_mail",
        }
        assert rails["never-money"].actions == ("desk.give_credit",)
        says = rails["never-promises"].when
        assert holds(says, {"args": {"text": "You get a Refund"}}) and not holds(says, {"args": {"text": "We look"}})
        bin_ = rails["never-into-the-bin"].when
        for folder, is_bin in (("Trash", True), ("Old/Papierkorb", True), ("Cards", False), ("Binders", False)):
            assert holds(bin_, {"args": {"folder": folder}}) is is_bin
        none = read(session, blank_file(replace(answers, never=frozenset()), session.kernel.registry)).spec
        assert none.guardrails == ()


def test_what_is_missing_is_said_and_makes_no_file(past: Path) -> None:
    with opened(past) as session:
        good = answers_from(session, proposals(session.kernel)[0])
        twice = replace(good.categories[0], name=" transfers ")
        wrong = {
            COMES: [replace(good, name="  "), replace(good, connection=""), replace(good, name="x" * 61)],
            SHALL: [
                replace(good, categories=()), replace(good, categories=(twice, *good.categories[1:])),
                replace(good, categories=(replace(good.categories[0], examples=()),)),
                replace(good, categories=(replace(good.categories[0], name=""),)),
            ],
            ASKED: [replace(good, asked_when="x" * 301)],
            SEEN: [replace(good, signs=frozenset())],
        }  # fmt: skip
        assert not missing(good)
        for question, some in wrong.items():
            for answers in some:
                assert missing(answers)[0].question == question
                with pytest.raises(UserError):
                    blank_file(answers, session.kernel.registry)


def test_the_same_example_stands_at_one_category_only(past: Path) -> None:
    with opened(past) as session:
        text = TEXTS["card"]
        categories = tuple(CategoryAnswer(name=name, deed="tell", criteria="x", examples=(text,)) for name in "ab")
        answers = answers_from(session, proposals(session.kernel)[0], categories=categories)
        told = yaml.safe_load(blank_file(answers, session.kernel.registry))["playbook"]["categories"]
    assert "examples" in told[0] and "examples" not in told[1]
