"""Canonical JSON is RFC 8785, byte for byte, whichever way it is written."""

import math
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from opsconsole.domain.canonical import canonical, digest, jsonable

texts = st.text(st.characters(codec="utf-8"))
numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=20,
)


@given(json_values)
@example({"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "😀": 5, "\u0080": 6, "ö": 7})
@example(
    [1e21, 1e-7, 333333333.33333329, 1e30, 4.50, 2e-3, 1e-27, -0.0, 0.0, 1e15, 1e-4, 5e-324, 1.7976931348623157e308]
)
@example({'a\u2028\x00\x7f"\\/': ["\b\f\n\r\t\x1f"]})
@example([1, 1.0, True, False, None, [], {}, ""])
def test_it_is_what_the_standard_says(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float(value: float) -> None:
    assert canonical({"a": value}) == rfc8785.dumps({"a": value})


@given(st.dictionaries(texts, json_values, max_size=6), st.randoms())
def test_the_order_of_keys_does_not_count(value: dict[str, Any], random: Any) -> None:
    names = list(value)
    random.shuffle(names)
    assert digest({name: value[name] for name in names}) == digest(value)


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        -math.inf,
        2**53,
        -(2**53),
        {1: 2},
        {"a": [math.nan]},
        {None: 1},
        "\ud800",
        {"\ud800": 1},
        object(),
    ],
)
def test_what_has_no_json_form_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        canonical(value)


def test_digests_stay_as_they_are() -> None:
    """Stored digests must still fit tomorrow; these stand in released files."""
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert digest({"b": [1, 2.5, "ö"], "a": None}) == DIGEST


DIGEST = "2f512da480ecf55c5fbba1e52dcadc8f8ac1fd9c0c309fc948934e1b09c580e6"


@given(
    st.recursive(
        st.integers() | st.text() | st.binary(max_size=5) | st.none(),
        lambda i: st.lists(i) | st.tuples(i, i) | st.dictionaries(st.integers(), i),
    )
)
def test_jsonable_gives_what_canonical_takes(value: Any) -> None:
    try:
        canonical(jsonable(value))
    except ValueError:
        assert any(0xD800 <= ord(c) < 0xE000 for c in str(value)) or "\\ud" in repr(value)
