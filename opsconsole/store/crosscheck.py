"""Does the journal still say what the record says: contents, triage, rulings, decisions, results, agents, grants.

The chain proves the entries; this holds the tables that people read beside them. What erasure took is left out.
"""

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, cast

from opsconsole.domain.canonical import digest
from opsconsole.store import evidencedays
from opsconsole.store.audit import Finding
from opsconsole.store.queries.reviews import signed

MOST = 50
"""Findings told at most."""

_EVENT = "SELECT c.digest FROM event e JOIN content c ON c.id = e.content_id WHERE e.id = ?"
_TURN = "SELECT c.digest FROM turn t JOIN content c ON c.id = t.content_id WHERE t.run_id = ? AND t.number = ?"
_RESULT = "SELECT c.digest FROM action a JOIN content c ON c.id = a.result_id WHERE a.id = ?"
_DECISIONS = "SELECT verb, actor FROM decision WHERE approval_id = ? ORDER BY id"
_EFFECTS = {
    "effect.sending": "sending",
    "effect.sending_again": "sending",
    "effect.done": "done",
    "effect.failed": "failed",
    "effect.unknown": "unknown",
    "effect.void": "cancelled",
    "effect.asked_again": "cancelled",
    "effect.undone": "undone",
    "decision.undone": "cancelled",
}
"""What an entry says of the state of its action's effect; others say nothing."""
_CANARY = {"canary.begun", "canary.widened", "canary.used", "canary.stopped"}
_ANSWERS = {"recommendation.did_it", "recommendation.not_right", "recommendation.asked"}


_SEVERITIES = ("none", "minor", "severe")


def crosscheck(conn: sqlite3.Connection) -> tuple[Finding, ...]:
    """Compare the tables with the record, both as they stand at one moment; give what differs, at most `MOST`."""
    if conn.in_transaction:
        return _crosscheck(conn)
    conn.execute("BEGIN")
    try:
        return _crosscheck(conn)
    finally:
        conn.execute("ROLLBACK")


def _crosscheck(conn: sqlite3.Connection) -> tuple[Finding, ...]:
    told = _Told()
    for seq, blob in conn.execute("SELECT seq, blob FROM audit ORDER BY seq"):
        try:
            told.take(seq, json.loads(blob))
        except (ValueError, KeyError, TypeError):
            continue  # the chain's verification names it
    found: list[Finding] = []
    for difference in _differences(conn, told):
        found.append(difference)
        if len(found) == MOST:
            break
    return tuple(found)


class _Told:
    """The last word of the record on each thing, with the entry that said it."""

    def __init__(self) -> None:
        self.events: dict[int, tuple[int, str]] = {}
        self.turns: dict[tuple[int, int], tuple[int, str]] = {}
        self.results: dict[str, tuple[int, str]] = {}
        self.verdicts: dict[str, tuple[int, str]] = {}
        self.agents: dict[int, tuple[int, str]] = {}
        self.in_use: dict[str, tuple[int, str]] = {}
        self.canaries: dict[str, tuple[int, str]] = {}
        self.grants: dict[int, tuple[int, str]] = {}
        self.reviews: dict[int, tuple[int, str]] = {}
        self.answers: dict[str, tuple[int, str]] = {}
        self.pairs: dict[int, tuple[int, str]] = {}
        self.pair_verdicts: dict[int, tuple[int, str]] = {}
        self.judged: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
        self.effects: dict[str, tuple[int, str]] = {}
        self.decisions: dict[int, list[tuple[int, str, str]]] = defaultdict(list)

    def take(self, seq: int, entry: dict[str, Any]) -> None:
        """Take one entry in."""
        kind = entry["kind"]
        if kind == "event.received":
            self.events[entry["event"]] = (seq, entry["content"])
        elif kind == "turn":
            self.turns[(entry["run"], entry["number"])] = (seq, entry["content"])
        elif kind == "action.ruled":
            self.verdicts[entry["action"]] = (seq, entry["verdict"])
        elif kind == "agent.applied":
            self.agents[entry["version"]] = (seq, entry["digest"])
            self.in_use[entry["agent"]] = (seq, str(entry["version"]))
        elif kind in _CANARY:
            self._take_canary(seq, kind, entry)
        elif kind == "agent.dismissed":
            self.in_use[entry["agent"]] = (seq, "0")
        elif kind == "grant.given":
            self.grants[entry["grant"]] = (seq, entry["terms"])
        elif kind == "review.signed":
            self.reviews[entry["review"]] = (seq, entry["terms"])
        elif kind.startswith("decision.") and kind != "decision.undone":
            self.decisions[entry["approval"]].append((seq, kind.removeprefix("decision."), entry["actor"]))
        if "action" in entry and kind in _EFFECTS:
            self.effects[entry["action"]] = (seq, _EFFECTS[kind])
        if kind.startswith("pair."):
            self._take_pair(seq, kind, entry)
        if kind in _ANSWERS:
            self.answers[entry["action"]] = (seq, kind.removeprefix("recommendation."))
        elif kind == "recommendation.reopened":
            self.answers.pop(entry["action"], None)
        if kind == "recommendation.asked":
            self.results.pop(entry["action"], None)  # what was only recommended begins anew
        if "action" in entry and "result" in entry:
            self.results[entry["action"]] = (seq, entry["result"])

    def _take_canary(self, seq: int, kind: str, entry: dict[str, Any]) -> None:
        if kind == "canary.begun":
            self.agents[entry["version"]] = (seq, entry["digest"])
        runs = kind in ("canary.begun", "canary.widened")
        self.canaries[entry["agent"]] = (seq, f"{entry['version']} {entry['share']}" if runs else "")

    def _take_pair(self, seq: int, kind: str, entry: dict[str, Any]) -> None:
        pair = entry["pair"]
        if kind in ("pair.made", "pair.remade"):
            self.pairs[pair] = (seq, entry["content"])
            grade = _SEVERITIES.index(entry["severity"])
            told = f"{entry['verdict']} {grade} {int(entry['blind'])} {int(entry.get('failed') or 0)}"
            told += f" {entry['source']} {entry.get('version') or 0} {entry['about']} {entry['occurred']}"
            told += f" {entry.get('category') or ''} {entry.get('excluded') or ''}"
            self.pair_verdicts[pair] = (seq, told)
        elif kind == "pair.judged":
            self.judged[pair].append((entry["verdict"], entry["actor"], int(entry.get("repeat") or 0)))
        elif kind == "pair.reopened":
            is_repeat = int(entry.get("repeat") or 0)
            last = max(place for place, word in enumerate(self.judged[pair]) if word[2] == is_repeat)
            del self.judged[pair][last]


def _differences_of_pairs(conn: sqlite3.Connection, told: _Told) -> Iterator[Finding]:
    content = "SELECT c.digest FROM pair p JOIN content c ON c.id = p.content_id WHERE p.id = ?"
    yield from _same(conn, told.pairs, content, _hex, "what pair compares:")
    verdict = (
        "SELECT verdict || ' ' || severity || ' ' || is_blind || ' ' || is_failed || ' ' || source || ' '"
        " || coalesce(version_id, 0) || ' ' || about || ' ' || occurred_at || ' ' || category || ' ' || excluded"
        " FROM pair WHERE id = ?"
    )
    yield from _same(conn, told.pair_verdicts, verdict, str, "pair")
    for (pair,) in conn.execute("SELECT id FROM pair ORDER BY id").fetchall():
        if pair not in told.pairs:
            yield Finding(0, f"the record knows nothing of pair {pair}")
    rows: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    for pair, *said in conn.execute("SELECT pair_id, verdict, actor, is_repeat FROM adjudication ORDER BY id"):
        rows[pair].append((said[0], said[1], said[2]))
    for pair in sorted({*rows, *(item for item, said in told.judged.items() if said)}):
        if rows.get(pair, []) != told.judged.get(pair, []):
            yield Finding(0, f"what was said of pair {pair} is not what the record says")
    yield from _differences_of_evidence(conn)


def _differences_of_evidence(conn: sqlite3.Connection) -> Iterator[Finding]:
    try:
        for words in evidencedays.differences(conn):
            yield Finding(0, f"the evidence of {words} is not what its pairs come to")
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        yield Finding(0, f"the evidence cannot be counted: a pair or an agent's version is damaged ({error})")


def _differences_of_reviews(conn: sqlite3.Connection, told: _Told) -> Iterator[Finding]:
    for (review,) in conn.execute("SELECT id FROM review ORDER BY id").fetchall():
        if review not in told.reviews:
            yield Finding(0, f"the record knows nothing of review {review}")
    for review, (seq, terms) in told.reviews.items():
        if signed.terms(conn, review) != terms:
            yield Finding(seq, f"review {review} is not what entry {seq} says was signed")


def _differences(conn: sqlite3.Connection, told: _Told) -> Iterator[Finding]:
    for row, salt, data, kept in conn.execute("SELECT id, salt, bytes, digest FROM content WHERE bytes IS NOT NULL"):
        if hashlib.sha256(salt + data).digest() != kept:
            yield Finding(0, f"stored content {row} is not what was stored")
    yield from _same(conn, told.events, _EVENT, _hex, "event")
    yield from _same(conn, told.turns, _TURN, _hex, "turn")
    yield from _same(conn, told.results, _RESULT, _hex, "result of action")
    ruled = "SELECT verdict FROM ruling WHERE action_id = ? AND phase = 'proposed' ORDER BY id LIMIT 1"
    yield from _same(conn, told.verdicts, ruled, str, "ruling on action")
    yield from _same(conn, told.agents, "SELECT spec FROM agent_version WHERE id = ?", _spec_digest, "agent version")
    used = "SELECT coalesce(version_id, 0) FROM agent WHERE id = ?"
    yield from _same(conn, told.in_use, used, str, "what is in use of agent")
    tried = "SELECT version_id || ' ' || share FROM canary WHERE agent_id = ? AND ended_at IS NULL"
    yield from _same(conn, told.canaries, f"SELECT coalesce(({tried}), '')", str, "what is tried of agent")
    yield from _same(
        conn, told.effects, "SELECT state FROM effect WHERE action_id = ?", str, "effect of action", _went_on
    )
    yield from _differences_of_pairs(conn, told)
    answered = "SELECT verb FROM recommendation WHERE action_id = ?"
    yield from _same(conn, told.answers, answered, str, "what was said to recommendation")
    for (action,) in conn.execute("SELECT action_id FROM recommendation ORDER BY 1").fetchall():
        if action not in told.answers:
            yield Finding(0, f"the record knows of no answer to recommendation {action}")
    for (grant,) in conn.execute("SELECT id FROM standing_grant ORDER BY id").fetchall():
        if grant not in told.grants:
            yield Finding(0, f"the record knows nothing of grant {grant}")
    yield from _differences_of_reviews(conn, told)
    for (approval,) in conn.execute("SELECT DISTINCT approval_id FROM decision ORDER BY 1").fetchall():
        if approval not in told.decisions:
            yield Finding(0, f"the record knows of no decision on request {approval}")
    for grant, (seq, terms) in told.grants.items():
        if grant_terms(conn, grant) != terms:
            yield Finding(seq, f"grant {grant} is not what entry {seq} says was given")
    for approval, said in told.decisions.items():
        rows = conn.execute(_DECISIONS, (approval,)).fetchall()
        if rows != [(verb, actor) for _, verb, actor in said]:
            yield Finding(said[0][0], f"what was decided on request {approval} is not what the record says")


def _same(
    conn: sqlite3.Connection,
    told: dict[Any, tuple[int, str]],
    sql: str,
    read: Callable[[Any], str],
    what: str,
    allowed: Callable[[str, str], bool] | None = None,
) -> Iterator[Finding]:
    for key, (seq, said) in told.items():
        row = conn.execute(sql, _parts(key)).fetchone()
        present = None if row is None else read(row[0])
        if present != said and not (allowed is not None and present is not None and allowed(said, present)):
            name = ".".join(map(str, _parts(key)))
            yield Finding(seq, f"{what} {name} is not what entry {seq} says")


def _parts(key: Any) -> tuple[Any, ...]:
    return cast(tuple[Any, ...], key) if isinstance(key, tuple) else (key,)


def _hex(value: bytes) -> str:
    return value.hex()


def _spec_digest(spec: str) -> str:
    return hashlib.sha256(spec.encode()).hexdigest()


def _went_on(said: str, present: str) -> bool:
    """A state that only lasts until the next step: prepared again after a try, cancelled with its run."""
    return said in ("sending", "unknown", "cancelled") and present in ("prepared", "cancelled")


def grant_terms(conn: sqlite3.Connection, grant: int) -> str:
    """Digest of what a grant allows, and until when; empty where there is no such grant."""
    row = conn.execute(
        "SELECT agent_id, tool, fingerprint, pinned, expires_at FROM standing_grant WHERE id = ?", (grant,)
    ).fetchone()
    return "" if row is None else digest([str(value) for value in row])
