"""A webhook that a real engine listens at."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from standardwebhooks.webhooks import Webhook

from opsconsole.connectors.webhook import WebhookConfig, WebhookConnector
from opsconsole.engine.engine import Engine
from opsconsole.engine.ports.connector import Connector
from opsconsole.store.queries.events import fields_of
from opsconsole.store.writes import connections
from tests.support.http.web import Kept, Notes
from tests.support.rig import Rig, agent, call, desk_only, rig
from tests.support.running import running, until

SIGNING = "whsec_" + "c2lnbmluZyBrZXkgb2YgYSB0ZXN0"
OLD = "whsec_" + "YW5vdGhlciBzaWduaW5nIGtleSE="
SECRETS = {"signing": SIGNING, "old": OLD, "bearer": "let me in"}
HEAD = b"POST /intake HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
BODY = {"id": 17, "from": "ann@example.com", "subject": "Double charge", "message": "Please help."}
MAPPING = {
    "kind": "lead.created",
    "subject": "lead:{{ body.id }}",
    "title": "{{ body.subject }}",
    "text": "{{ body.message }}",
    "sender": "{{ body.from }}",
}


def config(port: int, name: str = "intake", **changes: Any) -> WebhookConfig:
    facts = {"connection": name, "kind": "webhook", "listen": f"127.0.0.1:{port}", "path": f"/{name}", "event": MAPPING}
    return WebhookConfig.model_validate({**facts, "verify": "nobody", **changes})


def made(engine: Engine, webhook: WebhookConfig, notes: Notes) -> WebhookConnector:
    return WebhookConnector(
        webhook.connection,
        webhook,
        secrets=Kept(**SECRETS),
        health=notes,
        clock=engine.clock,
        fields_of=lambda name: fields_of(engine.reader, webhook.connection, name),
    )


@asynccontextmanager
async def listening(folder: Path, *configs: WebhookConfig, notes: Notes | None = None) -> AsyncGenerator[Rig]:
    heard = notes or Notes()

    def connectors(engine: Engine) -> list[Connector]:
        return [*desk_only(engine), *(made(engine, config, heard) for config in configs)]

    works = agent(subscribes=[{"connection": "*", "kinds": ["lead.*"]}])
    async with rig(folder / "w", [call("desk.add_note", text="seen")], works, connectors=connectors) as r:

        def put(tx: Any) -> None:
            for webhook in configs:
                connections.put(tx, webhook.connection, kind="webhook", config={}, now=r.clock.now())

        await r.engine.writer.write(put, name="connect")
        async with running(r):
            await until(lambda: len(heard.said) >= len(configs), "the webhooks listen")
            yield r


def signed(body: Any, identity: str = "msg-1", secret: str = SIGNING, at: datetime | None = None) -> dict[str, str]:
    when = at or datetime.now(UTC)
    signature = Webhook(secret).sign(msg_id=identity, timestamp=when, data=json.dumps(body))
    return {"webhook-id": identity, "webhook-timestamp": str(int(when.timestamp())), "webhook-signature": signature}
