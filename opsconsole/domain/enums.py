"""Fixed sets of words, as they stand in the database and in files."""

from enum import IntEnum, StrEnum


class Verdict(IntEnum):
    """What the gate says of an action; a lower verdict is a lower ceiling."""

    REFUSE = 0
    SIMULATE = 1
    RECOMMEND = 2
    ASK = 3
    ACT = 4


class Effect(StrEnum):
    """Where an action reaches."""

    READ = "read"
    INTERNAL = "internal"
    EXTERNAL = "external"


class Reversibility(StrEnum):
    """What can be done about an action afterwards."""

    REVERSIBLE = "reversible"
    COMPENSABLE = "compensable"
    IRREVERSIBLE = "irreversible"


class Level(IntEnum):
    """Autonomy of an agent for one action type."""

    OBSERVE = 1
    APPROVAL = 2
    AUTONOMOUS = 3


class Stage(StrEnum):
    """How much of an agent's scope is live."""

    SHADOW = "shadow"
    LIMITED = "limited"
    EXPANDED = "expanded"
    FULL = "full"


class ClassCeiling(StrEnum):
    """Classes of actions that need a person until the ceiling is raised by hand with a reason."""

    IRREVERSIBLE = "irreversible"
    MONEY = "money"
    FIRST_CONTACT = "first_contact"


class RunState(StrEnum):
    """Where a run stands. `waiting` costs nothing and may last for weeks."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Nothing of it goes on."""
        return self in (RunState.DONE, RunState.FAILED, RunState.CANCELLED)


class ActionState(StrEnum):
    """Where an action stands; every state but the first two carries a result for the brain."""

    PROPOSED = "proposed"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    SIMULATED = "simulated"
    RECOMMENDED = "recommended"
    REFUSED = "refused"
    REJECTED = "rejected"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"


class EffectState(StrEnum):
    """Where one execution of an action in the outside world stands."""

    PREPARED = "prepared"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    UNDONE = "undone"


class UndoState(StrEnum):
    """Where the taking back of a done effect stands."""

    WANTED = "wanted"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


class ApprovalKind(StrEnum):
    """What a person is asked: may this be done, what is the answer, or did this happen."""

    ACTION = "action"
    QUESTION = "question"
    UNKNOWN = "unknown"


class ApprovalState(StrEnum):
    """Where a request to a person stands."""

    WAITING = "waiting"
    DECIDED = "decided"
    LAPSED = "lapsed"
    VOID = "void"


class Verb(StrEnum):
    """What a person can say to a request."""

    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    RESPOND = "respond"
    IGNORE = "ignore"


class Risk(StrEnum):
    """The pill on a card."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Hold(IntEnum):
    """What keeps a prepared effect from starting, beside its time."""

    NONE = 0
    SWITCH = 1
    """A kill switch: until it is lifted."""
    ENGINE = 2
    """No engine ran when a person approved it: until one starts."""


class Comparison(StrEnum):
    """How one argument of two actions is compared."""

    EXACT = "exact"
    NUMBER = "number"
    TIME = "time"
    SET = "set"
    TEXT = "text"
    PRIORITY = "priority"
    """`Medium` and `normal` are one."""
    FOLDER = "folder"
    """A mail folder, however the server parts its name, and with or without the `INBOX` before it."""
    IGNORE = "ignore"


class Agreement(StrEnum):
    """What an agent would have done beside what the human did."""

    SAME = "same"
    DIFFERS = "differs"
    MISSING = "missing"
    """Only the human acted."""
    EXTRA = "extra"
    """Only the agent would have acted."""
    BOTH_NONE = "both_none"
    """Neither acted: doing nothing is a decision."""


class ReviewDecision(StrEnum):
    """What a review of an agent comes to."""

    KEEP = "keep"
    """Its scope and levels stay."""
    WIDEN = "widen"
    """They are to grow, each step by its own gate."""
    NARROW = "narrow"
    """They shrink, at once."""


class Severity(IntEnum):
    """How bad a difference is."""

    NONE = 0
    MINOR = 1
    SEVERE = 2
    """Something outside, or that cannot be taken back, that no human did."""


class Adjudication(StrEnum):
    """What a person says of a pair."""

    AGENT = "agent"
    """The agent is right."""
    HUMAN = "human"
    """The human is right."""
    BOTH = "both"
    """Both are fine."""
    NEITHER = "neither"
    """Both are wrong."""
    UNSURE = "unsure"
    """Cannot be told."""
