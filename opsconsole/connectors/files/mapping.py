"""What a person corrects of how a table is read: a small file beside the export."""

import codecs
from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from opsconsole.connectors.files.cells.dates import DateLook
from opsconsole.connectors.files.cells.zones import zone_of
from opsconsole.connectors.files.columns import SPELLINGS, Layout, layout_as, layout_of
from opsconsole.connectors.files.record import RecordKind
from opsconsole.domain.errors import FileFormatError
from opsconsole.domain.priority import Priority
from opsconsole.engine.agents.yamltext.file import read_yaml

_ORDERS = {"day first": True, "month first": False}
LEFT_OUT = "leave out"


class TableMapping(BaseModel):
    """Corrections of a table; what is not said stays as it was understood."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: RecordKind | None = None
    """What its rows are."""
    columns: dict[str, str] = Field(default_factory=dict[str, str])
    """Column → our field; `leave out` for a column that is none."""
    dates: str = ""
    """`day first`, `month first`, or a pattern like `%d.%m.%Y %H:%M`."""
    zone: str = ""
    """Of times that say none: `Europe/Berlin`, `+01:00`."""
    encoding: str = ""
    separator: str = Field(default="", max_length=1)
    priorities: dict[str, Priority] = Field(default_factory=dict[str, Priority])
    """A priority as it stands there → low, normal, high or urgent."""

    @field_validator("dates")
    @classmethod
    def _date_look(cls, said: str) -> str:
        if said and said not in _ORDERS and "%" not in said:
            raise ValueError("say `day first`, `month first`, or a pattern like `%d.%m.%Y %H:%M`")
        return said

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, said: str) -> str:
        if said and zone_of(said) is None:
            raise ValueError(f"{said!r} is no zone; say it like Europe/Berlin or +01:00")
        return said

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, said: str) -> str:
        try:
            "".encode(said or "utf-8")
            codecs.lookup(said or "utf-8")
        except (LookupError, ValueError):
            raise ValueError(f"{said!r} is no encoding of text; say utf-8, cp1252, mac-roman …") from None
        return said

    @property
    def is_day_first(self) -> bool | None:
        """The order of day and month, where it is said."""
        return _ORDERS.get(self.dates)

    @property
    def tzinfo(self) -> tzinfo:
        """The zone of times that say none."""
        return (zone_of(self.zone) if self.zone else None) or UTC

    def look(self, habit: bool | None) -> DateLook:
        """Return how dates are read; `habit` is what the table itself shows of the order of day and month."""
        pattern = self.dates if "%" in self.dates else ""
        return DateLook(habit if self.is_day_first is None else self.is_day_first, self.tzinfo, pattern)

    def said_priorities(self) -> Mapping[str, str]:
        """Return what priorities mean, by their word in lower case."""
        return {word.casefold(): ours for word, ours in self.priorities.items()}

    def with_columns(self, columns: Mapping[str, str], kind: RecordKind | None) -> "TableMapping":
        """Return it with what a person said of single columns besides; that holds before what it says itself."""
        said = {_bare(name) for name in columns}
        kept = {name: field for name, field in self.columns.items() if _bare(name) not in said}
        return self.model_copy(update={"columns": {**kept, **columns}, "kind": kind or self.kind})

    def layout(self, headers: Sequence[str], path: Path) -> Layout | None:
        """Return what a table holds, with these corrections; None where it cannot be told.

        Raises:
            FileFormatError: a column is not there, or a field is none of its kind.
        """
        if not self.columns:
            return layout_of(headers, file_name=path.name) if self.kind is None else layout_as(self.kind, headers)
        meant = {_bare(name): field for name, field in self.columns.items()}
        lost = [name for name in self.columns if _bare(name) not in map(_bare, headers)]
        if lost:
            return None
        # The spelling of a field stands in for the header that a person said it is.
        spelt = [meant[_bare(header)].replace("_", " ") if _bare(header) in meant else header for header in headers]
        base = layout_as(self.kind, headers) if self.kind else layout_of(spelt, file_name=path.name)
        if base is None:
            base = layout_of(headers, file_name=path.name)
        if base is None:
            return None
        return Layout(base.kind, self._corrected(layout_as(base.kind, headers), headers, path))

    def _corrected(self, base: Layout, headers: Sequence[str], path: Path) -> dict[str, int]:
        bare = [_bare(header) for header in headers]
        places = {name: bare.index(_bare(name)) for name in self.columns}
        columns = {field: place for field, place in base.columns.items() if place not in places.values()}
        for name, field in self.columns.items():
            if field in ("", LEFT_OUT):
                continue
            if field not in SPELLINGS[base.kind]:
                there = ", ".join(SPELLINGS[base.kind])
                raise FileFormatError(
                    f"the mapping says that the column {name!r} is {field!r}, and a {base.kind} has no such field;"
                    f" it has {there}",
                    path=str(path),
                )
            columns[field] = places[name]
        return columns

    def missing(self, headers: Sequence[str]) -> list[str]:
        """Return the columns that it names and the table does not have."""
        return [name for name in self.columns if _bare(name) not in map(_bare, headers)]


def read_mapping(path: Path) -> TableMapping:
    """Read a mapping file (YAML).

    Raises:
        FileFormatError: it is not as it should be, with the line.
    """
    return read_yaml(path).into(TableMapping)


def can_be_named(headers: Sequence[str]) -> list[bool]:
    """Tell of each column whether a mapping can name it: it has a name, and none before it has the same."""
    bare = [_bare(header) for header in headers]
    return [bool(name) and bare.index(name) == place for place, name in enumerate(bare)]


def _bare(header: str) -> str:
    return " ".join(header.casefold().split())
