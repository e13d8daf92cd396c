"""An action's arguments: read by their schema, kept, and bound by a digest."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from opsconsole.domain.action import ActionType
from opsconsole.domain.canonical import jsonable
from opsconsole.engine.gate.digests import action_digest
from opsconsole.engine.registry import Registry
from opsconsole.store.queries import content
from opsconsole.store.transaction import Transaction


class ArgumentError(ValueError):
    """Arguments do not fit their tool's schema; the message is for brain and person."""


def validate(kind: ActionType, args: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments as the schema reads them, without what was not given.

    Raises:
        ArgumentError: they do not fit.
    """
    try:
        model = kind.arguments.model_validate(dict(args))
    except ValidationError as error:
        found = [
            f"{'.'.join(str(p) for p in problem['loc']) or 'arguments'}: {problem['msg']}" for problem in error.errors()
        ]
        raise ArgumentError(f"{kind.name} cannot take these arguments: {'; '.join(found[:4])}") from error
    return jsonable(model.model_dump(mode="json", exclude_unset=True))


def keep_arguments(
    registry: Registry, tx: Transaction, tool: str, subject: str, args: Mapping[str, Any]
) -> tuple[int, str]:
    """Store arguments; give their content id and the digest of the action."""
    args_id = tx.keep(args)
    salt = content.salt_of(tx.conn, args_id)
    return args_id, action_digest(
        tool=tool, fingerprint=registry.fingerprint(tool), subject=subject, args=args, salt=salt
    )
