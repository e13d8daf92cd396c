"""What people decided in a time and in the one before it: rows for the counts of `policy.insights`.

A time is half open: it holds its first moment and not its last. What was asked counts where it was asked; what was
decided, approved, edited, overturned and timed counts where it was decided.
"""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsconsole.policy.insights.counts import DecisionCounts, Said, counted
from opsconsole.policy.insights.observations import Observation, nothing_words, observations
from opsconsole.policy.insights.words import Figure, figures, price
from opsconsole.store.queries import limits
from opsconsole.store.queries.views.names import agent_names, category_names
from opsconsole.store.times import to_micros

HOUR_PRICE = "hour_price"
"""Setting: what an hour of who decides costs, in the workspace's currency. Empty, or 0: nobody declared it."""
_MANY = "SELECT json_group_array(action_id) FROM (SELECT action_id FROM approval GROUP BY 1 HAVING count(*) > 1)"
"""Actions that were asked about more than once: only of these few it is looked whether that was the same card."""
_SAME_CARD = "o.action_id = p.action_id AND o.kind = p.kind AND o.created_at = p.created_at"
"""A request that was taken back is asked anew, as of the same moment."""
_OTHER = f"p.action_id IN (SELECT value FROM json_each(:many)) AND EXISTS (SELECT 1 FROM approval o WHERE {_SAME_CARD}"  # noqa: S608
_ASKED = (
    "SELECT sum(created_at < :mid), sum(created_at >= :mid) FROM approval"
    " WHERE created_at >= :begin AND created_at < :end AND (:agent IS NULL OR agent_id = :agent)"
)
_ANEW = (
    "SELECT sum(p.created_at < :mid), sum(p.created_at >= :mid)"  # noqa: S608 - no input in it
    " FROM json_each(:many) j CROSS JOIN approval p ON p.action_id = j.value"
    " WHERE p.created_at >= :begin AND p.created_at < :end AND (:agent IS NULL OR p.agent_id = :agent)"
    f" AND EXISTS (SELECT 1 FROM approval o WHERE {_SAME_CARD} AND o.id < p.id)"
)
"""Of those asked, the ones whose card was asked before."""
_UNDONE = "p.id IN (SELECT e.approval_id FROM undo u JOIN effect e ON e.id = u.effect_id WHERE e.approval_id > 0)"
_JUDGED_WRONG = (
    "CAST(p.action_id AS INTEGER) IN (SELECT x.run_id FROM pair x JOIN adjudication j ON j.id ="
    " (SELECT max(k.id) FROM adjudication k WHERE k.pair_id = x.id AND k.is_repeat = 0)"
    " WHERE x.run_id > 0 AND j.verdict IN ('human', 'neither'))"
    " AND EXISTS (SELECT 1 FROM effect e WHERE e.action_id = p.action_id AND e.approval_id = p.id"
    " AND e.state = 'done')"
)
"""An action's name begins with its run."""
_FATE = (
    f"CASE WHEN {_OTHER} AND o.id > p.id) THEN 1"
    " WHEN p.kind <> 'action' OR d.verb NOT IN ('approve', 'edit') THEN 0"
    f" WHEN {_UNDONE} THEN 2 WHEN {_JUDGED_WRONG} THEN 3 ELSE 0 END"
)
_WAIT = (
    f"CASE WHEN p.snoozed_until IS NULL AND NOT ({_OTHER} AND o.snoozed_until IS NOT NULL))"
    " THEN d.at - p.created_at END"
)
_SAID = (
    f"SELECT p.agent_id, coalesce(a.category, ''), a.tool, p.kind, d.verb, {_FATE}, count(*),"  # noqa: S608
    f" json_group_array({_WAIT})"
    " FROM decision d CROSS JOIN approval p ON p.id = d.approval_id CROSS JOIN action a ON a.id = p.action_id"
    " WHERE d.at >= :begin AND d.at < :end AND (:agent IS NULL OR p.agent_id = :agent) GROUP BY 1, 2, 3, 4, 5, 6"
)
_SAID_OF_ANY = _SAID.replace("coalesce(a.category, ''), a.tool", "'', ''").replace(
    " CROSS JOIN action a ON a.id = p.action_id", ""
)
"""Where only the sum is asked for, what was wanted is not looked up."""
_EXPIRED = (
    "SELECT sum(closed_at < :mid), sum(closed_at >= :mid) FROM approval"
    " WHERE state = 'lapsed' AND closed_at >= :begin AND closed_at < :end AND closed_at >= expires_at"
    " AND (:agent IS NULL OR agent_id = :agent)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Insights:
    """What the decisions of a time come to, beside those of the time before it."""

    since: datetime
    until: datetime
    days: int
    agent: str | None
    """Whose cards; None: of all agents."""
    now: DecisionCounts
    before: DecisionCounts
    """Of as many days just before."""
    observed: tuple[Observation, ...]
    agents: dict[str, str]
    """The agents by id, with the names people call them."""
    hour_price: float | None
    """What an hour of who decides costs; None: nobody declared it."""
    currency: str

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was asked, decided or left in either time."""
        return self.now == self.before == DecisionCounts()

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Return the six figures in words."""
        return figures(self.now, self.before, days=self.days)

    @property
    def price(self) -> str:
        """Return the price of oversight in words."""
        return price(self.now, self.before, days=self.days, hour_price=self.hour_price, currency=self.currency)

    @property
    def nothing(self) -> str:
        """Return why nothing stands out, where nothing does."""
        return nothing_words(self.now, days=self.days)


def insights(conn: sqlite3.Connection, *, until: datetime, days: int, agent: str | None = None) -> Insights:
    """Return what was decided in the `days` before a moment, which itself is not among them."""
    since = until - timedelta(days=days)
    first = since - timedelta(days=days)
    names, categories = agent_names(conn), category_names(conn)
    values: dict[str, int | str | None] = {
        "begin": to_micros(first),
        "mid": to_micros(since),
        "end": to_micros(until),
        "agent": agent,
    }
    (values["many"],) = conn.execute(_MANY).fetchone()
    asked, anew, expired = (_both(conn, sql, values) for sql in (_ASKED, _ANEW, _EXPIRED))
    said = _said(conn, _SAID, {**values, "begin": values["mid"]})
    earlier = _said(conn, _SAID_OF_ANY, {**values, "end": values["mid"]})
    in_use = {agent: names[agent] for (agent,) in conn.execute("SELECT id FROM agent WHERE version_id IS NOT NULL")}
    total = counted(said, asked=asked[1] - anew[1], expired=expired[1])
    return Insights(
        since=since,
        until=until,
        days=days,
        agent=agent,
        now=total,
        before=counted(earlier, asked=asked[0] - anew[0], expired=expired[0]),
        observed=observations(said, total, agents=in_use, category_name=categories.of),
        agents=names,
        hour_price=hour_price(conn),
        currency=limits.setting(conn, "currency") or "EUR",
    )


def counts_between(conn: sqlite3.Connection, *, since: datetime, until: datetime) -> DecisionCounts:
    """Return what people decided in a time, itself alone."""
    values: dict[str, int | str | None] = {
        "begin": to_micros(since),
        "mid": to_micros(since),
        "end": to_micros(until),
        "agent": None,
    }
    (values["many"],) = conn.execute(_MANY).fetchone()
    asked, anew, expired = (_both(conn, sql, values)[1] for sql in (_ASKED, _ANEW, _EXPIRED))
    return counted(_said(conn, _SAID_OF_ANY, values), asked=asked - anew, expired=expired)


def hour_price(conn: sqlite3.Connection) -> float | None:
    """Return what an hour of who decides costs, as it was declared; None: it was not."""
    kept = limits.setting(conn, HOUR_PRICE)
    return float(kept) or None if kept else None


def _said(conn: sqlite3.Connection, sql: str, values: dict[str, int | str | None]) -> list[Said]:
    return [
        (*row[:6], int(row[6]), [wait for wait in json.loads(row[7]) if wait is not None])
        for row in conn.execute(sql, values)
    ]


def _both(conn: sqlite3.Connection, sql: str, values: dict[str, int | str | None]) -> tuple[int, int]:
    """Return how many there were in the time before, and in the time itself."""
    before, now = conn.execute(sql, values).fetchone()
    return before or 0, now or 0
