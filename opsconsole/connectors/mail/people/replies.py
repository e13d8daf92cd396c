"""Which mail of ours answers or forwards which mail here: by the ids it names, never by its time or its title."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from opsconsole.connectors.mail.imap.folderstate import Head
from opsconsole.connectors.mail.people.ledger import Watched
from opsconsole.connectors.mailtext.bounds import Allowance, parsed
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.humanact import HumanAct

_FORWARD = re.compile(r"^\s*(?:\[?\s*)?(?:fwd?|wg|tr|rv|enc|vs|doorst|i)\s*:", re.IGNORECASE)


class Replied:
    """Finds the watched mail that a mail of ours is about."""

    def __init__(self, mails: Iterable[Watched]) -> None:
        self._by_id: dict[str, Watched] = {}
        self._by_subject: dict[str, list[Watched]] = {}
        self.names: set[str] = set()
        for mail in sorted(mails, key=lambda each: each.occurred):
            self._by_id[mail.message_id] = mail
            self._by_subject.setdefault(mail.subject, []).append(mail)
            self.names.add(mail.key)

    def is_candidate(self, head: Head) -> bool:
        """Tell from the head whether the whole mail is worth reading."""
        if head.key in self.names:
            return False  # a watched mail itself, wherever it was moved to
        named = {head.forwards, *head.answers}
        return bool(named & self._by_id.keys()) or any(f"thread:{name}" in self._by_subject for name in named)

    def perhaps_about(self, head: Head) -> set[str]:
        """Return the subjects that a mail may be about of which only the head is known; a forward: any."""
        named = {head.forwards, *head.answers}
        about = {self._by_id[name].subject for name in named if name in self._by_id}
        about |= {subject for name in named if (subject := f"thread:{name}") in self._by_subject}
        return about or (set(self._by_subject) if is_forward(head.subject) else set())

    @property
    def ids(self) -> Iterable[str]:
        """Return the ids of all watched mails."""
        return self._by_id

    def has(self, names: Iterable[str]) -> bool:
        """Return whether any of these ids is a watched mail's."""
        return any(name in self._by_id for name in names)

    def find(self, head: Head, sent: IncomingEvent, attached: Iterable[str] = ()) -> tuple[Watched, str] | None:
        """Return the mail and the verb (`reply`, `forward`); None where it is about no watched mail."""
        for name in (head.forwards, *attached):
            if (answer := self._by_id.get(name)) is not None:
                return answer, "forward"
        answer = next((self._by_id[name] for name in head.answers if name in self._by_id), None)
        if answer is None:
            answer = self._in_thread(head, sent)
        if answer is None:
            return None
        is_to_them = any(each in answer.people for each in sent.recipients)
        return answer, "forward" if is_forward(head.subject) and not is_to_them else "reply"

    def _in_thread(self, head: Head, sent: IncomingEvent) -> Watched | None:
        """The newest mail of the thread before it that is from somebody it goes to."""
        for name in head.answers:
            for watched in reversed(self._by_subject.get(f"thread:{name}", [])):
                if watched.occurred_at <= head.arrived_at and set(watched.people) & set(sent.recipients):
                    return watched
        return None


def is_forward(subject: str) -> bool:
    """Return whether a subject says that a mail was forwarded."""
    return bool(_FORWARD.match(subject))


def attached_ids(raw: bytes) -> list[str]:
    """Return the ids of the mails attached to a mail."""
    try:
        mail: Any = parsed(raw, [], Allowance())
        inner = [part.get_payload(0) for part in mail.walk() if part.get_content_type() == "message/rfc822"]
        return [str(message.get("Message-ID") or "").strip() for message in inner]
    except Exception:  # the standard library's parser raises all kinds of errors on crafted mails
        return []


def act_of(
    connection: str,
    watched: Watched,
    verb: str,
    sent: IncomingEvent,
    *,
    own: Collection[str],
    now: datetime,
) -> HumanAct | None:
    """Return the act; None where it went to nobody."""
    others = [each for each in sent.recipients if each not in own]
    to = next((each for each in watched.people if each in sent.recipients), others[0] if others else "")
    if verb == "forward":
        to = next((each for each in others if each not in watched.people), to)
    if not to:
        return None
    args: Mapping[str, Any] = {"to": to} if verb == "forward" else {"to": to, "text": sent.text}
    return HumanAct(
        external_id=f"sent:{sent.external_id}:{watched.event}",
        subject=watched.subject,
        tool=f"{connection}.{verb}",
        args=args,
        actor=f"account:{sent.sender}" if sent.sender else "somebody",
        at=min(max(sent.occurred_at, watched.occurred_at), max(now, watched.occurred_at)),
        about=watched.event,
    )
