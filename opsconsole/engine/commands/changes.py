"""What happened on a subject since a person was asked, with the difference where there is one."""

from opsconsole.domain.enums import ActionState, Effect, Reversibility
from opsconsole.domain.event import Event
from opsconsole.engine.commands.risks import seen_by_gate
from opsconsole.engine.effects.accounts import other_account
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import events, runs
from opsconsole.store.queries.desk import records as desk
from opsconsole.store.rows import ActionRow, ApprovalRow, Reader
from opsconsole.store.times import to_micros

_LONGEST = 120
"""Characters of a value that are told."""


def changes_since(kernel: Kernel, conn: Reader, action: ActionRow, approval: ApprovalRow) -> tuple[str, ...]:
    """Return what others changed since the card was made, in words: what it was, and what it is now.

    That its connection is signed in to another account since comes first.

    What the same agent did inside the house and can simply be undone (a tag, a note, a ticket of the next mail in the
    thread) is no news: nobody would decide otherwise for it. Anything else is, whoever did it: mail, money, what
    cannot be undone, and what nobody declares any more.

    Args:
        kernel: knows what each tool does.
        conn: reads the workspace; within a transaction its own connection.
        action: what was asked about.
        approval: the request.
    """
    found = runs.subject_changes(conn, action.subject_id, after=approval.subject_mark, without_run=action.run_id)
    told = [
        change
        for change in found
        if change.agent != approval.agent_id or not _is_harmless(kernel, conn, change, action)
    ]
    moved = other_account(kernel.registry, action.tool, action.account)
    accounts = (moved,) if moved else ()
    if not told:
        return accounts
    news = events.last_on_subject(conn, action.subject_id, after=approval.created_at, most=len(told))
    words: list[str] = []
    for change in reversed(told):
        is_event = news and change.agent is None and change.what == news[-1].kind.replace(".", " ")
        words.append(_told(change.what, news.pop() if is_event else None))
    return (*accounts, *reversed(words), *_fields(conn, events.subject_key(conn, action.subject_id), approval))


def _is_harmless(kernel: Kernel, conn: Reader, change: runs.SubjectChange, action: ActionRow) -> bool:
    """Return whether all that a run can have done by this name stayed inside, moved no money and can be undone.

    The change holds the deed's name only, so every deed of its run on the subject is looked at that has this name, or
    whose name is not known.
    """
    if change.run is None:
        return False
    is_found = False
    for deed in runs.actions(conn, change.run):
        if not deed.is_write or deed.state is not ActionState.DONE or deed.subject_id != action.subject_id:
            continue
        seen = seen_by_gate(kernel, conn, deed)
        if seen.type is not None and seen.type.title != change.what:
            continue
        if (
            seen.effect is not Effect.INTERNAL
            or seen.reversibility is not Reversibility.REVERSIBLE
            or (seen.type is not None and seen.type.is_money)
        ):
            return False
        is_found = True
    return is_found


def _told(what: str, came: Event | None) -> str:
    """Say one change; of a new mail or ticket what it says."""
    if came is None:
        return what
    text = f"{came.title} — {came.text}" if came.title else came.text
    who = came.sender_name or came.sender
    return f"{what} from {who}: “{_short(text)}”" if who else f"{what}: “{_short(text)}”"


def _fields(conn: Reader, key: str, approval: ApprovalRow) -> list[str]:
    """Say which fields of the desk's record are others now: `stage: qualified → lost`."""
    kind, _, number = key.partition(":")
    if kind not in desk.COLUMNS or not number.isdecimal():
        return []
    asked, spans = to_micros(approval.created_at), dict[str, tuple[object, object]]()
    for line in desk.history(conn, kind, int(number)):
        if line["at"] > asked and line["field"] and line["actor"] != f"agent:{approval.agent_id}":
            first, _ = spans.get(line["field"], (line["was"], None))
            spans[line["field"]] = first, line["now"]
    return [
        f"{field.replace('_', ' ')}: {_short(str(was or '—'))} → {_short(str(now or '—'))}"
        for field, (was, now) in spans.items()
        if was != now
    ]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
