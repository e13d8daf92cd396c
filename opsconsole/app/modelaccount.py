"""The settings of a model connection: read, and stored once tried out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import ValidationError

from opsconsole.app.connections import MODEL
from opsconsole.app.session import Session
from opsconsole.brains.model import ModelConfig
from opsconsole.brains.model.config import Entra
from opsconsole.domain.errors import UserError
from opsconsole.engine.agents.yamltext.validationtext import in_words
from opsconsole.engine.commands.connections import connect

KNOWN = {
    "ollama": "http://127.0.0.1:11434/v1",
    "llama.cpp": "http://127.0.0.1:8080/v1",
    "lmstudio": "http://127.0.0.1:1234/v1",
    "vllm": "http://127.0.0.1:8000/v1",
    "openai": "https://api.openai.com/v1",
}
"""Addresses by name."""


_AZURE_HOSTS = (".openai.azure.", ".cognitiveservices.azure.", ".services.ai.azure.")
_PUBLIC = ("https://login.microsoftonline.com", "https://cognitiveservices.azure.com/.default")
_CLOUDS = {
    "us": ("https://login.microsoftonline.us", "https://cognitiveservices.azure.us/.default"),
    "cn": ("https://login.partner.microsoftonline.cn", "https://cognitiveservices.azure.cn/.default"),
}
"""Other clouds, by the end of a resource's host: who gives tokens, and for what."""
_OF_AN_ADDRESS = ("key", "key_header", "query", "entra", "has_list")


@dataclass(frozen=True, slots=True)
class Azure:
    """What is said of a resource at Azure; all of it empty for any other endpoint."""

    deployment: str = ""
    version: str = ""
    """An api-version, for the older way that wants one."""
    tenant: str = ""
    """With `client`: Microsoft Entra ID signs in, instead of a key."""
    client: str = ""
    authority: str = ""
    """Who gives the tokens, where the resource's host does not tell."""


def addressed(known: Mapping[str, Any], *, url: str, model: str, azure: Azure) -> dict[str, Any]:
    """Return the settings of a model at an address.

    A key stays only with the address and the app registration that it was given for.

    Args:
        known: its settings so far; empty for a new one.
        url: its address; that of an Azure resource may be as its page shows it, `https://NAME.openai.azure.com`.
        model: its name there, at Azure the deployment's.
        azure: what else is said of a resource at Azure.

    Raises:
        UserError: only a part of what Microsoft Entra ID needs was said.
    """
    if azure.deployment or _is_resource(url):
        fresh = _resource(url, azure.deployment or model, azure.version)
    else:
        fresh = {"base_url": url, "model": model}
        if azure.version:
            fresh |= {"query": {"api-version": azure.version}, "key_header": "api-key"}
    is_moved = fresh["base_url"] != known.get("base_url")
    facts = {name: value for name, value in known.items() if not (is_moved and name in _OF_AN_ADDRESS)} | fresh
    if azure.tenant or azure.client or azure.authority:
        facts |= {"entra": _entra(url, azure), "key_header": "authorization"}
    if facts.get("entra") != known.get("entra"):
        facts.pop("key", None)
    return facts


def by_key_again(known: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model's settings without its app registration, whose secret is no key."""
    if not known.get("entra"):
        return dict(known)
    return {name: value for name, value in known.items() if name not in ("key", "entra")} | {"key_header": "api-key"}


def _is_resource(url: str) -> bool:
    parts = urlsplit(url)
    return any(part in (parts.hostname or "") for part in _AZURE_HOSTS) and parts.path in ("", "/")


def _resource(url: str, deployment: str, version: str) -> dict[str, Any]:
    root = url.rstrip("/").removesuffix("/openai/v1").removesuffix("/openai")
    facts: dict[str, Any] = {"model": deployment, "key_header": "api-key", "has_list": False, "entra": None}
    if version:
        name = quote(deployment, safe="")
        return {**facts, "base_url": f"{root}/openai/deployments/{name}", "query": {"api-version": version}}
    return {**facts, "base_url": f"{root}/openai/v1", "query": {}}


def _entra(url: str, azure: Azure) -> dict[str, Any]:
    if not azure.tenant or not azure.client:
        raise UserError("Microsoft Entra ID signs in with both: a tenant, and the client id of an app registration.")
    host = urlsplit(url).hostname or ""
    authority, scope = _CLOUDS.get(host.rpartition(".")[2] if ".azure." in host else "", _PUBLIC)
    said = {"tenant": azure.tenant, "client": azure.client, "authority": azure.authority or authority, "scope": scope}
    try:
        return Entra.model_validate(said).model_dump(mode="json")
    except ValidationError as error:
        raise _unfit(error) from error


def config_of(facts: dict[str, Any]) -> ModelConfig:
    """Check settings.

    Raises:
        UserError: one does not fit; nothing was stored.
    """
    try:
        return ModelConfig.model_validate(facts)
    except ValidationError as error:
        raise _unfit(error) from error


def _unfit(error: ValidationError) -> UserError:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return UserError(f"{where}: {in_words(first)}. Nothing was stored." if where else f"{in_words(first)}.")


def store_model(session: Session, name: str, config: ModelConfig, *, trouble: str) -> None:
    """Put a model in use; `trouble` says what did not work."""
    body = config.model_dump(mode="json")
    health = ("trouble", trouble) if trouble else ("ok", f"{config.model} answers")
    session.write(
        lambda tx: connect(session.kernel, tx, name, kind=MODEL, config=body, actor=session.actor, health=health),
        name="connection.put",
    )
