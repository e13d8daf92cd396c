"""Arguments by JSON schema: the part of it that tools use, checked as the specification says.

Two things differ from the specification: what is not named in `properties` is refused unless the schema allows it, and
a keyword that is not known here is an error, since a misspelt limit would be none.
"""

import copy
import warnings
from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, cast

from pydantic import BaseModel, ConfigDict, PlainValidator, create_model

from opsconsole.connectors.http.limits import (
    NUMBERS,
    BadSchemaError,
    Loc,
    Reader,
    choice,
    equality_key,
    integer_reader,
    number_reader,
    same,
    string_reader,
)

_NOTES = frozenset({"title", "description", "default", "examples", "format", "deprecated"})
_LIMITS: Mapping[str, frozenset[str]] = {
    "string": frozenset({"minLength", "maxLength", "pattern"}),
    "number": NUMBERS,
    "integer": NUMBERS,
    "array": frozenset({"items", "minItems", "maxItems", "uniqueItems"}),
    "object": frozenset({"properties", "required", "additionalProperties", "minProperties", "maxProperties"}),
    "boolean": frozenset(),
    "null": frozenset(),
}
_COUNTS = frozenset({"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"})


class Declared(BaseModel):
    """Arguments of one declared action."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())
    declared: ClassVar[Mapping[str, Any]] = {}

    @classmethod
    def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
        """Return the schema as it was declared."""
        return copy.deepcopy(dict(cls.declared))


def arguments_model(name: str, schema: Mapping[str, Any]) -> type[BaseModel]:
    """Make the model of an action's arguments.

    Raises:
        BadSchemaError: the schema is wrong, or asks for what is not supported here.
    """
    if schema.get("type", "object") != "object":
        raise BadSchemaError("arguments are an object: `type: object` with `properties:`", ("type",))
    _refuse_unknown({**schema, "type": "object"}, ["object"], ())
    rest = schema.get("additionalProperties", False)
    if not isinstance(rest, bool):
        raise BadSchemaError("the arguments themselves take true or false here", ("additionalProperties",))
    for word in ("minProperties", "maxProperties", "enum", "const", "anyOf"):
        if word in schema:
            raise BadSchemaError("is not taken for the arguments as a whole", (word,))
    properties, required = _members(schema, ())
    fields: dict[str, Any] = {}
    for key, inner in properties.items():
        if not key.isidentifier() or key.startswith(("_", "model_")) or key == "declared":
            raise BadSchemaError("an argument's name is letters, digits and _", ("properties", key))
        annotation = Annotated[Any, PlainValidator(reader_of(inner, ("properties", key)))]
        fields[key] = (annotation, ... if key in required else None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # an argument called `copy` hides a method that nobody calls
        model = create_model(name, __base__=Declared, **fields)
    if rest:
        model.model_config["extra"] = "allow"
        model.model_rebuild(force=True)
    model.declared = {**copy.deepcopy(dict(schema)), "type": "object", "additionalProperties": rest}
    return model


def reader_of(schema: Any, loc: Loc = ()) -> Reader:
    """Compile a schema.

    Raises:
        BadSchemaError: see `arguments_model`.
    """
    if schema is True:
        return lambda value: value
    if not isinstance(schema, Mapping):
        raise BadSchemaError("a schema is names with values, such as `type: string`", loc)
    facts = cast(Mapping[str, Any], schema)
    types = _types(facts, loc)
    _refuse_unknown(facts, types, loc)
    checks = [choice(facts, word, loc) for word in ("enum", "const") if word in facts]
    if "anyOf" in facts:
        checks.append(_any_of(facts["anyOf"], (*loc, "anyOf")))
    readers = {kind: _READERS[kind](facts, loc) for kind in types or _LIMITS if kind != "integer" or types}

    def read(value: Any) -> Any:
        kind = _kind_of(value, readers)
        if kind is None:
            raise ValueError(f"should be {' or '.join(types)}")
        value = readers[kind](value)
        for check in checks:
            value = check(value)
        return value

    return read


def _types(facts: Mapping[str, Any], loc: Loc) -> list[str]:
    """Return the declared types; none where any is allowed."""
    given = facts.get("type", [])
    types = [str(name) for name in (cast(list[Any], given) if isinstance(given, list) else [given])]
    if unknown := [kind for kind in types if kind not in _LIMITS]:
        raise BadSchemaError(f"there is no type {unknown[0]}; there are {', '.join(_LIMITS)}", (*loc, "type"))
    return types


def _refuse_unknown(facts: Mapping[str, Any], types: list[str], loc: Loc) -> None:
    limits = frozenset[str]().union(*(_LIMITS[kind] for kind in types or _LIMITS))
    for word, value in facts.items():
        if word not in limits | _NOTES | {"type", "enum", "const", "anyOf"}:
            known = any(word in some for some in _LIMITS.values())
            text = f"does not go with type {' or '.join(types)}" if known else "is not known here"
            raise BadSchemaError(f"{word} {text}", (*loc, word))
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if word in _COUNTS and not (isinstance(value, int) and is_number and value >= 0):
            raise BadSchemaError(f"{word} should be a whole number from 0", (*loc, word))
        if word in NUMBERS and not (is_number and (word != "multipleOf" or value > 0)):
            raise BadSchemaError(f"{word} should be a number", (*loc, word))


def _kind_of(value: Any, among: Mapping[str, Any]) -> str | None:
    if value is None or isinstance(value, bool):
        kind = "null" if value is None else "boolean"
        return kind if kind in among else None
    if isinstance(value, int | float):
        is_whole = isinstance(value, int) or value.is_integer()
        return "integer" if is_whole and "integer" in among else "number" if "number" in among else None
    kind = "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"
    return kind if kind in among and (kind != "object" or isinstance(value, Mapping)) else None


def _array(facts: Mapping[str, Any], loc: Loc) -> Reader:
    read_item = reader_of(facts.get("items", True), (*loc, "items"))
    least, most, is_set = facts.get("minItems", 0), facts.get("maxItems"), bool(facts.get("uniqueItems"))

    def read(value: list[Any]) -> list[Any]:
        if len(value) < least or (most is not None and len(value) > most):
            raise ValueError(f"should have {_between(least, most)} items")
        if is_set and len({equality_key(entry) for entry in value}) != len(value):
            raise ValueError("should hold nothing twice")
        return [_inside(read_item, item, f"[{index}]") for index, item in enumerate(value)]

    return read


def _members(facts: Mapping[str, Any], loc: Loc) -> tuple[Mapping[str, Any], frozenset[str]]:
    properties, required = facts.get("properties", {}), facts.get("required", [])
    if not isinstance(properties, Mapping):
        raise BadSchemaError("should be names with schemas", (*loc, "properties"))
    if not isinstance(required, list) or not all(isinstance(name, str) for name in cast(list[Any], required)):
        raise BadSchemaError("should be a list of names", (*loc, "required"))
    names = frozenset(cast(list[str], required))
    if "additionalProperties" not in facts and (lost := sorted(names - set(cast(Mapping[str, Any], properties)))):
        raise BadSchemaError(f"{lost[0]} is required, but not among the properties", (*loc, "required"))
    return cast(Mapping[str, Any], properties), names


def _object(facts: Mapping[str, Any], loc: Loc) -> Reader:
    properties, required = _members(facts, loc)
    readers = {key: reader_of(inner, (*loc, "properties", key)) for key, inner in properties.items()}
    is_shaped = "type" in facts or "properties" in facts
    rest = facts.get("additionalProperties", not is_shaped)
    read_rest = None if rest is False else reader_of(rest, (*loc, "additionalProperties"))
    least, most = facts.get("minProperties", 0), facts.get("maxProperties")

    def read(value: Mapping[str, Any]) -> dict[str, Any]:
        if missing := sorted(required - value.keys()):
            raise ValueError(f"{missing[0]} is missing")
        if len(value) < least or (most is not None and len(value) > most):
            raise ValueError(f"should have {_between(least, most)} entries")
        found: dict[str, Any] = {}
        for key, item in value.items():
            reader = readers.get(key, read_rest)
            if reader is None:
                raise ValueError(f"{key[:80]} is not taken here")
            found[key] = _inside(reader, item, f".{key[:80]}")
        return found

    return read


_READERS: Mapping[str, Callable[[Mapping[str, Any], Loc], Reader]] = {
    "string": string_reader,
    "number": number_reader,
    "integer": integer_reader,
    "array": _array,
    "object": _object,
    "boolean": lambda facts, loc: same,
    "null": lambda facts, loc: same,
}


def _any_of(schemas: Any, loc: Loc) -> Reader:
    if not isinstance(schemas, list) or not schemas:
        raise BadSchemaError("should be a list of schemas", loc)
    readers = [reader_of(schema, (*loc, index)) for index, schema in enumerate(cast(list[Any], schemas))]

    def read(value: Any) -> Any:
        problems: list[str] = []
        for reader in readers:
            try:
                return reader(value)
            except ValueError as error:
                problems.append(str(error))
        raise ValueError(" or ".join(dict.fromkeys(problems)))

    return read


def _inside(reader: Reader, value: Any, where: str) -> Any:
    try:
        return reader(value)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error


def _between(least: int, most: int | None) -> str:
    return f"at least {least}" if most is None else f"{least} to {most}"
