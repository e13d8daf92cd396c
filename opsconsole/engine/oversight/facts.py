"""What pages are made of, as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any, cast


def facts_of(value: object) -> Any:
    """Return a value as JSON: dataclasses by their fields, moments as ISO 8601 says, sets of words by their words."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: facts_of(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): facts_of(item) for key, item in cast(Mapping[object, object], value).items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [facts_of(item) for item in cast(Sequence[object], value)]
    return value
