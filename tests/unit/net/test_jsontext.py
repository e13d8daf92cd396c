"""JSON from strangers."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.net.jsontext import DEEPEST, JsonError, parse_json

_LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)


@given(_VALUES)
def test_what_is_json_is_read_as_it_is(value: Any) -> None:
    assert parse_json(json.dumps(value).encode()) == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode("utf-8-sig")) == value


@given(st.binary(max_size=200))
def test_anything_else_is_refused_in_one_way(raw: bytes) -> None:
    try:
        parse_json(raw)
    except JsonError as error:
        assert str(error)


@pytest.mark.parametrize(
    "text",
    ["NaN", '{"a": Infinity}', "-Infinity", "1e999", '{"a": 1, "a": 2}', "{'a': 1}", "", "[1,]", "9" * 5000, "{}x"],
)
def test_what_surprises_is_refused(text: str) -> None:
    with pytest.raises(JsonError):
        parse_json(text.encode())


def test_depth_is_bounded() -> None:
    def nested(depth: int) -> bytes:
        return b"[" * depth + b"]" * depth

    assert parse_json(nested(DEEPEST))
    for depth in (DEEPEST + 1, 900, 100_000):
        with pytest.raises(JsonError, match="deeper"):
            parse_json(nested(depth))


def test_half_a_character_becomes_a_question_mark() -> None:
    assert parse_json(b'{"a\\ud83d": ["\\uDE00x", "\\ud83d\\ude00"]}') == {"a?": ["?x", "😀"]}


def test_a_repeated_key_counts_once_where_asked_leniently() -> None:
    assert parse_json(b'{"a": 1, "a": 2}', is_strict=False) == {"a": 2}
