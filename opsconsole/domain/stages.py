"""How far an agent is live, as its file says it: a stage for each category, and deployments."""

from typing import Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from opsconsole.domain.enums import Stage
from opsconsole.domain.filewords import Frozen, Slug

MOST_LIMITED = 2
"""Limited is one or two categories."""


class Stages(Frozen):
    """How far each category is live.

    `shadow` records only; `limited` opens one or two categories that are named for it, or what a deployment's filter
    takes; `expanded` every category that has it; `full` also events whose category cannot be told.
    """

    default: Stage = Stage.SHADOW
    categories: dict[Slug, Stage] = Field(default_factory=dict)

    def stage(self, category: str | None) -> Stage:
        """Return the stage of a category."""
        return self.default if category is None else self.categories.get(category, self.default)


class Deployment(Frozen):
    """How far it is live on events of a connection where a condition holds; undecided is shadow."""

    connection: str = "*"
    where: str | None = None
    stage: Stage
    categories: tuple[Slug, ...] = ()
    """Only these are live there; empty: all that their stages open. `limited` without `where` needs one or two."""

    @model_serializer(mode="wrap")
    def _as_written(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what names nothing: an agent is the same one as before there were such names."""
        body = handler(self)
        if not self.categories:
            body.pop("categories", None)
        return body
