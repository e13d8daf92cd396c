"""What happened on a subject since a person was asked, with the difference where there is one."""

from opsconsole.domain.enums import Effect
from opsconsole.domain.event import Event
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import events, runs
from opsconsole.store.queries.desk import records as desk
from opsconsole.store.rows import ActionRow, ApprovalRow, Reader
from opsconsole.store.times import to_micros

_LONGEST = 120
"""Characters of a value that are told."""


def changes_since(kernel: Kernel, conn: Reader, action: ActionRow, approval: ApprovalRow) -> tuple[str, ...]:
    """Return what others changed since the card was made, in words: what it was, and what it is now.

    What the same agent did inside the house (a tag, a note, a ticket of the next mail in the thread) is no news: nobody
    would decide otherwise for it. What it sent outside is, whoever sent it.

    Args:
        kernel: knows which tools reach outside.
        conn: reads the workspace; within a transaction its own connection.
        action: what was asked about.
        approval: the request.
    """
    found = runs.subject_changes(conn, action.subject_id, after=approval.subject_mark, without_run=action.run_id)
    outside = {kind.title for kind in kernel.registry.types.values() if kind.effect is Effect.EXTERNAL}
    told = [change for change in found if change.agent != approval.agent_id or change.what in outside]
    if not told:
        return ()
    news = events.last_on_subject(conn, action.subject_id, after=approval.created_at, most=len(told))
    words: list[str] = []
    for change in reversed(told):
        is_event = news and change.agent is None and change.what == news[-1].kind.replace(".", " ")
        words.append(_told(change.what, news.pop() if is_event else None))
    return (*reversed(words), *_fields(conn, events.subject_key(conn, action.subject_id), approval))


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
