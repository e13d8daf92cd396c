"""What was typed wrongly on the command line, said in words."""

from datetime import UTC, datetime
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from opsconsole.engine.agents.yamltext.validationtext import in_words


class GoneError(Exception):
    """Whoever read the output has gone away."""


class PlainGroup(TyperGroup):
    """All commands. A value that does not fit is told as it is in files, and not as a checker would."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was typed."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            if isinstance(cause := error.__cause__, ValidationError):
                error.message = in_words(cause.errors(include_url=False)[0])
            raise
        except BrokenPipeError as error:
            # Whoever read it has enough, which is no fault: the program around this one would make exit code 1 of it.
            raise GoneError from error


def day(text: str) -> datetime:
    """Read a date as people type it; the start of that day in UTC.

    Raises:
        BadParameter: it is none.
    """
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no date; write it like 2026-03-31") from error
