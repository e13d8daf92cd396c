"""From a JSON body to an event: what is missing is a problem in words, and nothing is lost."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.connectors.webhook import WebhookConfig
from opsconsole.connectors.webhook.mapping import DIGEST, Mapper
from opsconsole.connectors.webhook.request import Part
from opsconsole.domain.event import IncomingEvent

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
EVENT: dict[str, Any] = {
    "kind": "lead.created",
    "subject": "lead:{{ body.id }}",
    "title": "{{ body.subject }}",
    "text": "{{ body.message }}",
    "sender": "{{ body.from }}",
    "sender_name": "{{ body.name }}",
    "occurred_at": "{{ body.at }}",
    "fields": {"amount": "{{ body.amount }}", "tags": "{{ body.tags }}"},
}
BODY: dict[str, Any] = {
    "id": 17,
    "subject": "Double\r\ncharge\x00",
    "message": "Hello,\nplease help.",
    "from": "Ann@Example.com",
    "name": "Ann",
    "at": "2026-11-02T12:30:00+02:00",
    "amount": 12.5,
    "tags": ["a", "b"],
}


def event(body: Any, headers: dict[str, str] | None = None, **changes: Any) -> IncomingEvent:
    facts: dict[str, Any] = {"connection": "intake", "kind": "webhook", "path": "/in", "verify": "nobody"} | changes
    facts["event"] = {**EVENT, **changes.get("event", {})}
    config = WebhookConfig.model_validate(facts)
    return Mapper(config).event(Part(body, json.dumps(body).encode()), headers or {}, now=NOW)


def test_a_whole_body_is_mapped_with_types_kept() -> None:
    found = event(BODY, {"webhook-id": "msg-1"})
    assert (found.external_id, found.kind, found.subject) == ("msg-1", "lead.created", "lead:17")
    assert (found.title, found.text) == ("Double charge", "Hello,\nplease help.")
    assert (found.sender, found.sender_name) == ("ann@example.com", "Ann")
    assert found.occurred_at == datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
    assert {**found.fields, DIGEST: ""} == {"amount": 12.5, "tags": ["a", "b"], DIGEST: ""}
    assert (found.problems, found.raw, found.is_untrusted, found.is_verified) == ((), None, True, False)


def test_what_is_missing_is_a_problem_and_the_raw_body_is_kept() -> None:
    found = event({"id": 17})
    assert found.subject == "lead:17"
    assert found.external_id.startswith("body:")
    named = {problem.split(" ")[0] for problem in found.problems}
    assert named == {"title", "text", "sender", "sender_name", "occurred_at", "fields.amount", "fields.tags"}
    assert found.fields.keys() == {DIGEST}
    assert found.raw == b'{"id": 17}'


@pytest.mark.parametrize("body", [[], 3, "text", None, {"id": None}, {"id": ""}])
def test_a_body_without_subject_is_taken_under_its_digest(body: Any) -> None:
    found = event(body, event={"subject": "{{ body.id }}"})
    assert found.subject.startswith("intake:")
    assert found.problems
    assert found.raw == json.dumps(body).encode()


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [
        ("2026-11-02T10:30:00Z", True),
        ("2026-11-02 10:30", True),
        (1793615400, True),
        (1793615400000, True),
        ("yesterday", False),
        (True, False),
        (1e300, False),
        ("9999-12-31", False),
    ],
)
def test_times_come_in_several_forms_and_never_from_the_future(given: Any, is_kept: bool) -> None:
    found = event({**BODY, "at": given})
    assert (found.occurred_at == datetime(2026, 11, 2, 10, 30, tzinfo=UTC)) == is_kept
    assert found.occurred_at <= NOW
    assert bool(found.problems) != is_kept


@pytest.mark.parametrize("identity", ["x" * 301, "a\nb", "\u2028"])
def test_an_id_that_no_name_can_be_is_taken_by_its_digest(identity: str) -> None:
    found = event({**BODY, "mark": identity}, event={"id": "{{ body.mark }}"})
    assert found.external_id.startswith(("id:", "body:"))


def test_headers_that_identify_the_sender_are_not_seen() -> None:
    found = event(BODY, {"authorization": "Bearer x"}, event={"title": "{{ header.authorization }}"})
    assert found.title == ""
    assert "title" in found.problems[0]


def test_a_verified_sender_needs_a_signature_and_a_word_in_the_file() -> None:
    said: dict[str, Any] = {"event": {"sender_is_verified": True}}
    assert event(BODY, verify="bearer", secret="intake", **said).is_verified
    assert not event(BODY, verify="bearer", secret="intake").is_verified
    assert not event({**BODY, "from": "Ann"}, verify="bearer", secret="intake", **said).is_verified


def test_long_texts_are_cut_and_said() -> None:
    found = event({**BODY, "message": "x" * 60_000})
    assert len(found.text) == 50_000
    assert found.raw is not None
    assert "cut" in found.problems[0]


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*BODY, "other"]), _values) | _values)
def test_any_json_becomes_an_event(body: Any) -> None:
    found = event(body)
    assert found.external_id
    assert ":" in found.subject
    assert "\n" not in found.title + found.subject + found.external_id + found.sender + found.sender_name
    assert (found.raw is not None) == bool(found.problems)
