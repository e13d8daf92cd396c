"""connect webhook, connect http: put connections in use that a file declares."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from opsconsole.app.commands.options import Where
from opsconsole.app.declared import UNPROVEN, check_kind, check_port, listens_already, reach
from opsconsole.app.removal import note_named
from opsconsole.app.secretowners import check_keys
from opsconsole.app.session import Session, opened, secrets_of
from opsconsole.app.words import count, say
from opsconsole.connectors.http import HttpConfig
from opsconsole.connectors.http.actions import Action
from opsconsole.connectors.http.actions import secrets_of as needed_secrets
from opsconsole.connectors.webhook import WebhookConfig
from opsconsole.connectors.webhook.verify import Verifier
from opsconsole.domain.enums import Effect
from opsconsole.domain.errors import SecretMissingError, UserError
from opsconsole.engine.agents.file import load_spec
from opsconsole.engine.agents.yamltext.file import read_yaml
from opsconsole.engine.commands.connections import connect
from opsconsole.engine.ports.machine import Secrets
from opsconsole.store.queries import versions
from opsconsole.store.transaction import Transaction

File = Annotated[Path, typer.Argument(help="The connection's file (YAML).")]


def webhook(file: File, *, workspace: Where = None) -> None:
    """Take events that other systems POST here: JSON, forms or CloudEvents, one or a batch.

    `verify:` says how senders are known: standard_webhooks (also Svix), hmac (GitHub, Slack, Stripe …), bearer.

    An example to copy, with every part explained: resources/examples/leads-webhook.yaml.
    """
    config = read_yaml(file).into(WebhookConfig)
    with opened(workspace) as session:
        check_kind(session, config.connection, "webhook")
        found = _secrets(secrets_of(session.workspace), config.secrets)
        Verifier(config.verify, found, signing=config.hmac)
        is_ours = listens_already(session, config)
        if not is_ours:
            check_port(config)
        _store(session, config)
        say(f"{config.connection} takes events at http://{config.address}{config.path}, up to {config.largest_kb} KB.")
        say(_who(config))
        _say_agents(session, config.connection)


def http(file: File, *, workspace: Where = None) -> None:
    """Let agents use a REST system: the calls that the file declares.

    The file names keys, it holds none: `secrets set NAME` keeps one. Authorization: "Bearer {{ secret('NAME') }}", or
    "{{ basic('USER', 'NAME') }}" for a user and password, which writes the whole header; `token:` gets one by OAuth2.
    `check: /me` names a path that only who is signed in may read, so that a wrong key is told now.

    An example to copy, with every part explained: resources/examples/tickets-http.yaml.
    """
    config = read_yaml(file).into(HttpConfig)
    with opened(workspace) as session:
        check_kind(session, config.connection, "http")
        check_keys(session.kernel.reader, config)
        actions = [Action(config, config.connection, action) for action in config.actions]
        needed = sorted({secret[-1] for secret in needed_secrets(config)})
        kept = secrets_of(session.workspace)
        _secrets(kept, needed)
        is_proven = asyncio.run(reach(config, kept))
        _store(session, config)
        say(f"{config.connection} is connected: {config.base}")
        if not is_proven:
            say(UNPROVEN)
        for action in actions:
            say(f"  {action.type.name}: {_in_words(action)}")
        reads = [action.type.name for action in actions if action.is_read and not action.type.is_egress]
        if reads:
            host = urlsplit(config.base).hostname
            say(f"Reads send their arguments to {host}. If others own it, write `egress: true`; then you are asked.")
        example = actions[-1].type.name
        say(f"Agents can use them once their file names them: `autonomy: {{actions: {{{example}: 2}}}}`.")


def _secrets(secrets: Secrets, names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        try:
            found.append(secrets.get(name))
        except SecretMissingError as error:
            raise UserError(
                f"The secret {name} is not kept yet. Keep it with `opsconsole secrets set {name}`."
            ) from error
    return found


def _store(session: Session, config: WebhookConfig | HttpConfig) -> None:
    body = config.model_dump(mode="json")

    def job(tx: Transaction) -> None:
        note_named(tx, config.connection, now=session.kernel.clock.now())
        connect(session.kernel, tx, config.connection, kind=config.kind, config=body, actor=session.actor)

    session.write(job, name="connection.put")


def _who(config: WebhookConfig) -> str:
    if config.verify == "nobody":
        return "Nobody is verified: any program on this machine can send events."
    ways = {"standard_webhooks": "signs as Standard Webhooks says", "hmac": "signs as the file says"}
    how = ways.get(config.verify, "sends the bearer secret")
    written = "counts as written by a stranger" if not config.event.trusted else "counts as written by your own systems"
    return f"Whoever {how} is let in; what they send {written}."


def _in_words(action: Action) -> str:
    kind = action.type
    if kind.effect is Effect.READ:
        return f"{kind.title} (reads)"
    facts = [f"{kind.effect.value}, {kind.reversibility.value}"]
    if kind.is_idempotent:
        facts.append("a repeat does nothing new")
    elif kind.is_findable:
        facts.append("can be looked for after a broken call")
    else:
        facts.append("after a broken call you are asked what happened")
    return f"{kind.title} ({'; '.join(facts)})"


def _say_agents(session: Session, name: str) -> None:
    conn = session.kernel.reader
    rows = [row for number in versions.current_version_ids(conn) if (row := versions.version(conn, number)) is not None]
    specs = [load_spec(row.spec) for row in rows]
    agents = [
        spec.agent for spec in specs if any(subscription.connection in ("*", name) for subscription in spec.subscribes)
    ]
    if agents:
        say(f"{count(len(agents), 'agent')} may work its events: {', '.join(agents)}.")
    else:
        say(f"No agent works its events yet: write `subscribes: [{{connection: {name}, kinds: [...]}}]` in one.")
