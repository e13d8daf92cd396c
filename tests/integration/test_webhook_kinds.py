"""What senders really send: batches, forms, signatures of their own kinds, CloudEvents, and counters in repeats."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession

from opsconsole.domain.event import Event
from opsconsole.domain.ids import EventId
from opsconsole.doubles.clock import FakeClock
from opsconsole.store.queries import events
from tests.support.http.hooks import BODY, MAPPING, config, listening, signed
from tests.support.http.web import post
from tests.support.ports import free_port
from tests.support.rig import Rig

KEY = "let me in"
FORM = "application/x-www-form-urlencoded"


def stored(r: Rig) -> list[Event]:
    found = [events.event(r.engine.reader, EventId(number + 1)) for number in range(r.count("event"))]
    return [event for event in found if event is not None]


def url(port: int) -> str:
    return f"http://127.0.0.1:{port}/intake"


EACH = {**MAPPING, "each": "{{ body.leads }}", "subject": "lead:{{ item.id }}", "title": "{{ item.name }}"}


async def test_each_of_a_batch_is_an_event_of_its_own_and_a_repeat_of_the_batch_is_known(tmp_path: Path) -> None:
    port, event = free_port(), {**EACH, "text": "{{ body.shop }}", "sender": ""}
    async with listening(tmp_path, config(port, event=event)) as r:
        batch = {"shop": "north", "leads": [{"id": 1, "name": "Ann"}, {"id": 2, "name": "Bob"}, {"id": 3}]}
        for status in (202, 200):
            assert (await post(url(port), batch, {"webhook-id": "m-1"}))[0] == status
        found = stored(r)
        assert [event.external_id for event in found] == ["m-1#0", "m-1#1", "m-1#2"]
        assert [(event.subject, event.title, event.text) for event in found] == [
            ("lead:1", "Ann", "north"),
            ("lead:2", "Bob", "north"),
            ("lead:3", "", "north"),
        ]
        assert [bool(event.problems) for event in found] == [False, False, True]
        assert (await post(url(port), {"leads": []}))[0] == 200
        assert (await post(url(port), {"leads": [{}] * 501}))[0] == 400
        assert r.count("event") == 3


async def test_an_id_of_each_is_used_as_it_is_and_without_one_its_content_tells(tmp_path: Path) -> None:
    port = free_port()
    async with listening(tmp_path, config(port, event={**EACH, "id": "{{ item.uid }}"})) as r:
        sent = {"leads": [{"uid": "a", "id": 1}, {"id": 2}, {"id": 2}]}
        assert (await post(url(port), sent))[0] == 202
        assert (await post(url(port), {"leads": [{"uid": "a", "id": 1}, {"id": 4}]}))[0] == 202
        found = [event.external_id for event in stored(r)]
        assert found[0] == "a" and len(found) == 3 and all(name.startswith("body:") for name in found[1:])


async def test_a_body_without_the_list_is_one_event_with_the_problem_said(tmp_path: Path) -> None:
    port = free_port()
    async with listening(tmp_path, config(port, event=EACH)) as r:
        for body in ({"other": 1}, {"leads": {"id": 1}}):
            assert (await post(url(port), body))[0] == 202
        assert all("taken as one event" in " ".join(event.problems) for event in stored(r))
        assert r.count("event") == 2


def digest(key: str, over: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.digest(key.encode(), over, getattr(hashlib, algorithm))


RAW = json.dumps(BODY).encode()
NOW_S = int(FakeClock().now().timestamp())
SLACK = {"header": "X-Slack-Signature", "prefix": "v0=", "signed": "v0:{timestamp}:{body}"} | {
    "timestamp_header": "X-Slack-Request-Timestamp"
}
STRIPE = {"header": "Stripe-Signature", "prefix": "v1=", "signed": "{timestamp}.{body}"} | {
    "timestamp_header": "Stripe-Signature",
    "timestamp_prefix": "t=",
}


def slack(key: str = KEY, at: int = NOW_S) -> dict[str, str]:
    signature = digest(key, f"v0:{at}:".encode() + RAW).hex()
    return {"X-Slack-Signature": f"v0={signature}", "X-Slack-Request-Timestamp": str(at)}


def stripe(key: str = KEY, at: int = NOW_S) -> dict[str, str]:
    signature = digest(key, f"{at}.".encode() + RAW).hex()
    return {"Stripe-Signature": f"t={at},v1={'0' * 64},v1={signature},v0=zz"}


@pytest.mark.parametrize(
    ("how", "good", "bad"),
    [
        (
            {"header": "X-Hub-Signature-256", "prefix": "sha256="},
            [{"X-Hub-Signature-256": f"sha256={digest(KEY, RAW).hex()}"}],
            [
                {},
                {"X-Hub-Signature-256": digest(KEY, RAW).hex()},
                {"X-Hub-Signature-256": f"sha256={digest('other', RAW).hex()}"},
                {"X-Hub-Signature-256": "sha256=nonsense"},
                {"X-Hub-Signature-256": "sha256="},
                {"Authorization": f"Bearer {KEY}"},
            ],
        ),
        (
            {"header": "X-Shopify-Hmac-Sha256", "encoding": "base64"},
            [{"X-Shopify-Hmac-Sha256": base64.b64encode(digest(KEY, RAW)).decode()}],
            [{"X-Shopify-Hmac-Sha256": digest(KEY, RAW).hex()}, {"X-Shopify-Hmac-Sha256": "%%%"}],
        ),
        (
            {"header": "X-Signature", "algorithm": "sha1"},
            [{"X-Signature": digest(KEY, RAW, "sha1").hex()}],
            [{"X-Signature": digest(KEY, RAW).hex()}],
        ),
        (SLACK, [slack(), slack(at=NOW_S - 200)], [slack("other"), slack(at=NOW_S - 400), slack(at=NOW_S + 400)]),
        (
            STRIPE,
            [stripe(), stripe(at=NOW_S - 9)],
            [stripe("other"), stripe(at=NOW_S - 400), {"Stripe-Signature": "t=x"}],
        ),
    ],
    ids=["github", "shopify", "sha1", "slack", "stripe"],
)
async def test_a_senders_own_way_to_sign_is_checked(
    tmp_path: Path, how: Mapping[str, str], good: list[dict[str, str]], bad: list[dict[str, str]]
) -> None:
    port = free_port()
    event = {**MAPPING, "fields": {"told": "{{ header }}"}}
    hook = config(port, verify="hmac", hmac=how, secret=["signing", "bearer"], event=event)
    async with listening(tmp_path, hook) as r:
        assert [(await post(url(port), RAW, headers))[0] for headers in bad] == [401] * len(bad)
        assert r.count("event") == 0
        answers = [
            (await post(url(port), RAW, {**headers, "webhook-id": str(at)}))[0] for at, headers in enumerate(good)
        ]
        assert answers == [202, *[200] * (len(good) - 1)], "another id in a header that nobody signed is no other event"
        assert digest(KEY, RAW).hex() not in json.dumps(stored(r)[0].fields)


async def test_headers_that_svix_names_after_itself_are_the_standards(tmp_path: Path) -> None:
    port = free_port()
    async with listening(tmp_path, config(port, verify="standard_webhooks", secret="signing")) as r:
        svix = {name.replace("webhook-", "svix-"): value for name, value in signed(BODY, "m-9").items()}
        assert (await post(url(port), BODY, svix))[0] == 202
        assert stored(r)[0].external_id == "m-9"
        assert (await post(url(port), BODY, {**svix, "svix-id": "m-10"}))[0] == 401
        mixed = {**svix, "webhook-id": "m-11"}
        assert (await post(url(port), BODY, mixed))[0] == 401, "no half of one and half of the other"


async def test_a_form_is_read_and_json_in_one_of_its_fields(tmp_path: Path) -> None:
    port = free_port()
    fields = {"tags": "{{ body.tag }}"}
    async with listening(tmp_path / "form", config(port, body="form", event={**MAPPING, "fields": fields})) as r:
        raw = urlencode(
            [("id", "17"), ("subject", "Grüße & more"), ("tag", "a"), ("tag", "b"), ("message", "")]
        ).encode()
        assert (await post(url(port), raw, {"Content-Type": FORM}))[0] == 202
        (found,) = stored(r)
        assert (found.subject, found.title, found.fields["tags"]) == ("lead:17", "Grüße & more", ["a", "b"])
        assert (await post(url(port), BODY))[0] == 415
        for broken in (b"a=%ff", b"no pairs", b"&".join(b"a=1" for _ in range(501))):
            assert (await post(url(port), broken, {"Content-Type": FORM}))[0] == 400
    async with listening(tmp_path / "inner", config(port, body="form", json_field="payload")) as r:
        for raw, status in ((urlencode({"payload": json.dumps(BODY)}), 202), ("payload=no", 400), ("other=1", 400)):
            assert (await post(url(port), raw.encode(), {"Content-Type": FORM}))[0] == status
        assert stored(r)[0].subject == "lead:17"


CLOUD = {
    "kind": "lead.created",
    "subject": "lead:{{ body.data.id }}",
    "title": "{{ body.data.subject }}",
    "fields": {"type": "{{ body.type }}"},
}


def cloud_event(identity: str, **more: Any) -> dict[str, Any]:
    facts = {"specversion": "1.0", "id": identity, "source": "/shop", "type": "com.example.lead"}
    return {**facts, "time": "2026-11-02T10:30:00Z", "data": BODY, **more}


async def test_cloudevents_are_taken_structured_in_batches_and_in_headers(tmp_path: Path) -> None:
    port = free_port()
    async with listening(tmp_path, config(port, cloudevents=True, event=CLOUD)) as r:
        structured = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
        batch = {"Content-Type": "application/cloudevents-batch+json"}
        binary = {"ce-specversion": "1.0", "ce-id": "c", "ce-source": "/shop", "ce-type": "com.example.lead"}
        binary |= {"ce-time": "2026-11-02T10:30:00Z"}
        assert (await post(url(port), cloud_event("a"), structured))[0] == 202
        both = [cloud_event("a"), cloud_event("b"), cloud_event("a", source="/other")]
        assert (await post(url(port), both, batch))[0] == 202
        assert (await post(url(port), BODY, binary))[0] == 202
        assert (await post(url(port), both, batch))[0] == 200
        found = stored(r)
        assert [event.external_id for event in found] == ["/shop a", "/shop b", "/other a", "/shop c"]
        assert {(event.subject, event.title) for event in found} == {("lead:17", "Double charge")}
        assert {event.occurred_at for event in found} == {datetime(2026, 11, 2, 10, 30, tzinfo=UTC)}
        assert {event.fields["type"] for event in found} == {"com.example.lead"}
        refused: list[tuple[Any, dict[str, str]]] = [
            ({"id": "a"}, structured),
            ([cloud_event("d"), {"id": "e"}], batch),
            (cloud_event("d"), batch),
            (BODY, {}),
            (cloud_event("d", id=7), structured),
        ]
        assert [(await post(url(port), *pair))[0] for pair in refused] == [400] * len(refused)
        assert r.count("event") == 4


@pytest.mark.parametrize("verify", ["hmac", "standard_webhooks"])
async def test_what_a_signature_does_not_cover_tells_nothing_of_an_event(tmp_path: Path, verify: str) -> None:
    """Who saw one signed request could send it again with another id, source or type in its headers."""
    port = free_port()
    how: dict[str, Any] = {"secret": "signing"}
    if verify == "hmac":
        how = {"secret": "bearer", "hmac": {"header": "X-Signature"}}
    hook = config(port, verify=verify, cloudevents=True, event=CLOUD, **how)
    binary = {"ce-specversion": "1.0", "ce-id": "c", "ce-source": "/shop", "ce-type": "com.example.lead"}
    structured = {"Content-Type": "application/cloudevents+json"}

    def genuine(body: Any) -> dict[str, str]:
        raw = json.dumps(body).encode()
        return {"X-Signature": digest(KEY, raw).hex()} if verify == "hmac" else signed(body, "m-9")

    async with listening(tmp_path, hook) as r:
        assert (await post(url(port), BODY, {**binary, **genuine(BODY)}))[0] == 400
        event = cloud_event("a")
        assert (await post(url(port), event, {**structured, **genuine(event)}))[0] == 202
        assert r.count("event") == 1


async def asked(port: int, headers: Mapping[str, str]) -> tuple[int, dict[str, str]]:
    async with ClientSession() as session, session.options(url(port), headers=headers) as answer:
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}


async def test_who_asks_beforehand_whether_it_may_send_is_answered(tmp_path: Path) -> None:
    port, other = free_port(), free_port()
    hook = config(port, cloudevents=True, event=CLOUD, origins=["events.example.com"])
    async with listening(tmp_path, hook, config(other, "plain")):
        ask = {
            "WebHook-Request-Origin": "events.example.com",
            "WebHook-Request-Callback": f"http://127.0.0.1:{other}/plain",
        }
        status, told = await asked(port, ask)
        assert (status, told["webhook-allowed-origin"], told["webhook-allowed-rate"]) == (
            200,
            "events.example.com",
            "120",
        )
        assert "POST" in told["allow"]
        assert (await asked(port, {**ask, "WebHook-Request-Rate": "60"}))[1]["webhook-allowed-rate"] == "60"
        for refused in ({"WebHook-Request-Origin": "evil.example"}, {}):
            status, told = await asked(port, refused)
            assert status == 403 and "webhook-allowed-origin" not in told
        assert not [name for name in told if name.startswith("access-control")], "no browser is let in by it"
        async with (
            ClientSession() as session,
            session.options(f"http://127.0.0.1:{other}/plain", headers=ask) as answer,
        ):
            assert answer.status == 405


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"verify": "hmac", "secret": "signing"}, "go together"),
        ({"hmac": {"header": "X-S"}, "verify": "bearer", "secret": "bearer"}, "go together"),
        ({"verify": "hmac", "hmac": {"header": "X-S"}}, "needs the name of a secret"),
        ({"verify": "hmac", "secret": "s", "hmac": {"header": "X-S", "signed": "{timestamp}"}}, "write {body} once"),
        ({"verify": "hmac", "secret": "s", "hmac": {"header": "X-S", "signed": "{timestamp}.{body}"}}, "go together"),
        ({"verify": "hmac", "secret": "s", "hmac": {"header": "X-S", "timestamp_header": "X-T"}}, "go together"),
        ({"json_field": "payload"}, "only a form"),
        ({"cloudevents": True, "body": "form"}, "CloudEvents are JSON"),
        ({"cloudevents": True, "event": EACH}, "taken apart by itself"),
        ({"origins": ["x"]}, "only senders of CloudEvents"),
        ({"event": {**MAPPING, "title": "{{ item.x }}"}}, "no item here"),
        ({"event": {**EACH, "each": "{{ item.x }}"}}, "no item here"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        config(8311, **changes)
