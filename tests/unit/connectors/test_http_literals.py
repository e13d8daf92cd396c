"""A key that stands in a connection's file as it is is found, whatever its place is called; a name is none."""

from typing import Any

import pytest

from opsconsole.connectors.http import HttpConfig
from opsconsole.connectors.http.literals import literal_keys


def config(**call: Any) -> HttpConfig:
    headers = call.pop("all", {})
    made = {"name": "note", "title": "write a note", "method": "POST", "path": "/notes", **call}
    facts = {"connection": "crm", "kind": "http", "base": "https://crm.example.com", "headers": headers}
    return HttpConfig.model_validate(facts | {"actions": [made]})


@pytest.mark.parametrize(
    ("call", "place"),
    [
        ({"all": {"Authorization": "Bearer abc123def456"}}, "headers: Authorization"),
        ({"all": {"authorization": "Basic dXNlcjpwYXNz"}}, "headers: authorization"),
        ({"all": {"Cookie": "session=8f3a"}}, "headers: Cookie"),
        ({"all": {"X-Api-Key": "4711"}}, "headers: X-Api-Key"),
        ({"all": {"PRIVATE-TOKEN": "4711"}}, "headers: PRIVATE-TOKEN"),
        ({"all": {"Ocp-Apim-Subscription-Key": "4711"}}, "headers: Ocp-Apim-Subscription-Key"),
        ({"all": {"X-Other": "Bearer abc123def456"}}, "headers: X-Other"),
        ({"headers": {"X-Auth": "{{ key }}4711"}}, "note, headers: X-Auth"),
        ({"path": "/notes?api_key=4711"}, "note, query: api_key"),
        ({"query": {"access_token": "4711"}}, "note, query: access_token"),
        ({"body": {"sign_in": [{"password": "4711"}]}}, "note, body: password"),
        ({"body": {"text": "ghp_0123456789abcdefghijABCDEFGHIJ"}}, "note, body: text"),
        ({"look_up": {"path": "/", "not_found": 404, "headers": {"X-Api-Key": "4711"}}},
         "note, look_up, headers: X-Api-Key"),
        ({"undo": {"path": "/", "words": "it is gone", "method": "DELETE", "query": {"apiKey": "4711"}}},
         "note, undo, query: apiKey"),
    ],
)  # fmt: skip
def test_a_key_as_it_is_is_found(call: dict[str, Any], place: str) -> None:
    assert literal_keys(config(**call)) == [place]


@pytest.mark.parametrize(
    "call",
    [
        {"all": {"Authorization": "Bearer {{ secret('crm-token') }}", "X-Api-Key": "{{ secret('crm-key') }}"}},
        {"all": {"Authorization": "Basic {{ basic('me', 'crm-word') }}", "X-Requested-With": "opsconsole"}},
        {"headers": {"Idempotency-Key": "opsconsole-{{ key }}", "X-Correlation-Token": "{{ key }}"}},
        {"query": {"page": "1", "key": "status"}, "path": "/notes?sort=date"},
        {"body": {"project": {"key": "OPS"}, "text": "A basic question about the bearer of this", "max_tokens": 5}},
        {"body": {"token": "{{ secret('crm-token') }}", "note": "{% if args.a %}x{% endif %}"}},
    ],
)
def test_what_names_its_key_or_is_none_is_let_in(call: dict[str, Any]) -> None:
    assert literal_keys(config(**call)) == []
