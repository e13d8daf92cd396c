"""What an agent's file can name is listed, and what it names in vain is told when it is put in use."""

from pathlib import Path

import pytest

from opsconsole.domain.enums import Effect
from opsconsole.engine.agents import facts
from tests.support.jobj import WEBHOOK
from tests.support.mail.mailboxes import OWN, START, mailbox, write_mailbox, write_tickets
from tests.support.ports import free_port
from tests.support.shell import AGENT, Run, write_mail

SUBSCRIBES = "[{kinds: [mail.received]}]"


def notes(run: Run, folder: Path, text: str) -> list[str]:
    """Put a file in use; give what is noted of it."""
    path = folder / "agent.yaml"
    path.write_text(text, encoding="utf-8")
    said = run("agents", "apply", "--without-evidence=a test", path)
    assert said.code == 0, said.err
    return [line.strip() for line in said.out.splitlines() if "Note:" in line]


def hook(folder: Path, kind: str) -> Path:
    path = folder / "hook.yaml"
    path.write_text(WEBHOOK.format(hook=free_port()).replace("kind: mail.received", f"kind: {kind}"), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("subscribes", "says"),
    [
        ("[{kinds: [mail.recieved]}]", "no event is called mail.recieved; did you mean mail.received?"),
        ("[{kinds: [Mail.Received]}]", "did you mean mail.received?"),
        ('[{kinds: ["mial.*"]}]', "did you mean mail.*?"),
        ("[{kinds: [mail.received, ticket.craeted]}]", "did you mean ticket.created?"),
        ("[{kinds: [lead.created]}]", "no lead.created events can come yet; desk makes deal.stalled, mail.claimed"),
        ('[{kinds: [lead.created], connection: "*"}]', "no lead.created events can come yet; there are deal.stalled"),
        ("[{kinds: [mail.recieved], connection: support}]", "did you mean mail.received?"),
    ],
)
def test_a_kind_of_event_that_is_not_there_is_noted(run: Run, tmp_path: Path, subscribes: str, says: str) -> None:
    run("init")
    told = notes(run, tmp_path, AGENT.replace(SUBSCRIBES, subscribes))
    assert says in told[-1] and "agents words" in told[-1]


@pytest.mark.parametrize(
    "subscribes",
    [
        SUBSCRIBES,
        '[{kinds: [mail.sent, mail.claimed, ticket.created, deal.stalled, "deal.*", "*"]}]',
        '[{kinds: ["*.created", "mail.r?ceived"]}]',
    ],
)
def test_kinds_that_are_there_are_not_noted(run: Run, tmp_path: Path, subscribes: str) -> None:
    run("init")
    assert notes(run, tmp_path, AGENT.replace(SUBSCRIBES, subscribes)) == []


def test_a_connection_that_is_not_there_yet_says_no_more_of_its_kinds(run: Run, tmp_path: Path) -> None:
    run("init")
    (told,) = notes(run, tmp_path, AGENT.replace(SUBSCRIBES, "[{kinds: [lead.created], connection: leads}]"))
    assert "there is no connection leads yet" in told


@pytest.mark.parametrize(
    ("declared", "wanted", "is_known"),
    [
        ("lead.created", "lead.created", True),
        ("lead.created", "lead.*", True),
        ("lead.created", "lead.changed", False),
        ('"lead.{{ body.what }}"', "lead.changed", True),
        ('"lead.{{ body.what }}"', "*.changed", True),
        ('"lead.{{ body.what }}"', "deal.changed", False),
        ('"{{ body.what }}"', "deal.changed", True),
    ],
)
def test_a_webhooks_file_says_which_kinds_it_makes(
    run: Run, tmp_path: Path, declared: str, wanted: str, is_known: bool
) -> None:
    run("init")
    assert run("connect", "webhook", hook(tmp_path, declared)).code == 0
    told = notes(run, tmp_path, AGENT.replace(SUBSCRIBES, f'[{{kinds: ["{wanted}"], connection: intake}}]'))
    assert (told == []) is is_known


def test_who_makes_a_kind_is_said(run: Run, tmp_path: Path) -> None:
    run("init")
    run("connect", "webhook", hook(tmp_path, "lead.created"))
    (told,) = notes(run, tmp_path, AGENT.replace(SUBSCRIBES, "[{kinds: [lead.created]}]"))
    assert "desk makes no lead.created events, intake does: write `connection: intake`" in told


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("tools: [desk.search, desk.reply]", ["desk.create_ticket, a step of mail_received", "runs all the same"]),
        ("tools: [desk.search, desk.reply]\nbrain: model", ["when no model answers"]),
        ("tools: [desk.search, desk.reply]\nbrain: model\nfallback: person", ["so nothing does"]),
        ('tools: ["desk.*", "dsek.*"]', ["tools: dsek.* fits no tool yet: nothing is connected as dsek"]),
        ('tools: ["desk.*", "x\\nNote: *"]', ["tools: x\\nNote: * fits no tool that there is"]),
        ('tools: ["desk.*", "desk.make_*"]', ["tools: desk.make_* fits no tool that there is"]),
        (
            "guardrails: [{name: g, when: tool == '', then: ask, because: it is so, actions: [crm.set]}]",
            ["guardrails: crm.set fits no tool yet: nothing is connected as crm"],
        ),
    ],
)
def test_tools_that_are_named_in_vain_are_noted(run: Run, tmp_path: Path, more: str, says: list[str]) -> None:
    run("init")
    told = [note for note in notes(run, tmp_path, f"{AGENT}{more}\n") if "no model is connected" not in note]
    assert len(told) == 1 and all(say in told[0] for say in says), told


def test_tools_that_hold_all_steps_need_no_note(run: Run, tmp_path: Path) -> None:
    run("init")
    assert notes(run, tmp_path, f'{AGENT}tools: ["desk.create_*", desk.reply]\n') == []


def test_the_words_of_an_empty_workspace(run: Run) -> None:
    run("init")
    (told,) = run("agents", "words", "--json").json
    kinds = {event["kind"]: event for event in told["events"]}
    assert set(kinds) == {"mail.received", "mail.sent", "mail.claimed", "ticket.created", "deal.stalled"}
    assert all(kind == {**kind, "connections": ["desk"], "stored": 0, "fields": []} for kind in kinds.values())
    assert told["event"] == list(facts.EVENT) and told["step"] == list(facts.STEP)
    tools = {tool["name"]: tool for tool in told["tools"]}
    assert tools["desk.move_mail"]["arguments"] == [{"name": "folder", "required": True}]
    assert tools["desk.reply"]["arguments"][0] == {"name": "to", "required": False}  # the sender, if nothing is said
    priority = next(argument for argument in tools["desk.update_ticket"]["arguments"] if argument["name"] == "priority")
    assert priority == {"name": "priority", "required": False, "choices": ["low", "normal", "high", "urgent"]}
    assert {tool["effect"] for tool in tools.values()} == {effect.value for effect in Effect}


def test_words_for_people(run: Run, tmp_path: Path) -> None:
    run("init")
    run("connect", "webhook", hook(tmp_path, '"lead.{{ body.what }}"'))
    run("import", write_mail(tmp_path))
    said = run("agents", "words")
    lines = [" ".join(line.split()) for line in said.out.splitlines()]
    assert said.code == 0 and said.err == ""
    assert "lead.* intake 0 none came yet" in lines
    assert any(line.startswith("mail.received desk 1 attachments, cc, folder,") for line in lines)
    assert any("event.NAME: kind, connection, subject, title" in line for line in lines)
    assert "desk.move_mail internal move the mail folder*" in lines
    assert any("priority (low|normal|high|urgent)" in line for line in lines)


def test_every_kind_that_imports_bring_is_among_the_declared_ones(run: Run, tmp_path: Path) -> None:
    run("init")
    (before,) = run("agents", "words", "--json").json
    mails = [*mailbox(2), *[type(mail)(9, mail.folder, mail.text, mail.at, answer="Yes.") for mail in mailbox(1)]]
    run("import", write_mailbox(tmp_path / "box", mails), "--own", OWN)
    headers = ("ticket id", "subject", "description", "queue", "status", "created at")
    table = write_tickets(tmp_path / "t.csv", [("T1", "Question", "How?", "Cards", "open", START.isoformat())], headers)
    assert "1 new" in run("import", table).out
    (after,) = run("agents", "words", "--json").json
    stored = {event["kind"]: event for event in after["events"] if event["stored"]}
    assert set(stored) == {"mail.received", "mail.sent", "ticket.created"}
    assert set(stored) <= {event["kind"] for event in before["events"]}
    assert "ticket_id" in stored["ticket.created"]["fields"] and "folder" in stored["mail.received"]["fields"]


def test_a_kind_that_came_is_known(run: Run, tmp_path: Path) -> None:
    """Kept cases of another system are events of a kind that no connection makes."""
    run("init")
    cases = tmp_path / "cases.jsonl"
    cases.write_text('{"case_id": "1", "event": "x", "agent_actions": [], "expected_actions": []}\n', encoding="utf-8")
    assert notes(run, tmp_path, AGENT.replace(SUBSCRIBES, "[{kinds: [case.recorded]}]")) != []
    assert run("shadow", "compare", cases, "--keep", "other").code == 0
    assert notes(run, tmp_path, AGENT.replace(SUBSCRIBES, "[{kinds: [case.recorded]}]")) == []
