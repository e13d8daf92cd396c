"""Takes events that other systems POST here as JSON, and answers only once they are on disk."""

from opsconsole.connectors.webhook.config import WebhookConfig
from opsconsole.connectors.webhook.connector import WebhookConnector

__all__ = ["WebhookConfig", "WebhookConnector"]
