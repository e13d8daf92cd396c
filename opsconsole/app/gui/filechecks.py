"""A REST system or a webhook that a form of the window describes, tried out and stored where it works."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from opsconsole.app import declared, removal
from opsconsole.app.gui import tried
from opsconsole.app.gui.words import first_of
from opsconsole.app.secretaudit import audit_secret
from opsconsole.app.secretowners import check_keys
from opsconsole.app.secretstore.names import in_config
from opsconsole.app.secretstore.pending import PendingSecrets
from opsconsole.app.session import Session
from opsconsole.connectors.http import HttpConfig
from opsconsole.connectors.http.actions import Action, secrets_of
from opsconsole.connectors.webhook import WebhookConfig
from opsconsole.connectors.webhook.verify import Verifier
from opsconsole.domain.errors import OpsError, UserError
from opsconsole.engine.agents.yamltext.file import YamlDocument, read_yaml
from opsconsole.engine.commands.connections import connect
from opsconsole.store.transaction import Transaction
from opsconsole.ui.drafts import RestDraft, WebhookDraft
from opsconsole.ui.panels.connections.known import known_webhook
from opsconsole.ui.tools import CheckStep, ConnectionCheck

_TELLS = Callable[[CheckStep], None]
_Config = TypeVar("_Config", HttpConfig, WebhookConfig)


class _Trial:
    """Steps as they are told; the first that fails ends it."""

    def __init__(self, tell: _TELLS) -> None:
        self.steps: list[CheckStep] = []
        self._tell = tell

    def add(self, name: str, text: str, *, is_ok: bool = True) -> None:
        self.steps.append(CheckStep(name, is_ok, text))
        self._tell(self.steps[-1])

    def note(self, session: Session, config: HttpConfig | WebhookConfig, secrets: PendingSecrets) -> None:
        """Keep what was found, where it is of the connection in use."""
        tried.note(session, config.connection, config, secrets, steps=self.steps, works="tried out")

    def failed(self) -> ConnectionCheck:
        return ConnectionCheck(tuple(self.steps), False, "Mend what is marked, then try again.")

    def ended(self, *, is_kept: bool, text: str) -> ConnectionCheck:
        return ConnectionCheck(tuple(self.steps), is_kept, text if is_kept else "Everything works.")


async def check_rest(
    session: Session, secrets: PendingSecrets, draft: RestDraft, tell: _TELLS, *, is_kept: bool
) -> ConnectionCheck:
    """Try a REST system out, and store it where it answers and `is_kept`.

    Raises:
        UserError: the file does not fit, or a key is missing.
        KeyringError: there is no place for its key.
    """
    trial = _Trial(tell)
    config = _rest(draft, declared.stored(session, draft.changes))
    declared.check_kind(session, config.connection, "http")
    check_keys(session.kernel.reader, config)
    actions = [Action(config, config.connection, action) for action in config.actions]
    is_new = declared.stored(session, config.connection) is None
    what = ", ".join(action.type.title for action in actions)
    trial.add("File", f"{config.connection}: {what}" if is_new else f"{config.connection}, as it shall be now: {what}")
    _take_keys(secrets, sorted({*in_config(config.model_dump(mode="json"))}), (draft.key, draft.key2))
    trial.add("Key", "is there" if secrets_of(config) else "none is needed")
    try:
        is_proven = await declared.reach(config, secrets)
    except UserError as error:
        trial.add("Reachable", f"{config.base} answers")
        trial.add("Signs in", str(error).removesuffix(declared.NOT_STORED), is_ok=False)
        trial.note(session, config, secrets)
        return trial.failed()
    except OpsError as error:
        trial.add("Reachable", str(error).removesuffix(declared.NOT_STORED), is_ok=False)
        trial.note(session, config, secrets)
        return trial.failed()
    trial.add("Reachable", f"{config.base} answers")
    if secrets_of(config):
        trial.add("Signs in", "the key is taken" if is_proven else "its first call shows whether the key is right")
    trial.note(session, config, secrets)
    if is_kept:
        _keep(session, secrets, config, health=f"{config.base} answers")
    return trial.ended(is_kept=is_kept, text=f"{config.connection} is connected.")


def _rest(draft: RestDraft, stored: Mapping[str, Any] | None) -> HttpConfig:
    """Return what a file describes; without one, what is stored with what the person changed."""
    if draft.file:
        name = draft.changes if stored is not None else ""
        return _read(draft.file, {"connection": name, "base": draft.base}).into(HttpConfig)
    if stored is None:
        raise UserError("Choose the file that describes it.")
    return _valid(HttpConfig, {**stored, "base": draft.base or stored["base"]})


def base_of(file: str) -> str:
    """Return the address that a REST system's file says; empty where it says none, or cannot be read."""
    try:
        value: object = read_yaml(Path(file).expanduser()).value
    except OpsError:
        return ""
    return str(cast("dict[str, Any]", value).get("base") or "") if isinstance(value, dict) else ""


async def check_webhook(
    session: Session, secrets: PendingSecrets, draft: WebhookDraft, tell: _TELLS, *, is_kept: bool
) -> ConnectionCheck:
    """Try out whether a webhook can be listened for, and store it where it can and `is_kept`.

    Raises:
        UserError: what was typed does not fit, or the secret is missing.
        KeyringError: there is no place for its secret.
    """
    trial, config = _Trial(tell), _webhook(draft, declared.stored(session, draft.changes))
    declared.check_kind(session, config.connection, "webhook")
    if not draft.file:  # a file says by its name what it describes, and takes the place of its earlier form
        declared.check_free(session, config.connection, changes=draft.changes)
    trial.add("Settings", f"events of {config.connection} come to {config.address}{config.path}")
    _take_keys(secrets, config.secrets, (draft.secret,))
    if config.secrets:
        try:
            found = [await asyncio.to_thread(secrets.get, name) for name in config.secrets]
            Verifier(config.verify, found, signing=config.hmac)
        except UserError as error:
            trial.add("Secret", str(error), is_ok=False)
            trial.note(session, config, secrets)
            return trial.failed()
    trial.add("Secret", "is there" if config.secrets else "none: only programs on this computer can send")
    try:
        if not declared.listens_already(session, config):
            declared.check_port(config)
    except OpsError as error:
        trial.add("Port", str(error), is_ok=False)
        trial.note(session, config, secrets)
        return trial.failed()
    trial.add("Port", f"{config.address.port} is free, or listened at by opsconsole")
    trial.note(session, config, secrets)
    if is_kept:
        _keep(session, secrets, config, health="waits for the first event")
    text = f"{config.connection} is connected. Others send to http://{config.address}{config.path}"
    return trial.ended(is_kept=is_kept, text=text)


def _changed(draft: WebhookDraft, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored webhook with what the person changed: what the form cannot show stays as it is."""
    shown = known_webhook(draft.changes, stored)
    typed = {name: str(getattr(draft, name)) for name in shown}
    new = {name: value for name, value in typed.items() if value and value != shown[name]}
    event = {**stored["event"], **{name: _slot(new[name]) for name in ("id", "title", "text", "sender") if name in new}}
    facts: dict[str, Any] = {
        **stored,
        "event": event,
        **{name: new[name] for name in ("path", "verify") if name in new},
    }
    facts["connection"] = draft.name or draft.changes
    if "port" in new:
        facts["listen"] = f"{str(stored['listen']).rpartition(':')[0]}:{new['port']}"
    if facts["verify"] != "nobody" and not facts.get("secret"):
        facts["secret"] = f"webhook-{facts['connection']}"
    return facts


def _webhook(draft: WebhookDraft, stored: Mapping[str, Any] | None) -> WebhookConfig:
    if draft.file:
        return _read(draft.file, _said(draft)).into(WebhookConfig)
    if stored is not None:
        return _valid(WebhookConfig, _changed(draft, stored))
    if not draft.name:
        raise UserError("Give it a name, or a file with its description.")
    if not draft.id and draft.verify != "standard_webhooks":  # only those send a header that tells it
        raise UserError(
            "Say what tells one event from another: how the part is called that holds its number, like id. Or give a"
            " file with the description."
        )
    number = _slot(draft.id) or "{{ header['webhook-id'] }}"
    event = {
        "id": number,
        "kind": f"{draft.name.replace('-', '_')}.received",
        "subject": f"{draft.name}:{number}",
        **{name: _slot(getattr(draft, name)) for name in ("title", "text", "sender")},
    }
    facts: dict[str, Any] = {"connection": draft.name, "kind": "webhook", "event": event}
    facts |= {"path": f"/hooks/{draft.name}", "verify": "bearer"} | _said(draft)
    if facts["verify"] != "nobody":
        facts["secret"] = f"webhook-{draft.name}"
    return _valid(WebhookConfig, facts)


def _valid(kind: type[_Config], facts: Mapping[str, Any]) -> _Config:
    try:
        return kind.model_validate(facts)
    except ValidationError as error:
        raise UserError(first_of(error)) from error


def _read(file: str, instead: Mapping[str, str]) -> YamlDocument:
    """Read a file; what was typed besides takes the place of what it says."""
    document = read_yaml(Path(file).expanduser())
    if isinstance(document.value, dict):
        said = {name: value for name, value in instead.items() if value}
        document.value = {**cast("dict[str, Any]", document.value), **said}
    return document


def _said(draft: WebhookDraft) -> dict[str, str]:
    said = {"connection": draft.name, "path": draft.path, "verify": draft.verify}
    if draft.port:
        said["listen"] = f"127.0.0.1:{draft.port}"
    return {name: value for name, value in said.items() if value}


def _slot(name: str) -> str:
    """Return a mapping's text for a field of the JSON, as `customer.email`."""
    return f"{{{{ body.{name} }}}}" if name else ""


def _take_keys(secrets: PendingSecrets, names: Sequence[str], given: Sequence[str]) -> None:
    typed = [value for value in given if value]
    if len(typed) > len(names):
        raise UserError("The file names no such key; leave the field empty.")
    missing = [name for name in names if not secrets.has(name)]
    # Where all are there, a field changes the secret of its own place: the second alone is not the first.
    wanted = zip(missing, typed, strict=False) if len(missing) >= len(typed) else zip(names, given, strict=False)
    for name, value in wanted:
        if not value:
            continue
        secrets.need_place(name)
        secrets.put(name, value.strip())
    if still := [name for name in names if not secrets.has(name)]:
        raise UserError(f"Type in the key that is missing; the file calls it {' and '.join(still)}.")


def _keep(session: Session, secrets: PendingSecrets, config: HttpConfig | WebhookConfig, *, health: str) -> None:
    for secret in secrets.keep():
        audit_secret(session, "secret.stored", name=secret, is_kept=True)
    body, said = config.model_dump(mode="json"), ("ok", health)

    def job(tx: Transaction) -> None:
        removal.note_named(tx, config.connection, now=session.kernel.clock.now())
        connect(session.kernel, tx, config.connection, kind=config.kind, config=body, actor=session.actor, health=said)

    session.write(job, name="connection.put")
