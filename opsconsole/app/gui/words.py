"""What is wrong with something that was typed, in words for the window."""

from pydantic import ValidationError

from opsconsole.engine.agents.yamltext.validationtext import in_words


def first_of(error: ValidationError) -> str:
    """Return the first thing that does not fit."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where + ': ' if where else ''}{in_words(first)}."
