"""connect model: point agents at a language model, and try it out first."""

import asyncio
import difflib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from opsconsole.app import declared
from opsconsole.app.commands.options import DAY_S, MOST_MONEY, AsJson, Where
from opsconsole.app.commands.secrets import ask_value, read_value
from opsconsole.app.connections import MODEL
from opsconsole.app.modelaccount import KNOWN, Azure, addressed, config_of, store_model
from opsconsole.app.plainerrors import LAST
from opsconsole.app.secretstore.names import variable
from opsconsole.app.secretstore.pending import PendingSecrets
from opsconsole.app.session import Session, opened, secrets_of
from opsconsole.app.words import plain, say, say_json
from opsconsole.brains.model import Endpoint, ModelConfig
from opsconsole.brains.model.check import CheckStep, check
from opsconsole.domain.errors import UserError
from opsconsole.engine.agents.file import load_spec
from opsconsole.net.client import HttpClient
from opsconsole.store.queries import versions


def model(
    name: Annotated[str, typer.Argument(help="What agents call it; `main` where they name none.")] = "main",
    *,
    url: Annotated[str, typer.Option(help=f"Address up to /v1, or one of {', '.join(KNOWN)}.")] = "",
    model_name: Annotated[str, typer.Option("--model", help="The model's name at that address.")] = "",
    key_stdin: Annotated[bool, typer.Option("--key-stdin", help="Read the key from standard input.")] = False,
    key: Annotated[str, typer.Option("--key-secret", help="Name of a secret that is the key already.")] = "",
    no_key: Annotated[bool, typer.Option("--no-key", help="The endpoint wants none.")] = False,
    azure: Annotated[str, typer.Option("--azure-deployment", help="Azure: deployment; --url is its resource.")] = "",
    azure_version: Annotated[str, typer.Option(help="Azure: the api-version; the key goes into its own header.")] = "",
    tenant: Annotated[str, typer.Option("--azure-tenant", help="Microsoft Entra ID instead of a key: tenant.")] = "",
    client: Annotated[str, typer.Option("--azure-client", help="Client id of the app registration there.")] = "",
    authority: Annotated[str, typer.Option("--azure-authority", help="Who gives its tokens, in another cloud.")] = "",
    stream: Annotated[bool, typer.Option(help="Ask for answers in a stream.")] = False,
    price_in: Annotated[float, typer.Option(min=0, max=MOST_MONEY, help="Money for a million tokens read.")] = 0.0,
    price_out: Annotated[float, typer.Option(min=0, max=MOST_MONEY, help="Money for a million tokens written.")] = 0.0,
    price_cached: Annotated[
        float | None, typer.Option(min=0, max=MOST_MONEY, help="For a million read from its cache.")
    ] = None,
    context: Annotated[int, typer.Option(min=0, max=LAST, help="Tokens that fit in one question, if you know.")] = 0,
    at_once: Annotated[int | None, typer.Option(min=1, max=1000, help="Most questions at once (32).")] = None,
    timeout_s: Annotated[
        float | None, typer.Option("--timeout", min=0, max=DAY_S, help="Seconds for an answer (120).")
    ] = None,
    ca_file: Annotated[Path | None, typer.Option(help="Certificate authority of your own server.")] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Store it though a step failed.")] = False,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Connect a language model: any OpenAI-compatible endpoint. It is tried out first, step by step."""
    given: dict[str, Any] = {
        "stream": stream or None,
        "at_once": at_once,
        "timeout_s": timeout_s,
        "context_tokens": context or None,
        "ca_file": str(ca_file.resolve()) if ca_file else None,
        "prices": {"read": price_in, "written": price_out, "cached": price_cached} if price_in or price_out else None,
    }
    with opened(workspace, is_mending=True) as session:
        known = declared.earlier(session, name, MODEL)
        address = _address(url or known.get("base_url", ""))
        called = azure or model_name or known.get("model") or _ask("The model's name there", "--model")
        said = Azure(azure, azure_version, tenant, client, authority)
        facts = addressed(known, url=address, model=called, azure=said)
        facts |= {option: value for option, value in given.items() if value is not None}
        secrets = PendingSecrets(secrets_of(session.workspace))
        config = _with_key(secrets, name, facts, secret=key, is_piped=key_stdin, is_none=no_key)
        steps = asyncio.run(_try(name, config, secrets, as_json=as_json))
        is_good = all(step.is_ok or not step.is_needed for step in steps)
        if is_good or anyway:
            secrets.keep()
            trouble = next((step.words for step in steps if not step.is_ok and step.is_needed), "")
            store_model(session, name, config, trouble=trouble)
        _end(session, name, steps, is_good=is_good, is_stored=is_good or anyway, as_json=as_json)
    if not is_good:
        raise typer.Exit(1)


def _with_key(
    secrets: PendingSecrets, name: str, facts: dict[str, Any], *, secret: str, is_piped: bool, is_none: bool
) -> ModelConfig:
    """Settle which secret is the key. One that was typed or piped in is kept for good once it has worked."""
    own = f"model-{name}"
    if secret or is_none:
        return config_of({**facts, "key": secret or None})
    if not is_piped and ("key" in facts or not _wants_key(facts)):
        return config_of(facts)
    config = config_of({**facts, "key": own})
    what = "The key" if config.entra is None else "The client secret of the app registration"
    if is_piped:
        secrets.need_place(own)
        secrets.put(own, read_value())
    elif not os.environ.get(variable(own)):
        if not sys.stdin.isatty():
            raise UserError("In a script, say --key-stdin (and pipe the key in), --key-secret NAME, or --no-key.")
        secrets.need_place(own)
        secrets.put(own, ask_value(what))
    return config


def _address(said: str) -> str:
    if not said:
        said = _ask(f"Address of the endpoint (or one of {', '.join(KNOWN)})", "--url")
    address = KNOWN.get(said.strip().lower(), said.strip()).removesuffix("/chat/completions")
    if "://" not in address:
        close = difflib.get_close_matches(address.lower(), KNOWN, n=1)
        hint = f"Did you mean {close[0]}?" if close else "Write it like https://api.example.com/v1."
        raise UserError(f"{said!r} is neither an address nor one of {', '.join(KNOWN)}. {hint}")
    return address


def _ask(question: str, option: str) -> str:
    if not sys.stdin.isatty():
        raise UserError(f"In a script, say {option}. `opsconsole connect model --help` shows all of them.")
    return typer.prompt(question).strip()


def _wants_key(facts: Mapping[str, Any]) -> bool:
    """A server on this machine rarely wants a key; any other does, and an app registration its secret."""
    return facts["base_url"].startswith("https://") or bool(facts.get("entra"))


async def _try(name: str, config: ModelConfig, secrets: PendingSecrets, *, as_json: bool) -> list[CheckStep]:
    http = HttpClient(ca_file=config.ca_file)
    endpoint = Endpoint(name, config, secrets=secrets, http=http)
    steps: list[CheckStep] = []
    try:
        async for step in check(endpoint):
            steps.append(step)
            if not as_json:
                mark = "ok  " if step.is_ok else "NO  " if step.is_needed else "note"
                say(f"  {mark} {step.name:<20} {plain(step.words)}")
    finally:
        await http.close()
    return steps


def _end(session: Session, name: str, steps: list[CheckStep], *, is_good: bool, is_stored: bool, as_json: bool) -> None:
    if as_json:
        told = [{"step": step.name, "ok": step.is_ok, "needed": step.is_needed, "words": step.words} for step in steps]
        say_json({"model": name, "stored": is_stored, "ok": is_good, "steps": told})
        return
    if not is_stored:
        say(f"{name} was not stored. Mend what says NO and run the same command again (--anyway stores it as it is).")
        return
    say(f"The model {name} is connected.")
    conn = session.kernel.reader
    rows = [row for number in versions.current_version_ids(conn) if (row := versions.version(conn, number)) is not None]
    specs = [load_spec(row.spec) for row in rows]
    users = [spec.agent for spec in specs if spec.brain == "model" and name in (spec.models or ("main",))]
    if users:
        say(f"It thinks for: {', '.join(users)}.")
    else:
        say(f"No agent thinks with it yet: write `brain: model` and `models: [{name}]` in an agent's file.")
