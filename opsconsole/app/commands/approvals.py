"""approvals and grants: what waits for you."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from opsconsole.app.commands.decisionwords import decided
from opsconsole.app.commands.ladder.undecided import line, see_anyway, tell_waiting, undecided
from opsconsole.app.commands.options import Anyway, AsJson, Where
from opsconsole.app.plainerrors import LAST
from opsconsole.app.session import Session, opened
from opsconsole.app.words import ago, count, plain, say, say_json, table, utc
from opsconsole.domain.enums import ApprovalKind
from opsconsole.domain.errors import UserError
from opsconsole.engine.commands import approvals as commands
from opsconsole.engine.commands import takeback
from opsconsole.engine.commands.cards import CardView, card, intent
from opsconsole.engine.commands.decisions import Grant
from opsconsole.engine.commands.grants import revoke as revoke_grant
from opsconsole.engine.commands.results import DecisionResult
from opsconsole.engine.commands.risks import risk_of
from opsconsole.store.queries import approvals, runs
from opsconsole.store.queries import grants as read_grants
from opsconsole.store.queries.views.drawn import open_count
from opsconsole.store.rows import present
from opsconsole.store.transaction import Transaction

app = typer.Typer(help="What waits for you: look, then approve, edit, reject or answer.", no_args_is_help=True)
grants = typer.Typer(help="Standing grants: what you always allow, for how long.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(min=1, max=LAST, help="The request's number.")]
Digest = Annotated[str | None, typer.Option(help="Digest of the card you saw; refused if it changed.")]


@app.command("list")
def list_(
    *, limit: Annotated[int, typer.Option(min=1, max=LAST)] = 50, as_json: AsJson = False, workspace: Where = None
) -> None:
    """List what waits, oldest first."""
    with opened(workspace) as session:
        conn, now = session.kernel.reader, session.kernel.clock.now()
        waiting = approvals.waiting_approvals(conn, limit=limit)
        total, first = approvals.all_waiting_count(conn), open_count(conn)
        rows = [("NO", "RISK", "AGENT", "WAITS", "WHAT", "WHY YOU ARE ASKED")]
        for approval in waiting:
            action = present(runs.action(conn, approval.action_id), approval.action_id)
            if (hidden := undecided(session, action.run_id, approval)) is not None:
                say_json(hidden) if as_json else rows.append(line(hidden, now))
                continue
            kind = session.kernel.registry.type(action.tool)
            what = intent(kind, action, approval)
            pill = "ask" if approval.kind is ApprovalKind.QUESTION else risk_of(session.kernel, action).value
            if as_json:
                say_json(
                    {
                        "id": approval.id,
                        "kind": approval.kind.value,
                        "agent": approval.agent_id,
                        "tool": action.tool,
                        "args": action.args,
                        "intent": what,
                        "risk": pill,
                        "because": approval.because,
                        "asked_at": approval.created_at,
                        "expires_at": approval.expires_at,
                        "digest": approval.digest,
                        "category": action.category,
                    }
                )
            rows.append(
                (str(approval.id), pill, approval.agent_id, ago(approval.created_at, now), what, approval.because)
            )
    if as_json:
        return
    if len(rows) > 1:
        table(rows, (5, 6, 16, 10, 52, 90))
        more = f" (the {len(waiting)} oldest of {total})" if total > len(waiting) else ""
        say(f"\n{count(total, 'request')} waiting{more}. `opsconsole approvals show NO` shows one whole.")
    elif not first:
        say("Nothing waits for you.")
    tell_waiting(first)


@app.command()
def show(number: Number, *, anyway: Anyway = False, as_json: AsJson = False, workspace: Where = None) -> None:
    """Show a request whole: what would be done, why you are asked, what it rests on."""
    with opened(workspace) as session:
        see_anyway(session, number if anyway else None)
        view = session.run(card(session.kernel, number))
        if as_json:
            say_json(view.to_json())
        else:
            _print(view, session)


def _print(view: CardView, session: Session) -> None:
    now = session.kernel.clock.now()
    is_question = view.kind is ApprovalKind.QUESTION
    pill = "a question" if is_question else f"risk {view.risk.value}"
    say(f"Request {view.id} ({view.state}), {pill}, asked {ago(view.asked_at, now)} by {view.agent}")
    say(f"\n  {plain(view.intent, 160)}\n")
    say(f"You are asked because: {plain(view.because)}")
    if view.agents_reason:
        say(f"The agent's reason: {plain(view.agents_reason)}")
    if is_question:
        options: list[str] = list(map(str, view.args.get("options") or ()))
        for option in options:
            say(f"  - {plain(option)}")
        if note := str(view.args.get("note") or ""):
            say(f"The playbook says of what is unclear: {plain(note)}")
    else:
        origins = {origin.argument: f" ({plain(origin.words)})" for origin in view.money}
        for name, value in view.args.items():
            say(f"  {plain(name, 60)}: {plain(str(value))}{origins.get(name, '')}")
        say(f"It {view.reversibility}.")
    changed = [change for change in view.changes if change.now]
    for change in changed:
        say(f"  {plain(change.field, 60)}: {plain(change.now, 60)} -> {plain(change.after, 60)}")
    for claim in () if is_question else view.claims:
        where = f"found in {claim.source}" if claim.state == "found" else claim.state
        say(f"  evidence: {plain(claim.argument, 60)}: {plain(claim.text, 60)!r} {where}")
    for precedent in view.precedents[:3]:
        say(f"  like ({precedent['category']}): {plain(str(precedent['quote']), 100)}")
    if view.subject_changes:
        say(f"Since you were asked: {plain('; '.join(view.subject_changes))}")
    if view.expires_at is not None and view.state == "waiting":
        say(f"Decide by {utc(view.expires_at)} ({ago(view.expires_at, now)}); time never approves.")
    for decision in view.decisions:
        say(f"Decided: {decision['verb']} by {decision['actor']}, {ago(decision['at'], now)}")
    event = view.event
    trust = "verified sender" if event["is_verified"] else "sender not verified"
    sender = plain(str(event["from"]), 60) or "-"
    say(f"\nThe event: {event['kind']} from {sender} ({trust}): {plain(str(event['title']), 100)}")
    say("\n".join("  | " + line for line in plain(str(event["text"]))[:1500].splitlines()))
    if view.state == "waiting":
        verb = f"respond {view.id} ANSWER" if is_question else f"approve {view.id}"
        verb = f"`opsconsole approvals {verb} --digest {view.digest[:12]}`"
        verb += ", or leave it to people: leave" if is_question else ", or edit, reject, ignore"
        say(f"\nDecide: {verb}")
    say(f"Card {view.digest[:12]}")


def _decide(workspace: Path | None, number: int, job: Callable[[Session, Transaction], DecisionResult]) -> None:
    with opened(workspace) as session:
        asked = approvals.approval(session.kernel.reader, number)
        action = None if asked is None else runs.action(session.kernel.reader, asked.action_id)
        result = session.write(lambda tx: job(session, tx), name="decision")
        what = "" if action is None else intent(session.kernel.registry.type(action.tool), action, asked)
        agent = "" if asked is None else f", {asked.agent_id}"
        is_idle = not session.kernel.is_engine_running
    say(f"Request {number} ({plain(what, 90)}{agent}): {decided(result)}")
    if result.is_done and is_idle:
        say("No engine is running; start it to go on: `opsconsole engine`, or `opsconsole engine --once`.")
    if not result.is_done:
        raise typer.Exit(1)


@app.command()
def approve(
    number: Number,
    *,
    digest: Digest = None,
    grant_days: Annotated[
        float | None, typer.Option(min=0, max=366, help="Always allow the same for so many days.")
    ] = None,
    pin: Annotated[
        str,
        typer.Option(
            help="With --grant-days: only these arguments must stay as they are, comma-separated; else all must."
        ),
    ] = "",
    uses: Annotated[int | None, typer.Option(min=1, max=LAST, help="With --grant-days: how often at most.")] = None,
    workspace: Where = None,
) -> None:
    """Approve: it is done after a short window in which you can still take it back."""
    if grant_days is None and (pin or uses):
        raise UserError("--pin and --uses go with --grant-days.")
    grant = None
    if grant_days is not None:
        if not 0 < grant_days <= 366:
            raise UserError("--grant-days takes more than 0 and at most 366 days.")
        pinned = tuple(name.strip() for name in pin.split(",") if name.strip()) or None
        grant = Grant(timedelta(days=grant_days), pinned, uses)
    _decide(
        workspace,
        number,
        lambda s, tx: commands.approve(s.kernel, tx, number, actor=s.actor, digest=digest, grant=grant),
    )


@app.command()
def edit(
    number: Number,
    values: Annotated[list[str], typer.Argument(help="name=value, or a JSON object.")],
    *,
    digest: Digest = None,
    workspace: Where = None,
) -> None:
    """Approve with other arguments; they are checked, and the gate decides anew."""
    edited: dict[str, Any] = {}
    for value in values:
        if value.lstrip().startswith("{"):
            try:
                edited.update(json.loads(value))
            except ValueError as error:
                raise UserError(f"Not a JSON object: {error}") from error
        else:
            name, equals, text = value.partition("=")
            if not equals:
                raise UserError(f"{value!r} should be name=value.")
            edited[name.strip()] = text
    _decide(
        workspace,
        number,
        lambda s, tx: commands.approve(s.kernel, tx, number, actor=s.actor, digest=digest, edited=edited),
    )


@app.command()
def reject(
    number: Number,
    reason: Annotated[str, typer.Argument(help="The agent gets it.")],
    *,
    digest: Digest = None,
    workspace: Where = None,
) -> None:
    """Say no, and why."""
    _decide(
        workspace,
        number,
        lambda s, tx: commands.reject(s.kernel, tx, number, actor=s.actor, reason=reason, digest=digest),
    )


@app.command()
def respond(number: Number, answer: str, *, digest: Digest = None, workspace: Where = None) -> None:
    """Answer an agent's question; its run goes on."""
    _decide(
        workspace,
        number,
        lambda s, tx: commands.respond(s.kernel, tx, number, actor=s.actor, answer=answer, digest=digest),
    )


@app.command()
def ignore(number: Number, *, digest: Digest = None, workspace: Where = None) -> None:
    """Let a request lapse; nothing is done."""
    _decide(workspace, number, lambda s, tx: commands.ignore(s.kernel, tx, number, actor=s.actor, digest=digest))


@app.command()
def leave(number: Number, *, digest: Digest = None, workspace: Where = None) -> None:
    """Leave a question to people: the agent gets no answer, and does nothing more about it."""
    _decide(workspace, number, lambda s, tx: commands.leave(s.kernel, tx, number, actor=s.actor, digest=digest))


@app.command()
def undo(number: Number, *, workspace: Where = None) -> None:
    """Take a decision back: an approval until it is done (then it is undone where that can be), the others until the
    agent goes on."""
    _decide(workspace, number, lambda s, tx: takeback.undo(s.kernel, tx, number, actor=s.actor))


@grants.command("list")
def list_grants(*, as_json: AsJson = False, workspace: Where = None) -> None:
    """List the grants in force."""
    with opened(workspace) as session:
        found = read_grants.in_force(session.kernel.reader, now=session.kernel.clock.now())
    rows = [("NO", "AGENT", "TOOL", "PINNED", "UNTIL", "LEFT")]
    for grant in found:
        if as_json:
            say_json(grant)
        left = "any" if grant["uses_left"] is None else str(grant["uses_left"])
        rows.append(
            (
                str(grant["id"]),
                grant["agent"],
                grant["tool"],
                str(grant["pinned"]),
                f"{grant['expires_at']:%Y-%m-%d %H:%M}",
                left,
            )
        )
    if not as_json:
        if len(rows) == 1:
            say("No grants. `opsconsole approvals approve NO --grant-days 7` gives one.")
        else:
            table(rows, (5, 18, 22, 40, 16, 5))


@grants.command()
def revoke(number: Annotated[int, typer.Argument(min=1, max=LAST)], *, workspace: Where = None) -> None:
    """Revoke a grant."""
    with opened(workspace) as session:
        now = session.kernel.clock.now()
        session.write(lambda tx: revoke_grant(tx, number, actor=session.actor, now=now), name="grant.revoke")
    say(f"Grant {number} is revoked.")
