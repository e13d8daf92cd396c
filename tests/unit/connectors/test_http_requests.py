"""What is sent: no argument chooses the host, leaves its segment, adds a query or a header."""

import json
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.connectors.http.model import Sending
from opsconsole.connectors.http.requests import RequestMaker
from opsconsole.connectors.http.responses import refusal
from opsconsole.connectors.http.scrub import MARK, Scrubber
from opsconsole.domain.errors import PermanentError
from opsconsole.net.client import HttpResponse, Request

BASE = "https://crm.example.com/api"


def make(sending: dict[str, Any], **args: Any) -> Request:
    maker = RequestMaker(BASE, {"X-Who": "{{ actor }}"}, Sending.model_validate(sending))
    return maker.make({"args": args, "key": "k", "actor": "agent:mira", "secret": {"t": "s3"}}, more={"Accept": "x"})


@given(st.text(), st.text())
def test_a_value_stays_in_its_segment_and_its_parameter(text: str, two: str) -> None:
    sending = {"path": "/a/{{ args.one }}/b?x={{ args.two }}", "query": {"y": "{{ args.two }}", "z": "1"}}
    try:
        url = make(sending, one=text, two=two).url
    except PermanentError:
        assert not text or not text.isprintable() or ".." in text or text == "." or "/." in text + "/" or "\\." in text
        return
    parts = urlsplit(url)
    segments = parts.path.split("/")
    assert (parts.scheme, parts.netloc, len(segments), parts.fragment) == ("https", "crm.example.com", 5, "")
    assert url.isascii()
    safe = text.encode("utf-8", "replace").decode()
    assert unquote(segments[3]) == safe
    value = two.encode("utf-8", "replace").decode()
    assert parse_qsl(parts.query, keep_blank_values=True) == [("x", value), ("y", value), ("z", "1")]


@pytest.mark.parametrize("value", ["", ".", "..", "../x", "x/..", "..\\x", "a\nb", "a\x00"])
def test_a_value_that_would_lead_elsewhere_is_refused(value: str) -> None:
    with pytest.raises(PermanentError):
        make({"path": "/tickets/{{ args.id }}"}, id=value)


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "\x00"])
def test_a_header_cannot_be_added(value: str) -> None:
    with pytest.raises(PermanentError, match="line break"):
        make({"path": "/", "headers": {"X-Name": "{{ args.name }}"}}, name=value)


def test_what_was_not_given_is_left_out_and_types_are_kept() -> None:
    sending: dict[str, Any] = {
        "method": "POST",
        "path": "/tickets",
        "query": {"a": "{{ args.list }}", "b": "{{ args.nothing }}", "c": True},
        "body": {
            "n": "{{ args.n }}",
            "no": "{{ args.nothing }}",
            "list": "{{ args.list }}",
            "t": "{{ args.n }} things",
        },
    }
    request = make(sending, n=3, list=["x", "y"])
    assert request.url == f"{BASE}/tickets?a=x&a=y&c=true"
    assert request.body == b'{"n":3,"list":["x","y"],"t":"3 things"}'
    assert request.headers == {"X-Who": "agent:mira", "Accept": "x", "Content-Type": "application/json"}


def test_secrets_are_found_before_the_call() -> None:
    maker = RequestMaker(
        BASE,
        {"Authorization": "Basic {{ basic('me', 'password') }}"},
        Sending.model_validate({"path": "/", "query": {"k": "{{ secret('t') }}"}}),
    )
    assert maker.secrets == {("basic", "me", "password"), ("secret", "t")}


@pytest.mark.parametrize("secret", ['a"b/c\\d', "plain-token", "täöken", "with space+plus"])
def test_a_secret_is_scrubbed_in_every_form_it_can_come_back(secret: str) -> None:
    scrub = Scrubber([secret])
    quoted = json.dumps(secret)[1:-1]
    for form in (
        secret,
        quoted,
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret, safe=""),
        quote_plus(secret),
    ):
        assert scrub.text(f"x{form}y") == f"x{MARK}y"
        assert scrub.body(f"x{form}y".encode()) == f"x{MARK}y".encode()


@pytest.mark.parametrize("style", ["\\u{:04x}", "\\u{:04X}"])
@pytest.mark.parametrize("which", ["+/<>&'=", "tok+en/abc<1234>"])
def test_an_error_that_escapes_a_secret_oddly_does_not_show_it(style: str, which: str) -> None:
    secret = "tok+en/abc<1234>"
    told = "".join(style.format(ord(character)) if character in which else character for character in secret)
    answer = HttpResponse(400, {}, f'{{"error": "no such token {told}"}}'.encode())
    said = str(refusal(answer, "crm.note", Scrubber([secret]), is_write=True, has_key=False))
    assert MARK in said and "no such token" in said and told not in said and "1234" not in said
