"""Canonical JSON (RFC 8785) and the digests made over it."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, cast

import rfc8785

type_json = Any


def canonical(value: type_json) -> bytes:
    """Give the RFC 8785 form of a JSON value.

    Raises:
        ValueError: a key is not text, or a number has no JSON form (NaN, integers beyond 2**53).
    """
    return rfc8785.dumps(value)


def digest(value: type_json) -> str:
    """Give SHA-256 over the canonical form, in hex (64 characters)."""
    return hashlib.sha256(canonical(value)).hexdigest()


def jsonable(value: object) -> type_json:
    """Give `value` with integers beyond 2**53 as text, tuples as lists and bytes as text."""
    if isinstance(value, bool) or value is None or isinstance(value, str | float):
        return value
    if isinstance(value, int):
        return value if abs(value) <= 2**53 - 1 else str(value)
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in cast(Mapping[object, object], value).items()}
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Sequence | set | frozenset):
        return [jsonable(item) for item in cast(Sequence[object], value)]
    return str(value)
