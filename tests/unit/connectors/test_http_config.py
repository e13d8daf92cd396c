"""An HTTP connection's file: each error names its line; what is not said counts as the riskiest."""

from pathlib import Path
from typing import Any

import pytest

from opsconsole.connectors.http import HttpConfig
from opsconsole.connectors.http.actions import Action
from opsconsole.domain.enums import Effect, Reversibility
from opsconsole.domain.errors import FileFormatError
from opsconsole.engine.agents.yamltext.file import read_yaml

FILE = """\
connection: crm
kind: http
base: https://crm.example.com/api/
headers: {Authorization: "Bearer {{ secret('crm-token') }}"}
actions:
  - name: create_ticket
    title: create a ticket
    method: POST
    path: /tickets/{{ args.queue }}
    body: {title: "{{ args.title }}", note: "{{ args.note }}"}
    arguments:
      type: object
      properties:
        queue: {type: string}
        title: {type: string, maxLength: 200}
        note: {type: string}
      required: [queue, title]
    destinations: [queue]
    idempotency_header: Idempotency-Key
    look_up: {path: "/tickets?key={{ key }}", not_found: 404}
    result: {id: "{{ body.ticket_id }}"}
    undo: {words: the ticket is closed, method: DELETE, path: "/tickets/{{ result.id }}"}
    sentence: "Create a ticket in {queue}: {title}"
  - name: find
    title: find a ticket
    effect: read
    path: /find
    query: {q: "{{ args.q }}"}
    arguments: {properties: {q: {type: string}}}
"""


def read(folder: Path, text: str = FILE) -> HttpConfig:
    path = folder / "crm.yaml"
    path.write_text(text, encoding="utf-8")
    return read_yaml(path).into(HttpConfig)


def test_a_whole_file_is_read_and_comes_back_from_the_database_as_it_was(tmp_path: Path) -> None:
    config = read(tmp_path)
    assert config.base == "https://crm.example.com/api"
    assert HttpConfig.model_validate(config.model_dump(mode="json")) == config
    ticket, find = (Action(config, "crm", action) for action in config.actions)
    assert (ticket.type.name, ticket.type.effect, ticket.type.reversibility) == (
        "crm.create_ticket",
        Effect.EXTERNAL,
        Reversibility.IRREVERSIBLE,
    )
    assert (ticket.type.is_idempotent, ticket.type.is_findable, ticket.type.undo) == (
        True,
        True,
        "the ticket is closed",
    )
    assert ticket.secrets == {("secret", "crm-token")}
    assert (find.type.effect, find.type.is_untrusted, find.type.is_egress) == (Effect.READ, True, False)
    assert find.type.reversibility is Reversibility.REVERSIBLE


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("https://crm", "http://crm", 3, "plain_http"),
        ("https://crm.example.com/api/", "https://me:pw@crm.example.com", 3, "without name"),
        ("https://crm.example.com/api/", "ftp://crm.example.com", 3, "https://"),
        ("https://crm.example.com/api/", "https://{{ args.host }}/", 3, "slots"),
        ("{Authorization: ", "{Host: ", 4, "itself"),
        ("secret('crm-token')", "args.title", 4, "no args here"),
        ("secret('crm-token')", "secret(args.x)", 4, "no args here"),
        ("name: find", "name: create_ticket", 24, "two actions"),
        ("{{ args.queue }}\n", "{{ args.nothing }}\n", 9, "no argument nothing"),
        ("{{ args.queue }}\n", "{{ args.note }}\n", 9, "may be missing"),
        ("{{ args.queue }}\n", "{{ secret('x') }}\n", 9, "no secret here"),
        ("/tickets/{{ args.queue }}", "tickets", 9, "path like"),
        ("/tickets/{{ args.queue }}", "/a/../b", 9, "path like"),
        ("/tickets/{{ args.queue }}", "/{% if args.queue %}a{% endif %}", 9, "statements"),
        ("{{ args.title }}", "{{ args.title", 10, "template"),
        ("{{ args.title }}", "{{ boody.title }}", 10, "no boody here"),
        ("maxLength", "maxlength", 15, "not known"),
        ("destinations: [queue]", "destinations: [to]", 18, "no argument to"),
        ("not_found: 404", "found: 200", 20, "not there"),
        ("look_up: {path", "look_up: {method: DELETE, path", 20, "changes nothing"),
        ("{{ body.ticket_id }}", "{{ fields.x }}", 21, "no fields here"),
        ("{queue}: {title}", "{queue}: {topic}", 23, "no argument topic"),
        ("effect: read", "effect: reads", 26, "read"),
        ("effect: read", "efect: read", 26, "no such setting"),
        ("effect: read", "effect: internal\n    reversibility: reversible", 27, "needs `undo:`"),
        ("effect: read", "effect: internal\n    egress: true", 27, "for reads"),
        ('query: {q: "{{ args.q }}"}', "body: {}", 28, "no body"),
        ("effect: read", "effect: read\n    method: POST", 27, "changes_nothing: true"),
        ("effect: read", "effect: read\n    method: DELETE\n    changes_nothing: true", 27, "changes something"),
        ("effect: read", "effect: read\n    changes_nothing: true", 27, "only for a look-up by POST"),
    ],
)
def test_an_error_names_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    assert old in FILE
    with pytest.raises(FileFormatError, match=words) as caught:
        read(tmp_path, FILE.replace(old, new, 1))
    assert caught.value.line == line, str(caught.value)


def test_plain_http_is_taken_on_this_machine_or_where_it_is_said(tmp_path: Path) -> None:
    for base in ("http://127.0.0.1:8080", "http://[::1]:1/x", "http://localhost", "http://crm.local\nplain_http: true"):
        assert read(tmp_path, FILE.replace("https://crm.example.com/api/", base))


def test_whose_answers_are_trusted_is_a_part_of_what_was_ratified() -> None:
    bare: dict[str, Any] = {"connection": "x", "kind": "http", "base": "https://x.example"}
    marks: set[str] = set()
    for facts in ({}, {"untrusted": False}, {"effect": "read"}, {"effect": "read", "untrusted": False}):
        action = {"name": "go", "title": "go on", "path": "/go", **facts}
        config = HttpConfig.model_validate({**bare, "actions": [action]})
        kind = Action(config, "x", config.actions[0]).type
        assert kind.is_untrusted is facts.get("untrusted", True)
        marks.add(kind.fingerprint())
    assert len(marks) == 4


def test_what_is_not_said_counts_as_the_riskiest() -> None:
    bare: dict[str, Any] = {"connection": "x", "kind": "http", "base": "https://x.example"}
    config = HttpConfig.model_validate({**bare, "actions": [{"name": "go", "title": "go on", "path": "/go"}]})
    kind = Action(config, "x", config.actions[0]).type
    assert (kind.effect, kind.reversibility, kind.undo) == (Effect.EXTERNAL, Reversibility.IRREVERSIBLE, None)
    assert not (kind.is_idempotent or kind.is_findable)


@pytest.mark.parametrize(
    ("old", "new", "is_other"),
    [
        ("https://crm.example.com", "https://other.example.com", True),
        ("path: /tickets/", "path: /payments/", True),
        ("method: POST", "method: PUT", True),
        ('note: "{{ args.note }}"', 'note: "x"', True),
        ("secret('crm-token')", "secret('other-token')", True),
        ("maxLength: 200", "maxLength: 900", True),
        ("idempotency_header: Idempotency-Key", "idempotency_header: X-Key", True),
        ("title: create a ticket", "title: make a ticket", False),
        ('sentence: "Create', 'sentence: "Make', False),
    ],
)
def test_a_call_that_does_something_else_is_to_be_ratified_again(
    tmp_path: Path, old: str, new: str, is_other: bool
) -> None:
    assert old in FILE
    before, after = read(tmp_path), read(tmp_path, FILE.replace(old, new, 1))
    prints = [Action(config, "crm", config.actions[0]).type.fingerprint() for config in (before, after)]
    assert (prints[0] != prints[1]) == is_other


MORE = """\
connection: crm
kind: http
base: https://crm.example.com
actions:
  - name: close
    title: close a ticket
    method: PUT
    path: /tickets/{{ args.id }}
    headers: {If-Match: "{{ before.etag }}"}
    body: {state: closed}
    before: {path: "/tickets/{{ args.id }}", values: {etag: "{{ header.etag }}", state: "{{ body.state }}"}}
    ok_if: "{{ body.ok }}"
    arguments: {type: object, properties: {id: {type: string}}, required: [id]}
    look_up: {path: /x, not_found: 404, result: {id: "{{ body.id }}", at: "{{ body.at }}"}}
    result: {id: "{{ body.id }}", at: "{{ body.at }}"}
    undo: {words: as it was, method: PUT, path: "/tickets/{{ result.id }}", body: {state: "{{ before.state }}"}}
  - name: find
    title: find tickets
    effect: read
    path: /find
    pages: {items: "{{ body.found }}", next: "{{ body.next }}", into: cursor}
"""


def test_what_calls_say_of_each_other_is_read(tmp_path: Path) -> None:
    config = read(tmp_path, MORE)
    assert HttpConfig.model_validate(config.model_dump(mode="json")) == config


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("{{ result.id }}", "{{ result.number }}", 16, "no number in result; there are at, id"),
        ("{{ before.state }}", "{{ result.state }}", 16, "no state in result"),
        ("{{ before.state }}", "{{ result.at | upper }}{{ result.by | upper }}", 16, "no by in result"),
        ('id: "{{ body.id }}", at: "{{ body.at }}"}}', 'at: "{{ body.at }}"}}', 16, "no id in the result of `look_up`"),
        ("{{ before.state }}", "{{ before.status }}", 16, "no status in before"),
        ("{{ before.etag }}", "{{ before.tag }}", 9, "no tag in before"),
        ("before: {path", "before: {method: POST, path", 11, "asked with GET"),
        ("{{ header.etag }}", "{{ fields.etag }}", 11, "no fields here"),
        ('ok_if: "{{ body.ok }}"', 'ok_if: "{{ result.ok }}"', 12, "no result here"),
        ('ok_if: "{{ body.ok }}"', 'ok_if: "{{ body.ok"', 12, "template"),
        ("body: {state: closed}", "body: {state: closed}\n    form: {a: b}", 11, "not both"),
        ("effect: read", "effect: read\n    form: {a: b}", 20, "no body"),
        ("effect: read", "effect: read\n    result: {a: 1}", 20, "leave `result` out"),
        ('items: "{{ body.found }}"', "items: found", 21, "one slot"),
        ('next: "{{ body.next }}"', "next: cursor", 21, "one slot"),
        ("effect: read", "effect: read\n    before: {path: /x, values: {a: b}}", 20, "only a write"),
        ("effect: read", "effect: internal", 21, "only a read by GET"),
        ("kind: http", "kind: http\ncheck: me", 3, "path like"),
        ("kind: http", "kind: http\ncheck: /../me", 3, "path like"),
        ("kind: http", "kind: http\ntoken: {url: https://x.example, client_id: a}", 3, "client_secret"),
        ("kind: http", "kind: http\ntoken: {url: https://x.example, grant: refresh_token}", 3, "refresh_secret"),
        ("kind: http", "kind: http\ntoken: {url: http://x.example, client_id: a, client_secret: b}", 3, "https://"),
        (
            "kind: http",
            "kind: http\nheaders: {authorization: x}\ntoken: {url: https://x.example, client_id: a, client_secret: b}",
            3,
            "take it out",
        ),
    ],
)
def test_a_call_that_names_what_another_does_not_give_is_refused(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    assert old in MORE
    with pytest.raises(FileFormatError, match=words) as caught:
        read(tmp_path, MORE.replace(old, new, 1))
    assert caught.value.line == line, str(caught.value)


def test_what_was_ratified_before_there_were_forms_and_tokens_still_is_and_they_are_part_of_it(tmp_path: Path) -> None:
    plain = Action(read(tmp_path), "crm", read(tmp_path).actions[0]).type
    assert plain.does == "ae5f70ad6e5f6372e5dee1f31a63e3af5db2c080a8a973b5232152cd532ba414"
    token = "token: {url: https://x.example/t, client_id: a, client_secret: b}\nactions:"
    other = read(
        tmp_path,
        FILE.replace("headers: {Authorization: \"Bearer {{ secret('crm-token') }}\"}", "").replace(
            "actions:", token, 1
        ),
    )
    assert Action(other, "crm", other.actions[0]).secrets == frozenset()
    marks = {Action(other, "crm", other.actions[0]).type.does, plain.does}
    form = read(tmp_path, FILE.replace("body: {title", "form: {title", 1))
    marks.add(Action(form, "crm", form.actions[0]).type.does)
    assert len(marks) == 3
