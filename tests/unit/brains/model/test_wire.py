"""The protocol as it comes: whole, in pieces, and as it should not."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.brains.model.config import ModelConfig, Prices
from opsconsole.brains.model.wire import MOST_CHECKS, BadCompletionError, Stream, WireCall, read_completion
from opsconsole.doubles.modelendpoint import call, message, streams

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def fed(*deltas: dict[str, Any], is_done: bool = True) -> Stream:
    stream = Stream()
    for delta in deltas:
        stream.take(b"data: " + json.dumps({"choices": [{"delta": delta}]}).encode())
    if is_done:
        stream.take(b"data: [DONE]")
    return stream


def piece(arguments: str, name: str = "", **facts: Any) -> dict[str, Any]:
    return {"tool_calls": [{"function": {"arguments": arguments} | ({"name": name} if name else {}), **facts}]}


@pytest.mark.parametrize(
    ("said", "name"),
    [("one-0301", "one-0301"), ("", ""), (None, ""), (7, ""), (["one"], ""), ("a\nb", ""), ("x" * 201, "")],
)
def test_what_the_endpoint_calls_its_model_is_read(said: Any, name: str) -> None:
    body = {"model": said, "choices": [{"message": {"content": "Hi"}}]}
    assert read_completion(json.dumps(body).encode()).model == name
    stream = Stream()
    pieces: list[dict[str, Any]] = [{"model": said, "choices": [{"delta": {"content": "Hi"}}]}, {"choices": []}]
    for value in pieces:
        stream.take(b"data: " + json.dumps(value).encode())
    stream.take(b"data: [DONE]")
    assert stream.answer().model == name


@given(ANYTHING)
def test_nothing_an_endpoint_can_say_does_anything_but_answer_or_fail_clearly(value: Any) -> None:
    for body in (value, {"choices": value}, {"choices": [value]}, {"choices": [{"message": value}]}):
        with contextlib.suppress(BadCompletionError):
            read_completion(json.dumps(body).encode())
        stream = Stream()
        with contextlib.suppress(BadCompletionError):
            stream.take(b"data: " + json.dumps(body).encode())
            stream.take(b"data: " + json.dumps({"choices": [{"delta": value}]}).encode())
            stream.answer()


@given(st.text(), st.lists(st.tuples(st.sampled_from("abc"), st.dictionaries(st.text(), st.integers())), max_size=4))
def test_whole_and_streamed_answers_read_alike(content: str, wanted: list[tuple[str, dict[str, int]]]) -> None:
    calls = [call(name, args, identity=f"c{at}") for at, (name, args) in enumerate(wanted)]
    whole = message(content, calls)
    stream = Stream()
    for line in streams(whole).pieces or ():
        stream.take(line.strip())
    assert stream.answer() == read_completion(json.dumps(whole).encode())


def test_a_server_that_leaves_the_index_out() -> None:
    stream = fed(piece("", "a", id="1"), piece('{"x":1}'), piece("", "b", id="2"), piece('{"y":2}'))
    assert stream.answer().calls == (WireCall("a", '{"x":1}'), WireCall("b", '{"y":2}'))


def test_a_server_that_says_index_nought_for_every_call() -> None:
    stream = fed(piece('{"x":1}', "a", index=0, id="1"), piece('{"y":2}', "b", index=0, id="2"))
    assert stream.answer().calls == (WireCall("a", '{"x":1}'), WireCall("b", '{"y":2}'))


def test_a_server_that_repeats_the_name_in_every_piece() -> None:
    stream = fed(piece('{"x"', "a", index=0, id="1"), piece(":1}", "a", index=0, id="1"))
    assert stream.answer().calls == (WireCall("a", '{"x":1}'),)


def test_a_stream_that_ends_too_soon_is_no_answer() -> None:
    with pytest.raises(BadCompletionError, match="broke off"):
        fed({"content": "He"}, is_done=False).answer()


def test_a_web_page_is_named() -> None:
    with pytest.raises(BadCompletionError, match="a web page"):
        read_completion(b" <!doctype html><html>")


def test_content_in_parts_and_arguments_as_an_object() -> None:
    said = message(None, [{"function": {"name": "a", "arguments": {"x": 1}}}])
    said["choices"][0]["message"]["content"] = [{"type": "text", "text": "He"}, {"type": "text", "text": "llo"}]
    answer = read_completion(json.dumps(said).encode())
    assert (answer.text, answer.calls) == ("Hello", (WireCall("a", '{"x": 1}'),))


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": -1, "completion_tokens": 1}, {"prompt_tokens": "9"}, 7])
def test_a_count_that_cannot_be_is_none(usage: Any) -> None:
    assert read_completion(json.dumps(message("x") | {"usage": usage}).encode()).usage is None


def test_cost_counts_the_cache_apart() -> None:
    prices = Prices(read=2.0, cached=0.5, written=8.0)
    assert prices.cost_micros(read=1000, cached=400, written=100) == 600 * 2 + 200 + 800
    assert Prices(read=2.0).cost_micros(read=10, cached=99, written=0) == 20


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://x/v1",
        "https://user:pw@x.example/v1",
        "https://x.example/v1?key=1",
        "http://x.example/v1",
        "x.example",
    ],
)
def test_addresses_that_are_none_or_leak_a_key(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|key|TLS"):
        ModelConfig(base_url=url, model="m")


def _streamed(raw: bytes) -> object:
    return Stream().take(b"data: " + raw)


@pytest.mark.parametrize("read", [read_completion, _streamed])
def test_a_bottomless_answer_is_none(read: Callable[[bytes], object]) -> None:
    with pytest.raises(BadCompletionError):
        read(b"[" * 200_000)


def test_a_stream_that_repeats_a_name_is_not_read_from_its_beginning_each_time() -> None:
    stream = fed(*(piece('"a', name="x", index=0) for _ in range(MOST_CHECKS * 2)))
    assert stream.checks == MOST_CHECKS * 2 - 1 and len(stream.answer().calls) == 1


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=30)), st.integers(0, 60), st.integers(0, 40))
def test_the_beginning_of_arguments_is_never_another_call(args: dict[str, str], end: int, padding: int) -> None:
    whole = json.dumps(args) + " " * padding
    try:
        cut = json.loads(whole[:end])
    except ValueError:
        return
    assert cut == args
