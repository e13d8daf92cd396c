"""An agent from blank over a live mailbox: what people moved there proposes its categories, its tools do the rest."""

from collections.abc import Sequence
from pathlib import Path

from opsconsole.app.session import opened
from opsconsole.connectors.mail.tools import mail_tools
from opsconsole.domain.action import ActionType
from opsconsole.domain.humanact import HumanAct
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.agents.file import read_agent_text
from opsconsole.engine.agents.lint import lint
from opsconsole.engine.agents.templates import fill
from opsconsole.engine.blank.answers import CategoryAnswer, missing
from opsconsole.engine.blank.deeds import offered
from opsconsole.engine.blank.file import blank_file
from opsconsole.engine.blank.proposals import proposals
from opsconsole.engine.blank.usual import usual
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import connections, events
from opsconsole.store.writes.pairs import add_act
from tests.support.files import NOW
from tests.support.rig import mail
from tests.ui.sample import make_empty


class Mailbox(FakeConnector):
    """Declares the tools of a mailbox."""

    def action_types(self) -> Sequence[ActionType]:
        return mail_tools("support", arrival_s=1)


def moved_by_people(tx: Transaction) -> None:
    """Eight mails lie in the inbox; people moved four to Cards, and marked one as seen, one as VIP."""
    connections.put(tx, "support", kind="mail", config={}, now=NOW)
    for number in range(8):
        incoming = mail(number, subject=f"thread:{number}", title=f"My card {number}", fields={"folder": "INBOX"})
        _, subject = events.add(tx, "support", incoming, now=NOW)
        args = {"folder": "Cards"} if number < 4 else {"flag": "VIP" if number == 4 else "seen"}
        args |= {"flag": "off", "is_on": False} if number == 6 else {}
        tool = "support.move" if number < 4 else "support.flag"
        act = HumanAct(
            external_id=f"a{number}", subject=incoming.subject, tool=tool, args=args, actor="somebody", at=NOW
        )
        add_act(tx, "support", act, subject=subject, now=NOW)


def test_what_people_do_in_a_live_mailbox_is_proposed_and_done_there(tmp_path: Path) -> None:
    with opened(make_empty(tmp_path / "w")) as session:
        session.write(moved_by_people, name="test")
        session.kernel.registry.replace([], [Mailbox(name="support")])
        source = proposals(session.kernel)[0]
        assert (source.connection, source.kind, source.count) == ("support", "mail.received", 8)
        assert [(each.field, each.name, each.count, each.is_likely) for each in source.proposals] == [
            ("folder", "Cards", 4, True), ("tag", "VIP", 1, False),
        ]  # fmt: skip
        registry = session.kernel.registry
        spec = read_agent_text(blank_file(usual("Card desk", source, registry), registry), "new", registry).spec
        assert not lint(registry, session.kernel.reader, spec)
        assert [step.do for step in spec.playbook.categories[0].steps] == ["support.move"]
        rails = {rail.name: rail.actions for rail in spec.guardrails}
        assert rails["never-outside"] == ("support.acknowledge", "support.forward", "support.reply", "support.send")
        assert "never-money" not in rails, "a mailbox moves none"
        tagged = CategoryAnswer(name="VIP", deed="", field="tag", place="VIP")
        assert [offer.words for offer in offered(registry, "support", "mail.received", tagged)][:2] == [
            "Mark it VIP", "Mark it VIP, and draft a reply",
        ]  # fmt: skip
        odd = CategoryAnswer(name="50 %", deed="")
        assert "put" not in {offer.id for offer in offered(registry, "support", "mail.received", odd)}


ODD = (
    "Customers/" + "Northern Harbour and the long way round it, " * 2 + "2025",
    "Customers/" + "Northern Harbour and the long way round it, " * 2 + "2026",
    "\u202efdp.exe",
    "two\nlines",
    "😀{{z",
    'it\'s "so"\\',
    "\u200b",
    "a\xa0b\U000e0041",
)


def moved_to_odd_places(tx: Transaction) -> None:
    connections.put(tx, "support", kind="mail", config={}, now=NOW)
    for number in range(3 * len(ODD)):
        incoming = mail(number, subject=f"thread:{number}", title=f"My card {number}", fields={"folder": "INBOX"})
        _, subject = events.add(tx, "support", incoming, now=NOW)
        act = HumanAct(
            external_id=f"a{number}", subject=incoming.subject, tool="support.move",
            args={"folder": ODD[number % len(ODD)]}, actor="somebody", at=NOW,
        )  # fmt: skip
        add_act(tx, "support", act, subject=subject, now=NOW)


def test_whatever_folders_are_called_a_file_can_be_made_of_them(tmp_path: Path) -> None:
    """Each name is short and seen whole, no two are alike, and the step names the folder to the letter."""
    with opened(make_empty(tmp_path / "w")) as session:
        session.write(moved_to_odd_places, name="test")
        registry = session.kernel.registry
        registry.replace([], [Mailbox(name="support")])
        source = proposals(session.kernel)[0]
        assert {each.place for each in source.proposals} == set(ODD)
        names = [each.name for each in source.proposals]
        assert len(set(names)) == len(names) and all(name.isprintable() and 0 < len(name) <= 60 for name in names)
        assert sum(name.startswith("Northern Harbour") and "…" in name for name in names) == 2
        answers = usual("Card desk", source, registry)
        assert missing(answers) == () and len(answers.categories) == len(ODD)
        for each in answers.categories:
            assert all(offer.words.isprintable() for offer in offered(registry, "support", answers.kind, each))
        text = blank_file(answers, registry)
        assert all(line.isprintable() for line in text.split("\n"))
        places = {each.id: each.place for each in source.proposals}
        steps = [
            (places[category.id], step)
            for category in read_agent_text(text, "new", registry).spec.playbook.categories
            for step in category.steps
        ]
        moved = {place: fill(step.args["folder"], {})[0] for place, step in steps if step.do == "support.move"}
        assert moved == {place: place for place in ODD if "\n" not in place}, "no mailbox takes a line break"
