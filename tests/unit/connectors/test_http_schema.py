"""The generated model takes exactly what the JSON schema takes, by a second reading of the specification."""

import json
import re
from fractions import Fraction
from typing import Any, cast

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from opsconsole.connectors.http.limits import BadSchemaError
from opsconsole.connectors.http.schema import arguments_model

TYPES = ("string", "integer", "number", "boolean", "null", "array", "object")
_names = st.sampled_from(["a", "b", "from", "copy", "class", "json"])
_small = st.integers(0, 3)


def _schemas() -> st.SearchStrategy[dict[str, Any]]:
    strings = st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={
            "minLength": _small,
            "maxLength": _small,
            "pattern": st.sampled_from(["^a", "b$", "a|b", "^[a-c]+$"]),
        },
    )
    bounds = st.integers(-3, 3) | st.sampled_from([0.5, -1.5, 2.0])
    numbers = st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number"])},
        optional={
            "minimum": bounds,
            "maximum": bounds,
            "exclusiveMinimum": bounds,
            "exclusiveMaximum": bounds,
            "multipleOf": st.sampled_from([1, 2, 0.5, 0.1, 3]),
        },
    )
    plain = st.sampled_from([{"type": "boolean"}, {"type": "null"}, {"type": ["string", "null"]}, {}, True])
    choices = st.fixed_dictionaries({"enum": st.lists(_values(), min_size=1, max_size=4)})
    constants = st.fixed_dictionaries({"const": _values()})
    return st.recursive(strings | numbers | plain | choices | constants, _compound, max_leaves=6)  # type: ignore[arg-type]


def _compound(inner: Any) -> Any:
    arrays = st.fixed_dictionaries(
        {"type": st.just("array")},
        optional={"items": inner, "minItems": _small, "maxItems": _small, "uniqueItems": st.booleans()},
    )
    return arrays | _objects(inner) | st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)})


def _objects(inner: Any, *, is_top: bool = False) -> Any:
    optional: dict[str, Any] = {"additionalProperties": st.booleans() if is_top else st.booleans() | inner}
    if not is_top:
        optional |= {"minProperties": _small, "maxProperties": _small}
    parts: Any = {"type": st.just("object"), "properties": st.dictionaries(_names, inner, max_size=4)}
    found: Any = st.fixed_dictionaries(parts, optional=optional)
    return found.flatmap(_with_required)


def _with_required(schema: dict[str, Any]) -> Any:
    properties: dict[str, Any] = schema["properties"]
    names = st.sets(st.sampled_from(sorted(properties) or ["a"]))
    return names.map(lambda some: {**schema, "required": sorted(some & properties.keys())})


def _values() -> Any:
    leaves = (
        st.none()
        | st.booleans()
        | st.integers(-4, 4)
        | st.sampled_from([0.5, 1.0, 2.0, -1.5, 0.3, 1e300])
        | st.text("abc", max_size=4)
    )
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3), max_leaves=5
    )


def fits(schema: Any, value: Any) -> bool:
    """The reference: what the specification says, keyword by keyword; objects are closed unless they say otherwise."""
    if schema is True or schema is False:
        return bool(schema)
    types: Any = schema.get("type", list(TYPES))
    if not any(_is(kind, value) for kind in ([types] if isinstance(types, str) else types)):
        return False
    if "enum" in schema and not any(_equal(value, option) for option in schema["enum"]):
        return False
    if "const" in schema and not _equal(value, schema["const"]):
        return False
    if "anyOf" in schema and not any(fits(variant, value) for variant in schema["anyOf"]):
        return False
    if isinstance(value, str):
        return _fits_text(schema, value)
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int | float):
        return _fits_number(schema, value)
    if isinstance(value, list):
        return _fits_array(schema, cast(list[Any], value))
    return _fits_object(schema, value)


def _is(kind: str, value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return {
        "string": isinstance(value, str),
        "integer": is_number and float(value).is_integer(),
        "number": is_number,
        "boolean": isinstance(value, bool),
        "null": value is None,
        "array": isinstance(value, list),
        "object": isinstance(value, dict),
    }[kind]


def _equal(value: Any, other: Any) -> bool:
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    if isinstance(value, list) and isinstance(other, list):
        left, right = cast(list[Any], value), cast(list[Any], other)
        return len(left) == len(right) and all(map(_equal, left, right))
    if isinstance(value, dict) and isinstance(other, dict):
        a, b = cast(dict[str, Any], value), cast(dict[str, Any], other)
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    return value == other


def _fits_text(schema: Any, value: str) -> bool:
    is_long = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
    return is_long and ("pattern" not in schema or re.search(schema["pattern"], value) is not None)


def _fits_number(schema: Any, value: Any) -> bool:
    return (
        value >= schema.get("minimum", value)
        and value <= schema.get("maximum", value)
        and ("exclusiveMinimum" not in schema or value > schema["exclusiveMinimum"])
        and ("exclusiveMaximum" not in schema or value < schema["exclusiveMaximum"])
        and (
            "multipleOf" not in schema or (Fraction(str(value)) / Fraction(str(schema["multipleOf"]))).denominator == 1
        )
    )


def _fits_array(schema: Any, value: list[Any]) -> bool:
    pairs = [(a, b) for i, a in enumerate(value) for b in value[i + 1 :]]
    return (
        schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
        and not (schema.get("uniqueItems") and any(_equal(a, b) for a, b in pairs))
        and all(fits(schema.get("items", True), entry) for entry in value)
    )


def _fits_object(schema: Any, value: dict[str, Any]) -> bool:
    properties = schema.get("properties", {})
    is_closed = "type" in schema or "properties" in schema
    rest = schema.get("additionalProperties", not is_closed)
    return (
        set(schema.get("required", [])) <= value.keys()
        and schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value))
        and all(fits(properties.get(key, rest), item) for key, item in value.items())
    )


def _takes(model: type[BaseModel], value: dict[str, Any]) -> bool:
    try:
        model.model_validate(value)
    except ValidationError:
        return False
    return True


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(_objects(_schemas(), is_top=True), st.data())
def test_the_model_takes_what_the_schema_takes(schema: dict[str, Any], data: st.DataObject) -> None:
    model = arguments_model("test", schema)
    names = st.sampled_from(sorted(schema["properties"]) or ["a"]) | _names
    for _ in range(5):
        value = data.draw(st.dictionaries(names, _values(), max_size=4))
        assert _takes(model, value) == fits(schema, value), (schema, value)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(_objects(_schemas(), is_top=True), st.dictionaries(_names, _values(), max_size=4))
def test_what_was_taken_comes_out_as_it_went_in(schema: dict[str, Any], value: dict[str, Any]) -> None:
    model = arguments_model("test", schema)
    assume(_takes(model, value))
    assert _equal(model.model_validate(value).model_dump(mode="json", exclude_unset=True), value)


@given(_objects(_schemas(), is_top=True))
def test_the_schema_comes_back_as_it_was_declared(schema: dict[str, Any]) -> None:
    model = arguments_model("test", schema)
    assert model.model_json_schema() == {"additionalProperties": False, **schema}
    assert {name for name, field in model.model_fields.items() if field.is_required()} == set(schema["required"])
    json.dumps(model.model_json_schema())


@pytest.mark.parametrize(
    ("schema", "place", "words"),
    [
        ({"properties": {"a": {"type": "text"}}}, ("properties", "a", "type"), "no type text"),
        ({"properties": {"a": {"type": "string", "maxlength": 3}}}, ("properties", "a", "maxlength"), "not known"),
        (
            {"properties": {"a": {"type": "string", "minimum": 3}}},
            ("properties", "a", "minimum"),
            "go with type string",
        ),
        ({"properties": {"a": {"type": "string", "maxLength": "3"}}}, ("properties", "a", "maxLength"), "whole number"),
        ({"properties": {"a": {"type": "string", "pattern": "(?=x)"}}}, ("properties", "a", "pattern"), "pattern"),
        ({"properties": {"a": {"type": "array", "items": 3}}}, ("properties", "a", "items"), "schema is"),
        ({"properties": {"a": {"$ref": "#/x"}}}, ("properties", "a", "$ref"), "not known"),
        ({"properties": {"a-b": {}}}, ("properties", "a-b"), "name"),
        ({"properties": {"model_dump": {}}}, ("properties", "model_dump"), "name"),
        ({"properties": {}, "required": ["a"]}, ("required",), "not among"),
        ({"type": "array"}, ("type",), "object"),
    ],
)
def test_a_wrong_schema_is_refused_at_its_place(schema: dict[str, Any], place: tuple[Any, ...], words: str) -> None:
    with pytest.raises(BadSchemaError, match=words) as caught:
        arguments_model("test", schema)
    assert caught.value.loc == place


def test_a_whole_number_with_a_point_is_read_as_a_whole_one() -> None:
    model = arguments_model("test", {"properties": {"n": {"type": "integer"}}})
    assert repr(model.model_validate({"n": 5.0}).model_dump()["n"]) == "5"
