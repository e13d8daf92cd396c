"""agents versions, diff, restore, lint: what an agent's file said before, what differs, and what to look at in it."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.plainerrors import LAST
from opsconsole.app.session import Session, opened
from opsconsole.app.words import say, say_json, table, utc, warn
from opsconsole.domain.errors import FileFormatError, NotFoundError, UserError
from opsconsole.engine.agents import lint as linting
from opsconsole.engine.agents.difference import FieldChange, differences, raises
from opsconsole.engine.agents.file import load_spec, read_agent
from opsconsole.engine.agents.versions import NewVersion, in_use, not_in_use
from opsconsole.engine.ladder.canary.begin import Begun, begin_again
from opsconsole.engine.ladder.signed import restore as restore_version
from opsconsole.store.queries import versions
from opsconsole.store.queries.dismissals import dismissal
from opsconsole.store.queries.rollout import canary as read_canary
from opsconsole.store.rows import VersionRow

Agent = Annotated[str, typer.Argument(help="Whose.")]
Canary = Annotated[bool, typer.Option(help="Try it on 5 % of the new threads first; what is in use stays in use.")]
WHEN = len("2026-03-31 12:00 UTC")
NEEDS_NONE = "A canary asks before everything, so --without-evidence says nothing of it; leave it out."
SHOWN = 20
"""So many differences are told when a version comes into use."""


def in_use_words(made: NewVersion) -> str:
    """Say which version is in use now."""
    word = f"version {made.number} is in use" if made.is_new else f"unchanged, version {made.number} stays in use"
    return f"{made.agent}: {word}."


@dataclass(frozen=True, slots=True)
class VersionChange:
    """What came into use, beside what was in use before."""

    made: NewVersion
    raises: tuple[FieldChange, ...] = ()
    """Levels and stages that are higher now."""
    differs: tuple[FieldChange, ...] = ()
    """All that is different."""

    def lines(self) -> Iterator[str]:
        """Return it as lines, what is raised first; many differences are cut short."""
        yield in_use_words(self.made)
        yield from (f"  raises: {change.line()}" for change in self.raises)
        raised = {change.place for change in self.raises}
        rest = [change for change in self.differs if change.place not in raised]
        yield from (f"  {change.line()}" for change in rest[:SHOWN])
        if (more := len(rest) - SHOWN) > 0:
            yield f"  and {more} more: `opsconsole agents diff {self.made.agent} {self.made.before} {self.made.number}`"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "agent": self.made.agent,
            "version": self.made.number,
            "is_new": self.made.is_new,
            "before": self.made.before,
            "raises": [_change_json(change) for change in self.raises],
            "differences": [_change_json(change) for change in self.differs],
        }


def change_of(session: Session, made: NewVersion) -> VersionChange:
    """Return what came into use with what it says otherwise than the version before it."""
    if not made.is_new or made.before is None:
        return VersionChange(made)
    was, now = (load_spec(_numbered(session, made.agent, number).spec) for number in (made.before, made.number))
    return VersionChange(made, raises(was, now), differences(was, now))


def say_begun(session: Session, made: Begun, *, as_json: bool) -> None:
    """Say what is tried from now on, and what it says otherwise than the version in use."""
    was, now = (load_spec(_numbered(session, made.agent, number).spec) for number in (made.beside, made.number))
    changes = differences(was, now)
    if as_json:
        facts = {"agent": made.agent, "version": made.number, "beside": made.beside, "share": made.share}
        say_json({**facts, "differences": [_change_json(change) for change in changes]})
        return
    say(
        f"{made.agent}: version {made.number} is tried on {made.share} % of the new threads and asks before everything;"
        f" version {made.beside} stays in use."
    )
    for change in changes[:SHOWN]:
        say(f"  {change.line()}")
    if (more := len(changes) - SHOWN) > 0:
        say(f"  and {more} more: `opsconsole agents diff {made.agent} {made.beside} {made.number}`")


def _change_json(change: FieldChange) -> dict[str, str]:
    return {"place": change.place, "was": change.was, "now": change.now}


def versions_(agent: Agent, *, as_json: AsJson = False, workspace: Where = None) -> None:
    """List the versions of an agent, the newest first: who made them, when, and why."""
    with opened(workspace) as session:
        conn = session.kernel.reader
        present, rows = versions.current_version_of(conn, agent), versions.every(conn, agent)
        if not rows:
            raise not_in_use(conn, agent)
        gone = dismissal(conn, agent)
        tried = {each.version: each for each in read_canary.every(conn, agent)}
    if as_json:
        for row in rows:
            say_json(
                {
                    "version": row.number,
                    "is_in_use": row.id == present,
                    "canary": _canary_json(tried.get(row.id)),
                    "at": row.created_at.isoformat(),
                    "by": row.applied_by,
                    "reason": row.reason,
                    "digest": row.digest,
                }
            )
        return
    lines = [("VERSION", "", "WHEN", "BY", "WHY")]
    for row in rows:
        mark = "in use" if row.id == present else canary_mark(tried.get(row.id))
        lines.append((str(row.number), mark, utc(row.created_at), row.applied_by, row.reason or "—"))
    table(lines, (7, 12, WHEN, 24, 80))
    if gone is not None:
        why = f": {gone.reason}" if gone.reason else ""
        say(f"Dismissed {utc(gone.at)} by {gone.by}{why}.")
        say(f"`opsconsole agents restore {agent} {gone.number}` puts it in use again as it was.")


def canary_mark(tried: read_canary.Canary | None) -> str:
    """Return in a word or two how a version is tried, or was; empty for one that never was."""
    if tried is None:
        return ""
    return f"canary {tried.share} %" if tried.is_running else "tried"


def _canary_json(tried: read_canary.Canary | None) -> dict[str, Any] | None:
    return None if tried is None else {"share": tried.share, "is_tried": tried.is_running, "ended_as": tried.ended_as}


def diff(
    agent: Agent,
    was: Annotated[
        int | None, typer.Argument(min=1, max=LAST, help="A version's number; without one: the one before.")
    ] = None,
    now: Annotated[
        int | None, typer.Argument(min=1, max=LAST, help="Another one; without one: the one in use.")
    ] = None,
    *,
    file: Annotated[bool, typer.Option(help="The file's lines instead of words.")] = False,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Say what one version of an agent says otherwise than another."""
    with opened(workspace) as session:
        then = in_use(session.kernel.reader, agent) if now is None else _numbered(session, agent, now)
        first = _before(session, then) if was is None else _numbered(session, agent, was)
    if file:
        names = f"{agent} {first.number}", f"{agent} {then.number}"
        lines = list(difflib.unified_diff(first.source.splitlines(), then.source.splitlines(), *names, lineterm=""))
        if as_json:
            say_json({"agent": agent, "was": first.number, "now": then.number, "lines": lines})
        else:
            say("\n".join(lines) or "The two files are the same.")
        return
    changes = differences(load_spec(first.spec), load_spec(then.spec))
    if as_json:
        for change in changes:
            say_json(_change_json(change))
        return
    say(f"{agent}, version {first.number} → version {then.number}: {len(changes) or 'nothing'} different.")
    for change in changes:
        say(f"  {change.line()}")


def _before(session: Session, version: VersionRow) -> VersionRow:
    """Return what was in use before a version; of one that is only tried, what it is tried beside."""
    conn = session.kernel.reader
    if (tried := read_canary.of_version(conn, version.id)) is not None:
        return _numbered(session, version.agent_id, tried.beside_number)
    return versions.used_before(conn, version.agent_id, version.number) or version


def restore(
    agent: Agent,
    number: Annotated[int, typer.Argument(min=1, max=LAST, help="The version whose file is put in use again.")],
    *,
    reason: Annotated[str, typer.Option(help="Why; kept with the version.")] = "",
    without_evidence: Annotated[
        str, typer.Option(help="Why it shall be live where nothing proves yet that it may; kept, and shown.")
    ] = "",
    canary: Canary = False,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Put an earlier version's file in use again, as a new version."""
    if canary and without_evidence:
        raise UserError(NEEDS_NONE)
    with opened(workspace) as session:
        kernel, actor, why = session.kernel, session.actor, without_evidence
        if canary:
            begun = session.write(
                lambda tx: begin_again(kernel, tx, agent, number, actor=actor, reason=reason), name="canary.begin"
            )
            say_begun(session, begun, as_json=as_json)
            return
        now = kernel.clock.now()
        made = session.write(
            lambda tx: restore_version(
                kernel, tx, agent, number, actor=actor, now=now, reason=reason, without_evidence=why
            ),
            name="agent.restore",
        )
        change = change_of(session, made)
    if as_json:
        say_json(change.to_json())
    else:
        say("\n".join(change.lines()))


def lint(
    files: Annotated[list[Path], typer.Argument(help="Agent files (YAML).")],
    *,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Look agents' files over without putting them in use: what is wrong, and what is probably not meant.

    A file that is wrong is told, and the others are looked over all the same; the exit code is 2 then.
    """
    is_wrong = False
    with opened(workspace) as session:
        for path in files:
            try:
                _look_over(session, path, as_json=as_json)
            except FileFormatError as error:
                is_wrong = True
                if as_json:
                    facts = {"agent": None, "kind": "error", "place": "", "line": error.line, "text": f"{error}"}
                    say_json({"file": str(path), **facts})
                else:
                    warn(f"{error}")
    if is_wrong:
        raise typer.Exit(2)


def _look_over(session: Session, path: Path, *, as_json: bool) -> None:
    kernel = session.kernel
    spec = read_agent(path, kernel.registry).spec
    found = linting.lint(kernel.registry, kernel.reader, spec)
    for finding in found:
        if as_json:
            place = ".".join(map(str, finding.place))
            facts = {"agent": spec.agent, "kind": finding.kind, "place": place, "text": finding.text}
            say_json({"file": str(path), **facts})
        else:
            say(f"{spec.agent}: {finding.text}")
    if not found and not as_json:
        say(f"{spec.agent}: nothing to say.")


def _numbered(session: Session, agent: str, number: int) -> VersionRow:
    row = versions.numbered(session.kernel.reader, agent, number)
    if row is None:
        hint = f"`opsconsole agents versions {agent}` lists them."
        raise NotFoundError(f"There is no version {number} of {agent}.", hint=hint)
    return row
