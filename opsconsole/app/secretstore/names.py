"""What a secret may be called, and the environment variable that may hold it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from opsconsole.domain.errors import UserError

PREFIX = "OPSCONSOLE_SECRET_"
PASSPHRASE = "OPSCONSOLE_SECRETS_PASSPHRASE"  # noqa: S105 - the name of the variable
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MOST = 80
"""Longest name, in characters."""


def checked(name: str) -> str:
    """Give the name back.

    Raises:
        UserError: it is no slug.
    """
    if len(name) > MOST or not _SLUG.fullmatch(name):
        raise UserError(
            f"{name[:MOST]!r} cannot be the name of a secret. Use small letters, digits and single dashes, like"
            " mail-support-password."
        )
    return name


def variable(name: str) -> str:
    """Give the environment variable for a secret: `mail-password` is `OPSCONSOLE_SECRET_MAIL_PASSWORD`."""
    return PREFIX + name.upper().replace("-", "_")


def of_variable(found: str) -> str:
    """Give the secret's name that a variable stands for."""
    return found.removeprefix(PREFIX).lower().replace("_", "-")


def in_config(config: Any) -> Iterator[str]:
    """Give the secrets that a connection's settings name: texts under keys that end in `secret` or `secrets`."""
    if isinstance(config, Mapping):
        for key, value in cast("Mapping[str, Any]", config).items():
            if key.endswith(("secret", "secrets")):
                yield from _texts(value)
            else:
                yield from in_config(value)
    elif isinstance(config, list):
        for value in cast("list[Any]", config):
            yield from in_config(value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if _SLUG.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for one in cast("Mapping[str, Any]", value).values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in cast("list[Any]", value):
            yield from _texts(one)
