"""What every file of a person is written in: names, times of day, and models that take no key they do not know."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

SLUG = r"^[a-z][a-z0-9_-]{0,47}$"
TOOL = r"^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_]*)+$"
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
Slug = Annotated[str, Field(pattern=SLUG)]
ToolName = Annotated[str, Field(pattern=TOOL)]
Clock = Annotated[str, Field(pattern=CLOCK)]


class MisplacedError(ValueError):
    """A value that does not fit another one; `loc` is its place in the file."""

    def __init__(self, message: str, loc: tuple[int | str, ...]) -> None:
        super().__init__(message)
        self.loc = loc


class Frozen(BaseModel):
    """Immutable, and strict about names: a misspelt key is an error, not a silent nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)
