"""An agent as its file says it: playbook, autonomy, guardrails, limits. Frozen; a change is a new version.

The models are the file format. `engine.agentfile` reads YAML into them and points at lines.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from opsconsole.domain.enums import ClassCeiling, Level, Stage
from opsconsole.domain.filewords import Clock, Frozen, MisplacedError, Slug, ToolName
from opsconsole.domain.stages import Deployment, Stages


class Step(Frozen):
    """One step of a category: exactly one of look_up, do, ask, stop."""

    look_up: ToolName | None = None
    """A read."""
    do: ToolName | None = None
    """A write; the gate decides what becomes of it."""
    ask: str | None = None
    """A question to the person (template); the answer is `<as>.answer`."""
    stop: str | None = None
    """Ends the run, with the reason."""
    args: dict[str, Any] = Field(default_factory=dict, alias="with")
    """Arguments; texts are templates."""
    as_: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] | None = Field(default=None, alias="as")
    """Name under which later steps see the result (with `ok` and `error`)."""
    when: str | None = None
    """CEL condition over event, category and earlier results."""
    because: str = ""
    """Why, in a sentence for the card (template)."""
    on_fail: tuple["Step", ...] = ()
    """Instead of going on, when the tool failed."""
    on_reject: tuple["Step", ...] = ()
    """When a person rejected it; `rejection` is their reason. Empty: the run ends there."""
    options: tuple[str, ...] = ()
    """For `ask`: answers offered."""

    @model_validator(mode="after")
    def _one_kind(self) -> "Step":
        given = [name for name in ("look_up", "do", "ask", "stop") if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none of them"
            raise ValueError(f"a step needs exactly one of look_up, do, ask, stop; this one has {found}")
        return self


class Category(Frozen):
    """One kind of event: how to tell it, and what to do."""

    id: Slug
    name: str
    criteria: str = ""
    """In plain words: what belongs here and what does not."""
    examples: tuple[str, ...] = ()
    """Texts as they come in; the offline brain learns from them, a language model is shown them."""
    steps: tuple[Step, ...] = ()
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    """Confidence needed to go on without a person; None takes the playbook's."""


MOST_CATEGORIES = 500  # more than anybody tells apart; triage learns each from each


class Playbook(Frozen):
    """What the agent does, in plain words plus categories, examples and steps. Both brains work from it."""

    purpose: str
    tone: str = ""
    escalation: str = ""
    """When to ask a person, and what to tell them."""
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Confidence below which a person is asked."""
    triage: Literal["text", "kind"] = "text"
    """`text`: by nearest precedents; `kind`: the event's kind is the category (`deal.stalled` → deal_stalled)."""
    rules: tuple["TriageRule", ...] = ()
    """Conditions that decide the category before any text is compared."""
    categories: Annotated[tuple[Category, ...], Field(max_length=MOST_CATEGORIES)]

    @field_validator("categories")
    @classmethod
    def _distinct(cls, value: tuple[Category, ...]) -> tuple[Category, ...]:
        seen: set[str] = set()
        for category in value:
            if category.id in seen:
                raise ValueError(f"two categories are called {category.id!r}")
            seen.add(category.id)
        if not value:
            raise ValueError("a playbook needs at least one category")
        return value


class TriageRule(Frozen):
    """When the condition holds, the category is this."""

    when: str
    category: Slug
    because: str = ""


class Subscription(Frozen):
    """Which events the agent works."""

    connection: str = "desk"
    kinds: tuple[str, ...]
    where: str | None = None
    """CEL condition over the event."""


class Autonomy(Frozen):
    """Levels per action type, and per category and action type. The more specific one holds."""

    default: Level = Level.OBSERVE
    actions: dict[ToolName, Level] = Field(default_factory=dict)
    categories: dict[Slug, dict[ToolName, Level]] = Field(default_factory=dict)

    def level(self, tool: str, category: str | None) -> Level:
        """Return the level for a tool in a category."""
        if category is not None and tool in (special := self.categories.get(category, {})):
            return special[tool]
        return self.actions.get(tool, self.default)


class Raised(Frozen):
    """A class ceiling raised by hand for one action type, with the reason."""

    action: ToolName
    ceiling: ClassCeiling
    reason: Annotated[str, Field(min_length=8)]


class Guardrail(Frozen):
    """A condition on an action that refuses it or asks a person."""

    name: Slug
    when: str
    """CEL over args, tool, event, category, subject."""
    then: Literal["refuse", "ask"]
    because: Annotated[str, Field(min_length=4)]
    actions: tuple[str, ...] = ()
    """Tools it looks at (`desk.reply`, `desk.*`); empty is all writes."""


class Budgets(Frozen):
    """Caps. At a cap actions park for a person; nothing is dropped. Money in the workspace's currency."""

    actions_per_hour: Annotated[int, Field(ge=0)] | None = None
    actions_per_day: Annotated[int, Field(ge=0)] | None = None
    runs_per_hour: Annotated[int, Field(ge=0)] | None = None
    runs_per_day: Annotated[int, Field(ge=0)] | None = None
    cost_per_hour: Annotated[float, Field(ge=0)] | None = None
    cost_per_day: Annotated[float, Field(ge=0)] | None = None
    per_recipient_per_day: Annotated[int, Field(ge=0)] | None = None


class QuietHours(Frozen):
    """When these actions wait for the morning."""

    actions: tuple[str, ...] = ("*",)
    from_: Clock = Field(alias="from")
    to: Clock
    zone: str = "UTC"
    """IANA zone, or `recipient` for the zone of the person it goes to (else `fallback`)."""
    fallback: str = "UTC"
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()
    """Whole days that are quiet too."""


class Limits(Frozen):
    """What one run may use, and how often runs may fail."""

    turns: Annotated[int, Field(ge=1, le=200)] = 24
    seconds: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)] = 300
    cost: Annotated[float, Field(ge=0)] | None = None
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    failures_in_a_row: Annotated[int, Field(ge=1, le=1000)] | None = 5
    """So many runs that fail one after another pause the agent, until a person resumes it; None: never."""


class ApprovalRules(Frozen):
    """How requests to the person behave."""

    expires_h: Annotated[float, Field(gt=0, le=8784, allow_inf_nan=False)] = 48
    on_expiry: Literal["lapse", "escalate"] = "escalate"
    veto_s: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = 10


class Trust(Frozen):
    """Addresses and domains a person has ratified as destinations."""

    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    egress: tuple[str, ...] = ()
    """Hosts that reads may send arguments to after untrusted text."""


class AgentSpec(Frozen):
    """A whole agent."""

    agent: Slug
    name: str
    field: Literal["sales", "revenue", "customer_success", "internal", "other"] = "other"
    summary: str = ""
    subscribes: tuple[Subscription, ...]
    scope: tuple[Slug, ...] | None = None
    """Categories it may work live; None is all of the playbook's."""
    stage: Stages = Stages()
    deployments: tuple[Deployment, ...] = ()
    """The first that an event fits holds it back; where none does, its category's stage alone holds."""
    autonomy: Autonomy = Autonomy()
    raised: tuple[Raised, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()
    budgets: Budgets = Budgets()
    quiet_hours: tuple[QuietHours, ...] = ()
    limits: Limits = Limits()
    approvals: ApprovalRules = ApprovalRules()
    trust: Trust = Trust()
    disclosure: Annotated[str, Field(max_length=500)] | None = None
    """What it adds to messages that it sends alone to people outside; None: the workspace's line; empty: nothing."""
    brain: Literal["playbook", "model"] = "playbook"
    models: tuple[Slug, ...] = ()
    """With `brain: model`: names of connected models, tried in this order. Empty: `main`."""
    fallback: Literal["playbook", "person"] = "playbook"
    """When no model answers: the offline brain where nothing was done yet, or a person at once."""
    tools: tuple[str, ...] = ()
    """Tools a model is offered (`crm.*`). Empty: those of the playbook's steps and of the autonomy levels.

    It binds no step: those name their tools themselves.
    """
    playbook: Playbook

    @model_validator(mode="after")
    def _categories_exist(self) -> "AgentSpec":
        known = {category.id for category in self.playbook.categories}
        used: list[tuple[str, tuple[int | str, ...]]] = [
            *((name, ("stage", "categories", name)) for name in self.stage.categories),
            *(
                (name, ("deployments", index, "categories", at))
                for index, deployment in enumerate(self.deployments)
                for at, name in enumerate(deployment.categories)
            ),
            *((name, ("autonomy", "categories", name)) for name in self.autonomy.categories),
            *((name, ("scope", index)) for index, name in enumerate(self.scope or ())),
            *((rule.category, ("playbook", "rules", at, "category")) for at, rule in enumerate(self.playbook.rules)),
        ]
        for name, loc in used:
            if name not in known:
                text = f"category {name!r} is not in the playbook (it has {', '.join(sorted(known))})"
                raise MisplacedError(text, loc)
        return self

    def category(self, name: str | None) -> Category | None:
        """Return a category of the playbook by its id."""
        return next((category for category in self.playbook.categories if category.id == name), None)

    def is_in_scope(self, category: str | None) -> bool:
        """Return whether it may work a category live at all."""
        return self.scope is None or category in self.scope

    def stage_of(self, category: str | None) -> Stage:
        """Return the stage that is set for a category: shadow outside of the scope, whatever is set.

        What it opens is told by `engine.agents.deployments`.
        """
        return self.stage.stage(category) if self.is_in_scope(category) else Stage.SHADOW

    def threshold(self, category: str | None) -> float:
        """Return the confidence needed in a category."""
        found = self.category(category)
        return self.playbook.threshold if found is None or found.threshold is None else found.threshold
