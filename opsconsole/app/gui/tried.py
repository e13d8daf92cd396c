"""What a trial found of a connection that is in use: how that one is, from then on."""

from collections.abc import Collection, Sequence

from pydantic import BaseModel, ValidationError

from opsconsole.app import declared
from opsconsole.app.secretstore.pending import PendingSecrets
from opsconsole.app.session import Session
from opsconsole.engine.commands.connections import note_tried
from opsconsole.ui.tools import CheckStep


def note(
    session: Session,
    name: str,
    config: BaseModel,
    secrets: PendingSecrets,
    *,
    steps: Sequence[CheckStep],
    works: str,
    only: Collection[str] = (),
) -> None:
    """Keep what was found where just what is in use was tried; another address or key says nothing of it.

    Args:
        session: the workspace.
        name: of the connection.
        config: what was tried.
        secrets: what it was tried with.
        steps: what was found.
        works: what is said where all that is needed worked, and it was in trouble before.
        only: fields that must be as they are in use; empty for all.
    """
    if secrets.has_new or not _is_in_use(session, name, config, only):
        return
    wrong = next((step for step in steps if step.is_needed and not step.is_ok), None)
    state, text = ("ok", works) if wrong is None else ("trouble", f"{wrong.name}: {wrong.text}")
    session.write(
        lambda tx: note_tried(session.kernel, tx, name, state=state, text=text, actor=session.actor),
        name="connection.health",
    )


def _is_in_use(session: Session, name: str, config: BaseModel, only: Collection[str]) -> bool:
    facts = declared.stored(session, name)
    if facts is None:
        return False
    try:
        stored = type(config).model_validate(facts)
    except ValidationError:
        return False
    fields = only or type(config).model_fields
    return all(getattr(stored, field) == getattr(config, field) for field in fields)
