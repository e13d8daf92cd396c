"""Secrets: looked up in the environment, then the system's keyring, then, where wished, an encrypted file.

`SecretStore` is what the engine's connectors get. Nothing here writes a value anywhere but those places.
"""

from opsconsole.app.secretstore.store import SecretStore

__all__ = ["SecretStore"]
