"""Any simple REST system, by a file that says which calls there are and what they do."""

from opsconsole.connectors.http.config import HttpConfig
from opsconsole.connectors.http.connector import HttpConnector

__all__ = ["HttpConfig", "HttpConnector"]
