"""Stages that were taken a step down, read off the versions that came into use: who, when and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from opsconsole.domain.enums import Stage
from opsconsole.engine.agents.roster import Roster
from opsconsole.engine.ladder import told
from opsconsole.engine.ladder.rungs import STAGES
from opsconsole.store.queries import versions
from opsconsole.store.rows import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLowered:
    """A category was put on a lower stage."""

    agent: str
    category: str
    name: str
    """The category's, as people read it."""
    was: Stage
    stage: Stage
    why: str
    """Empty where nobody said it."""
    actor: str
    at: datetime


def stages_lowered(conn: Reader, roster: Roster, agent: str) -> list[StageLowered]:
    """Return every stage of an agent that was taken down, by a person or by another file, the newest first."""
    return list(_lowered(conn, roster, agent))


def _lowered(conn: Reader, roster: Roster, agent: str) -> Iterator[StageLowered]:
    for row, before in pairwise(versions.in_use_ever(conn, agent)):
        spec, old = roster.version(conn, row.id).spec, roster.version(conn, before.id).spec
        for category in spec.playbook.categories:
            if old.category(category.id) is None:
                continue
            was, stage = old.stage_of(category.id), spec.stage_of(category.id)
            if STAGES.index(stage) < STAGES.index(was):
                step = f"{category.name}: {told.step_words(was.value, stage.value, '')}"
                yield StageLowered(
                    agent=agent,
                    category=category.id,
                    name=category.name,
                    was=was,
                    stage=stage,
                    why=_why(row.reason, step),
                    actor=row.applied_by,
                    at=row.created_at,
                )


def _why(reason: str, step: str) -> str:
    """Return why, without the step itself, which the version's reason begins with where it was taken on the ladder."""
    if not reason.startswith(step):
        return reason
    return reason.removeprefix(step).strip().removeprefix("(").removesuffix(")")
