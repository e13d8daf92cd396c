"""What a secret may be called, and the environment variable that may hold it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from opsconsole.domain.errors import UserError

PREFIX = "OPSCONSOLE_SECRET_"
PASSPHRASE = "OPSCONSOLE_SECRETS_PASSPHRASE"  # noqa: S105 - the name of the variable
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_IN_TEMPLATE = re.compile(r"\b(?:secret\(|basic\((?:[^,()]*,)?)\s*['\"]([^'\"]+)['\"]")


def checked(name: str) -> str:
    """Return the name back.

    Raises:
        UserError: it cannot be one.
    """
    if not _NAME.fullmatch(name):
        raise UserError(
            f"{name[:80]!r} cannot be the name of a secret. Use letters, digits, dashes, dots and underscores, like"
            " mail-support-password."
        )
    return name


def variable(name: str) -> str:
    """Return the environment variable for a secret: `mail-password` is `OPSCONSOLE_SECRET_MAIL_PASSWORD`."""
    return PREFIX + name.upper().replace("-", "_").replace(".", "_")


def of_variable(found: str) -> str:
    """Return the secret's name that a variable stands for."""
    return found.removeprefix(PREFIX).lower().replace("_", "-")


def in_config(config: Any, key: str = "") -> Iterator[str]:
    """Yield the secrets that a connection's settings name.

    They are texts under keys that end in `secret` or `secrets` or are `key`, and `secret('NAME')` in templates.
    """
    if isinstance(config, Mapping):
        for under, value in cast("Mapping[str, Any]", config).items():
            yield from in_config(value, key if _names_secrets(key) else under)
    elif isinstance(config, list):
        for value in cast("list[Any]", config):
            yield from in_config(value, key)
    elif isinstance(config, str) and _names_secrets(key):
        if _NAME.fullmatch(config):
            yield config
    elif isinstance(config, str) and "{{" in config:
        yield from _IN_TEMPLATE.findall(config)


def _names_secrets(key: str) -> bool:
    return key == "key" or key.endswith(("secret", "secrets"))
