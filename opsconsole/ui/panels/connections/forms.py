"""What is asked for a mailbox and for a model, and how it is read."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from opsconsole.ui.drafts import MailDraft, ModelDraft, RestDraft, WebhookDraft
from opsconsole.ui.panels.connections.field import Field
from opsconsole.ui.panels.connections.known import known_webhook
from opsconsole.ui.tools import CheckStep, ConnectionCheck, Tools

MAIL_ABOUT = (
    "Choose who runs the mailbox; its servers are then filled in. The password goes to the keyring or the encrypted"
    " file and nowhere else."
)
MODEL_ABOUT = (
    "A language model of a provider, or one that runs on this machine (ollama, llama.cpp, lmstudio, vllm: write just"
    " that word). At Azure: the resource's address (https://NAME.openai.azure.com), and the deployment as the model's"
    " name. It is tried out with"
    " a short conversation. The key goes to the keyring or the encrypted file and nowhere else."
)


def _address(text: str) -> str:
    local, at, domain = text.rpartition("@")
    return "" if local and at and "." in domain else "Write it like support@example.com."


def _server(text: str) -> str:
    host, colon, port = text.rpartition(":") if ":" in text else (text, ":", "0")
    is_good = "." in host or host in ("localhost", "[::1]", "[::1")
    return "" if is_good and colon and port.isdigit() else "Write it as host or host:port, like imap.example.com:993."


def _name(text: str) -> str:
    return "" if re.fullmatch(r"[a-z][a-z0-9_-]{0,47}", text) else "Small letters, digits and dashes, like support."


def _price(text: str) -> str:
    try:
        return "" if 0 <= float(text.replace(",", ".")) < 1e6 else "A number from 0 up."
    except ValueError:
        return "A number, like 0.15."


def _file(text: str) -> str:
    return "" if Path(text).expanduser().is_file() else "There is no such file here."


TLS = (("", "as is usual at the port"), ("tls", "TLS"), ("starttls", "STARTTLS"), ("none", "none, on this machine"))
SIGN_IN = (
    ("", "with a password or app password"),
    ("browser", "in the browser"),
    ("again", "in the browser, once more"),
)
_FOUND = "found by itself; name it where the test says so"
SENDING = (
    ("", "as agents and people decide"),
    ("relay", "so too, by a server in your network that wants no sign-in"),
    ("none", "never: only read"),
)
STRIPS = (
    ("no", "not known: believe only what no sender can have written"),
    ("yes", "yes: it removes what senders wrote in its name"),
)
MAIL = (
    Field("address", "Address of the mailbox", "for example support@example.com", is_needed=True, check=_address),
    Field("password", "Password or app password", is_secret=True),
    Field("sign_in", "How to sign in", choices=SIGN_IN),
    Field("name", "Name in opsconsole", "else the address's first part", check=_name),
    Field("user", "Name to sign in with", "else the address", is_rare=True),
    Field("imap", "Server for reading (IMAP)", "known providers: leave empty", check=_server),
    Field("imap_tls", "Encryption for reading", choices=TLS, is_rare=True),
    Field("smtp", "Server for sending (SMTP)", "known providers: leave empty", check=_server),
    Field("smtp_tls", "Encryption for sending", choices=TLS, is_rare=True),
    Field("sending", "Sending", choices=SENDING),
    Field("smtp_user", "Name to sign in with for sending", "else as for reading", is_rare=True),
    Field("smtp_password", "Password for sending", "only with another name", is_secret=True, is_rare=True),
    Field("client_id", "Browser sign-in: client id", "of the app registration", is_rare=True),
    Field("client_secret", "Browser sign-in: client secret", "if it has one", is_secret=True, is_rare=True),
    Field("tenant", "Browser sign-in at Microsoft: directory id", "of your organisation; else any", is_rare=True),
    Field("issuer", "Browser sign-in elsewhere: its address", "for example https://login.example.com", is_rare=True),
    Field("sent", "Folder of sent mail", _FOUND, is_rare=True),
    Field("drafts", "Folder of drafts", _FOUND, is_rare=True),
    Field("archive", "Folder of archived mail", _FOUND, is_rare=True),
    Field("trash", "Folder of deleted mail", _FOUND, is_rare=True),
    Field(
        "authserv",
        "Mail server that checks senders",
        "first word of Authentication-Results in a mail you got",
        is_rare=True,
    ),
    Field("strips", "Does that server remove forged lines of its name?", choices=STRIPS, is_rare=True),
    Field("ca_file", "File of certificates to trust", "only for a server of your own", check=_file, is_rare=True),
)
MODEL = (
    Field("name", "Name in opsconsole", "main", check=_name),
    Field("url", "Where it is", "for example ollama, or https://api.example.com/v1", is_needed=True),
    Field("model", "The model's name there", "as your provider or program calls it", is_needed=True),
    Field("key", "Key", "none", is_secret=True),
    Field("price_in", "Money for a million tokens read", "0.00", check=_price, is_rare=True),
    Field("price_out", "Money for a million tokens written", "0.00", check=_price, is_rare=True),
    Field("tenant", "Azure with Microsoft Entra ID: tenant", "empty: the key signs in", is_rare=True),
    Field(
        "client",
        "Azure with Microsoft Entra ID: client id of the app",
        "the key above is then its secret",
        is_rare=True,
    ),
)


REST_ABOUT = (
    "Agents use the calls that a file describes, and no others. The key goes to the keyring or the encrypted file and"
    " nowhere else."
)
REST = (
    Field("file", "File that describes it", "for example tickets-http.yaml", is_needed=True, check=_file, is_file=True),
    Field("base", "Its address, if not the one in the file", "for example https://tickets.example.com/api"),
    Field("key", "Key or token", "if the file names one", is_secret=True),
    Field("key2", "Second key", "only where the file names two", is_secret=True),
)
WEBHOOK_ABOUT = (
    "Other systems send events to this computer. Say what each part is called in what they send (customer.email for a"
    " part inside another), or give a file that says it. The secret goes to the keyring or the encrypted file."
)
VERIFY = (
    ("", "by a token (as the file says)"),
    ("bearer", "by a token"),
    ("standard_webhooks", "by a signature (Standard Webhooks)"),
    ("hmac", "by a signature of another kind (as its file says)"),
    ("nobody", "not at all: only programs on this computer"),
)


def _port(text: str) -> str:
    return "" if text.isdigit() and 1024 <= int(text) <= 65535 else "A number from 1024 to 65535, like 8311."


def _path(text: str) -> str:
    return "" if re.fullmatch(r"/[A-Za-z0-9._~/-]{1,200}", text) else "Begins with /, like /hooks/leads."


def _part(text: str) -> str:
    return "" if re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", text) else "A name, like id or customer.email."


WEBHOOK = (
    Field("name", "Name in opsconsole", "for example leads", check=_name),
    Field("port", "Port on this computer", "for example 8311", check=_port),
    Field("path", "Path", "/hooks/ and the name", check=_path),
    Field("verify", "How senders are known", choices=VERIFY),
    Field("secret", "Token or signing secret", is_secret=True),
    Field("id", "What tells one event from another", "for example id", check=_part),
    Field("title", "Title", "for example company", check=_part),
    Field("text", "Text", "for example message", check=_part),
    Field("sender", "The sender's mail address", "for example email", check=_part),
    Field("file", "File that describes it, instead", "for example leads-webhook.yaml", check=_file, is_file=True),
)
NEW_WEBHOOK = {"id": "id", "port": "8311"}
"""What the form of a new webhook begins with; a file has a port of its own."""


async def try_rest(
    tools: Tools, values: Mapping[str, str], said: Callable[[CheckStep], None], *, is_kept: bool
) -> ConnectionCheck:
    """Try a REST system."""
    return await tools.try_rest(RestDraft(**values), said, is_kept=is_kept)


async def try_webhook(
    tools: Tools, values: Mapping[str, str], said: Callable[[CheckStep], None], *, is_kept: bool
) -> ConnectionCheck:
    """Try a webhook."""
    is_untouched = not values["changes"] and values["port"] == NEW_WEBHOOK["port"]
    port = "" if values["file"] and is_untouched else values["port"]
    return await tools.try_webhook(WebhookDraft(**{**values, "port": port}), said, is_kept=is_kept)


async def try_mail(
    tools: Tools, values: Mapping[str, str], said: Callable[[CheckStep], None], *, is_kept: bool
) -> ConnectionCheck:
    """Try a mailbox."""
    return await tools.try_mail(MailDraft(**values), said, is_kept=is_kept)


async def try_model(
    tools: Tools, values: Mapping[str, str], said: Callable[[CheckStep], None], *, is_kept: bool
) -> ConnectionCheck:
    """Try a model."""
    facts: dict[str, Any] = {**values, "name": values["name"] or "main"}
    for name in ("price_in", "price_out"):
        facts[name] = float(values[name].replace(",", ".") or 0)
    return await tools.try_model(ModelDraft(**facts), said, is_kept=is_kept)


def known_values(kind: str, name: str, config: Mapping[str, Any]) -> dict[str, str]:
    """Return what a form begins with for a connection that is there; never a secret."""
    if kind == "model":
        prices: Mapping[str, Any] = config.get("prices") or {}
        entra: Mapping[str, Any] = config.get("entra") or {}
        return {
            "name": name,
            "url": str(config.get("base_url", "")),
            "model": str(config.get("model", "")),
            "price_in": f"{prices['read']:g}" if prices.get("read") else "",
            "price_out": f"{prices['written']:g}" if prices.get("written") else "",
            "tenant": str(entra.get("tenant", "")),
            "client": str(entra.get("client", "")),
        }
    if kind == "webhook":
        return known_webhook(name, config)
    if kind == "http":
        return {"base": str(config.get("base", ""))}
    login: Mapping[str, Any] = config.get("login") or {}
    address = str(config.get("address", ""))
    user = str(login.get("user", ""))
    found = {"name": name, "address": address, "user": "" if user == address else user}
    for what in ("imap", "smtp"):
        server: Mapping[str, Any] = config.get(what) or {}
        found[what] = f"{server['host']}:{server['port']}" if server else ""
        found[f"{what}_tls"] = str(server.get("tls", ""))
    oauth: Mapping[str, Any] = config.get("oauth") or {}
    found |= {"sign_in": "browser" if oauth else "", "client_id": str(oauth.get("client_id", ""))}
    found["strips"] = "yes" if config.get("authserv_strips") else "no"
    found["sending"] = "none" if not config.get("smtp") else "relay" if config.get("is_relay") else ""
    sending: Mapping[str, Any] = config.get("smtp_login") or {}
    found["smtp_user"] = str(sending.get("user", ""))
    folders: Mapping[str, Any] = config.get("folders") or {}
    found |= {use: str(folders.get(use, "")) for use in ("sent", "drafts", "archive", "trash")}
    return found | {name: str(config.get(name, "")) for name in ("authserv", "ca_file")}
