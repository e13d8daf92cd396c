"""The example files that the README names can be used as they are."""

from pathlib import Path

from opsconsole.connectors.http import HttpConfig
from opsconsole.connectors.http.actions import Action
from opsconsole.connectors.mail.tools import mail_tools
from opsconsole.connectors.webhook import WebhookConfig
from opsconsole.engine.agentfile import read_agent
from opsconsole.engine.registry import Registry
from opsconsole.engine.yamlfile import read_yaml
from tests.support.rig import registry

EXAMPLES = Path(__file__).parents[2] / "resources" / "examples"


class Tools:
    """Tools without an account behind them."""

    id = "support"

    def action_types(self) -> object:
        return [*mail_tools("support", arrival_s=60), *registry().types.values()]


def test_the_agent_for_a_mailbox_reads() -> None:
    spec = read_agent(EXAMPLES / "support-agent.yaml", Registry([Tools()])).spec  # type: ignore[list-item]
    assert spec.brain == "model" and spec.stage.default == "shadow"


def test_the_webhook_and_the_rest_system_read() -> None:
    hook = read_yaml(EXAMPLES / "leads-webhook.yaml").into(WebhookConfig)
    system = read_yaml(EXAMPLES / "tickets-http.yaml").into(HttpConfig)
    assert hook.path == "/hooks/leads" and hook.secrets and system.base.startswith("https://")
    kinds = {one.name: Action(system, "tickets", one).type for one in system.actions}
    assert kinds["create"].is_idempotent and kinds["create"].is_findable and not kinds["find"].is_idempotent
