"""The settings of a model connection: read, and stored once tried out."""

from typing import Any

from pydantic import ValidationError

from opsconsole.app.connections import MODEL
from opsconsole.app.session import Session
from opsconsole.brains.model import ModelConfig
from opsconsole.domain.errors import UserError
from opsconsole.engine.agents.validationtext import in_words
from opsconsole.engine.commands.connections import connect

KNOWN = {
    "ollama": "http://127.0.0.1:11434/v1",
    "llama.cpp": "http://127.0.0.1:8080/v1",
    "lmstudio": "http://127.0.0.1:1234/v1",
    "vllm": "http://127.0.0.1:8000/v1",
    "openai": "https://api.openai.com/v1",
}
"""Addresses by name."""


def config_of(facts: dict[str, Any]) -> ModelConfig:
    """Check settings.

    Raises:
        UserError: one does not fit; nothing was stored.
    """
    try:
        return ModelConfig.model_validate(facts)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UserError(f"{where}: {in_words(first)}. Nothing was stored.") from error


def store_model(session: Session, name: str, config: ModelConfig, *, trouble: str) -> None:
    """Put a model in use; `trouble` says what did not work."""
    body = config.model_dump(mode="json")
    health = ("trouble", trouble) if trouble else ("ok", f"{config.model} answers")
    session.write(
        lambda tx: connect(session.kernel, tx, name, kind=MODEL, config=body, actor=session.actor, health=health),
        name="connection.put",
    )
