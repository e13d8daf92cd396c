"""What is wrong with an agent's file is said with its line, in words that help."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.errors import FileFormatError
from opsconsole.domain.event import Event
from opsconsole.domain.ids import ConnectionId, EventId, SubjectId
from opsconsole.engine.agents import facts
from opsconsole.engine.agents.file import read_agent
from tests.support.rig import agent, registry

GOOD = """\
agent: mira
name: Mira
subscribes:
  - kinds: [mail.received]
    where: event.sender != ''
stage:
  default: shadow
  categories:
    question: limited
autonomy:
  default: 2
  actions:
    desk.tag_mail: 3
raised:
  - {action: desk.acknowledge, ceiling: irreversible, reason: a template to the sender}
guardrails:
  - name: no-iban
    when: args.text.contains('IBAN')
    then: refuse
    because: bank details never leave
quiet_hours:
  - from: "20:00"
    to: "07:00"
    zone: Europe/Berlin
playbook:
  purpose: answers questions
  rules:
    - when: event.sender_domain == 'partner.example'
      category: question
  categories:
    - id: question
      name: Question
      steps:
        - look_up: desk.find_contact
          with:
            email: "{{ event.sender }}"
          as: contact
        - do: desk.create_ticket
          when: contact.found
          with:
            title: "{{ event.title }}"
            queue: support
          because: "{{ contact.name }} asked"
"""


def test_the_good_one_is_good(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD)
    file = read_agent(tmp_path / "a.yaml", registry())
    assert file.source == GOOD


# what is written instead: (old, new, line of the error, what it says)
WRONG: dict[str, tuple[str, str, int, str]] = {
    "a misspelt key": ("name: Mira", "nmae: Mira", 2, "nmae: there is no such setting here; did you mean name?"),
    "a misspelt key inside": ("    zone: Europe", "    zoen: Europe", 24, "zoen: there is no such setting"),
    "a missing key": ("      name: Question\n", "", 31, "name: is missing"),
    "a level that is none": ("default: 2", "default: 7", 11, "autonomy.default"),
    "an unknown tool": ("do: desk.create_ticket", "do: desk.create_tickt", 38, "did you mean desk.create_ticket"),
    "a tool of another world": ("do: desk.create_ticket", "do: jira.issue", 38, "there is no tool jira.issue"),
    "an unknown tool in the levels": ("desk.tag_mail: 3", "desk.tag_male: 3", 13, "did you mean desk.tag_mail"),
    "an unknown raised tool": ("action: desk.acknowledge", "action: desk.acknowlege", 15,
    "did you mean desk.acknowledge"),
    "an unknown tool in a guardrail": ("    when: args.text", "    actions: [desk.replly]\n    when: args.text", 18,
    "did you mean desk.reply?"),
    "an unknown tool in quiet hours": ("    zone: Europe", "    actions: [desk.send]\n    zone: Europe", 24,
    "there is no tool desk.send"),
    "an unknown tool in tools": ("name: Mira", "name: Mira\ntools: [desk.serch]", 3, "did you mean desk.search?"),
    "a read that is done": ("do: desk.create_ticket", "do: desk.find_tickets", 38, "only reads"),
    "a write that is looked up": ("look_up: desk.find_contact", "look_up: desk.create_contact", 34,
    "changes something"),
    "two kinds of step": ("          as: contact", "          as: contact\n          stop: done", 34, "exactly one of"),
    "a wrong condition": ("when: contact.found", "when: contact.found &&", 39, "not a condition"),
    "a wrong guardrail": ("when: args.text.contains('IBAN')", "when: args.text.contains('IBAN'", 18, "not a condition"),
    "a wrong where": ("where: event.sender != ''", "where: event.sender !=", 5, "not a condition"),
    "a wrong rule": ("when: event.sender_domain ==", "when: event.sender_domain === ", 28, "not a condition"),
    "a wrong template": ('title: "{{ event.title }}"', 'title: "{{ event.title }"', 41, "not a template"),
    "an unknown filter": ('title: "{{ event.title }}"', 'title: "{{ event.title | shout }}"', 41, "not a template"),
    "a wrong because": ('because: "{{ contact.name }} asked"', 'because: "{% if %}"', 43, "not a template"),
    "a priority that nobody has": (
        "queue: support", "queue: support\n            priority: blazing", 43, "cannot take this 'priority': must be"
    ),
    "a number for a text": ("queue: support", "queue: 5", 42, "cannot take this 'queue': must be a text, not 5"),
    "a number where nothing may stand": (
        "queue: support", "queue: support\n            priority: null\n            description: -5000000", 44,
        "cannot take this 'description': must be a text, not -5000000"
    ),
    "a list for a text": ("queue: support", "queue: [a]", 42, "this 'queue': must be a text, not a list"),
    "a wrong argument": ("queue: support", "qeue: support", 42, "takes no 'qeue'; it takes title"),
    "a missing argument": ('            title: "{{ event.title }}"\n', "", 40, "needs 'title'"),
    "an unknown name below event": ('title: "{{ event.title }}"', 'title: "{{ event.titel }}"', 41,
    "there is no event.titel; did you mean event.title?; event has kind"),
    "what a webhook calls it": ('title: "{{ event.title }}"', 'title: "Lead {{ event.data.id }}"', 41,
    "there is no event.data; event has kind"),
    "a name in brackets": ('title: "{{ event.title }}"', "title: \"{{ event['titel'] }}\"", 41,
    "did you mean event.title?"),
    "a name deep inside": ('title: "{{ event.title }}"', 'title: "{% if event.titel %}x{% endif %}"', 41,
    "no event.titel"),
    "a result nobody gave": ('because: "{{ contact.name }} asked"', 'because: "{{ contatc.name }} asked"', 43,
    "nothing is known here as contatc; did you mean contact?"),
    "a result of a later step": ('email: "{{ event.sender }}"', 'email: "{{ contact.email }}"', 36,
    "known here as contact"),
    "event left out": ('title: "{{ event.title }}"', 'title: "{{ title }}"', 41, "did you mean event.title?"),
    "the reason of no rejection": ('title: "{{ event.title }}"', 'title: "{{ rejection }}"', 41,
    "known here as rejection"),
    "an unknown name of the agent": ('title: "{{ event.title }}"', 'title: "{{ agent.nmae }}"', 41,
    "did you mean agent.name?"),
    "a step's when": ("when: contact.found", "when: event.titel == ''", 39, "did you mean event.title?"),
    "a step's when, a result": ("when: contact.found", "when: contatc.found", 39, "did you mean contact?"),
    "a guardrail's event": ("when: args.text.contains('IBAN')", "when: event.txt.contains('IBAN')", 18,
    "did you mean event.text?"),
    "a guardrail's names": ("when: args.text.contains('IBAN')", "when: arg.text.contains('IBAN')", 18,
    "did you mean args?"),
    "a where's event": ("where: event.sender != ''", "where: event.senders != ''", 5, "did you mean event.sender?"),
    "a where knows no category": ("where: event.sender != ''", "where: category != ''", 5, "can be named here: event"),
    "a rule's event": ("when: event.sender_domain ==", "when: event.sender_domian == ", 28, "event.sender_domain?"),
    "an unknown category": ("    question: limited", "    qestion: limited", 9,
    "category 'qestion' is not in the playbook"),
    "a zone that is none": ("zone: Europe/Berlin", "zone: Europe/Berlim", 24, "Europe/Berlin"),
    "a time that is none": ('to: "07:00"', 'to: "7 am"', 23, "quiet_hours.0.to"),
    "a repeated key": ("name: Mira", "name: Mira\nname: Mara", 3, "'name' stands here twice"),
    "a raised ceiling without a reason": ("reason: a template to the sender", "reason: so", 15, "reason"),
    "a tab": ("  default: shadow", "\tdefault: shadow", 7, "not YAML"),
    "an alias": ("name: Mira", "name: &x Mira\nsummary: *x", 3, "aliases"),
    "a steering character": ("name: Mira", "name: M\x1b[31mira", 2, "#x001b"),
    "a date that is none": ("name: Mira", "name: 2026-13-45", 2, "cannot be read"),
    "a python tag": ("name: Mira", "name: !!python/object/apply:os.system [ls]", 2,
    "tag '!!python/object/apply:os.system' is not taken"),
    "a level under a name that is written otherwise": ("name: Mira",
    "name: Mira\nautonomy: {actions: {desk.move_mail: 1, !!binary ZGVzay5tb3ZlX21haWw=: 3}}", 3, "put it in quotes"),
    "examples without an order": ("name: Mira", "name: Mira\nscope: !!set {question}", 3, "tag '!!set' is not taken"),
    "a number that is too long": ("name: Mira", "name: Mira\nbudgets: {runs_per_day: 99999999999999999999999}", 3,
    "a number too long"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_errors_point_at_the_line(tmp_path: Path, name: str) -> None:
    old, new, line, said = WRONG[name]
    assert GOOD.count(old) == 1
    path = tmp_path / "agent.yaml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(FileFormatError) as caught:
        read_agent(path, registry())
    assert said in str(caught.value) and (caught.value.line, caught.value.path) == (line, str(path)), str(caught.value)
    assert len(str(caught.value)) < 700


SOUND = {
    "fields are free": ('title: "{{ event.title }}"', 'title: "{{ event.fields.whatever.more }}"'),
    "what a mapping can do": ('title: "{{ event.title }}"', "title: \"{{ event.get('title') }}\""),
    "a text's own methods": ('title: "{{ event.title }}"', 'title: "{{ event.title.upper() }}"'),
    "names of its own": ('title: "{{ event.title }}"', 'title: "{% set event = agent %}{{ event.whatever }}"'),
    "a name set in the text": ('title: "{{ event.title }}"', 'title: "{% set a = today %}{{ a }}"'),
    "a failure that a named step goes on from": ('because: "{{ contact.name }} asked"', 'because: "{{ failure }}"'),
    "a loop's own name": ("where: event.sender != ''", "where: event.recipients.exists(r, r.startsWith('it@'))"),
    "a loop that hides the event": ("where: event.sender != ''",
    "where: event.recipients.exists(event, event.x == '')"),
    "a text in a condition": ("where: event.sender != ''",
    """where: event.text != "event.titel" && event.text != r'a\'"""),
    "methods and types in a condition": ("where: event.sender != ''", "where: event.size() > 0 && type(event) == map"),
    "all that a guardrail sees": ("when: args.text.contains('IBAN')",
    "when: tool == '' && category == subject && confidence > 0.1 && event.fields['x'].y"),
    "a branch": ("          as: contact",
    "          as: contact\n          on_fail: [{stop: '{{ failure }} {{ contact.error }}'}]"),
    "a rejection": ('because: "{{ contact.name }} asked"',
    'on_reject: [{stop: "{{ rejection }}, {{ contact.name }}"}]'),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_what_works_is_let_through(tmp_path: Path, name: str) -> None:
    old, new = SOUND[name]
    assert GOOD.count(old) == 1
    (tmp_path / "agent.yaml").write_text(GOOD.replace(old, new))
    read_agent(tmp_path / "agent.yaml", registry())


def test_a_result_may_take_the_place_of_the_event(tmp_path: Path) -> None:
    text = GOOD.replace("as: contact", "as: event").replace("contact.found", "event.found")
    (tmp_path / "agent.yaml").write_text(text.replace("{{ contact.name }}", "{{ event.name }}"))
    read_agent(tmp_path / "agent.yaml", registry())


def test_what_can_be_named_is_what_is_given() -> None:
    """The names that files are checked by, against what steps are handed."""
    event, spec = stored(), agent()
    given = facts.step_facts(spec, event, spec.playbook.categories[0], 0.5, event.occurred_at)
    assert tuple(given) == facts.STEP and tuple(given["agent"]) == facts.AGENT
    assert tuple(given["event"]) == facts.EVENT


def stored() -> Event:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    return Event(
        id=EventId(1),
        connection=ConnectionId("desk"),
        external_id="<m1@x>",
        kind="mail.received",
        subject_id=SubjectId(1),
        subject="thread:<m1@x>",
        occurred_at=now,
        received_at=now,
        title="Prices",
        text="Hello",
        sender="ann@harbour.example",
        sender_name="Ann",
        is_verified=True,
        is_untrusted=True,
        recipients=(),
        fields={},
        problems=(),
    )


def bomb() -> str:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]" for n in range(9)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("data", "line", "said"),
    [
        (bomb().encode(), 2, "aliases"), (b"[" * 500_000, 1, "nested too deep"), (b"- " * 300_000 + b"a", 1,
        "nested too deep"),
        (b"{a: " * 5_000, 1, "nested too deep"), (b"name: Mira\nsummary: caf\xe9\n", 2, "UTF-8"),
        (b"a: " + b"x" * 1_000_001, None, "1 MB"),
        (b"", None, "empty"), (b"# nothing\n", None, "empty"), (b"just text", 1, "names with values"), (b"- a\n- b",
        1, "names with values"),
        (b"? [a, b]\n: c", 1, "plain text"), (b"a: 1\n--- \nb: 2", 2, "not YAML"), (b"a: [1, 2\nb: 3", 2, "not YAML"),
        ("\ufeff".encode() + b"nmae: x", 1, "did you mean name"), (b"a: 0x_", 1, "cannot be read"),
        (b"a: " + b"1" * 9_000, 1, "cannot be read"),
    ],
)  # fmt: skip
def test_files_that_are_no_agents(tmp_path: Path, data: bytes, line: int | None, said: str) -> None:
    path = tmp_path / "agent.yaml"
    path.write_bytes(data)
    with pytest.raises(FileFormatError) as caught:
        read_agent(path, registry())
    assert said in str(caught.value) and caught.value.line == line, str(caught.value)[:300]


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(FileFormatError, match=str(path.name)):
            read_agent(path, registry())


@pytest.mark.parametrize(
    "text",
    ["{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "{% for a in event.x %}" * 25 + "{% endfor %}" * 25, "{{ [" * 2000],
)
def test_a_template_nested_without_end_is_an_error_of_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "agent.yaml"
    path.write_text(GOOD.replace('title: "{{ event.title }}"', f'title: "{text}"'))
    with pytest.raises(FileFormatError) as caught:
        read_agent(path, registry())
    assert caught.value.line == 41


def test_a_file_is_read_once_and_kept_as_it_was_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody saves it while it is being read: what is stored must be what was looked at."""
    path, reads = tmp_path / "mira.yaml", list[Path]()
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    opened: Any = Path.open

    def open_(self: Path, *how: Any, **more: Any) -> Any:
        reads.append(self)
        return opened(self, *how, **more)

    monkeypatch.setattr(Path, "open", open_)
    found = read_agent(path, registry())
    assert reads.count(path) == 1
    assert found.source == GOOD, "lines end as everywhere, whatever editor wrote them"


def test_a_fixed_value_is_tried_as_it_will_be_stored(tmp_path: Path) -> None:
    path = tmp_path / "agent.yaml"
    task = 'do: desk.create_task\n          with:\n            title: "{{ event.title }}"\n            due: 2026-03-31'
    steps = GOOD[GOOD.index("do: desk.create_ticket") : GOOD.index("          because:")]
    path.write_text(GOOD.replace(steps, f"{task}\n"))
    spec = read_agent(path, registry()).spec
    assert spec.model_dump(mode="json")["playbook"]["categories"][0]["steps"][1]["args"]["due"] == "2026-03-31"
