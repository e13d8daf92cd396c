"""From a JSON body to an event, as the file maps it. What is missing is a problem in words; nothing is lost."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from opsconsole.connectors.webhook.config import WebhookConfig
from opsconsole.connectors.webhook.request import Part
from opsconsole.domain.canonical import jsonable
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.agents.slottext import SlotText, SlotValue, text_of
from opsconsole.engine.agents.templates import TemplateFailure

DIGEST = "body_sha256"
"""The field that tells a repeat from another body under the same id."""
LINE, LONGEST = 300, 50_000
"""Longest title, name or id, and longest text, in characters."""
OTHER = "webhook.received"
"""What an event is whose kind cannot be told."""
_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_SLOTS = re.compile(r"\{\{.*?\}\}|\{%.*%\}", re.DOTALL)
_SUBJECT = re.compile(r"[a-z][a-z0-9_-]*:.+")
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_KEPT_BACK = frozenset({"authorization", "proxy-authorization", "cookie", "webhook-signature", "svix-signature"})
"""Headers that no template sees: what identifies the sender has no place in an event."""


class Mapper:
    """Maps bodies of one connection; templates are compiled once."""

    def __init__(self, config: WebhookConfig) -> None:
        event = config.event
        self._connection = config.connection
        self._event = event
        self._is_checked = config.verify != "nobody"
        self._kept_back = _KEPT_BACK if config.hmac is None else _KEPT_BACK | {config.hmac.header.lower()}
        self._is_cloud = config.cloudevents and "id" not in event.model_fields_set
        self._has_own_times = config.cloudevents and "occurred_at" not in event.model_fields_set
        if config.verify == "hmac" and "id" not in event.model_fields_set:
            event = event.model_copy(update={"id": ""})  # the signature covers no header: anybody could name another
        names = ("id", "kind", "subject", "title", "text", "sender", "sender_name", "occurred_at")
        self._texts = {name: SlotText(text) for name in names if (text := getattr(event, name))}
        self._fields = {name: SlotValue(value) for name, value in event.fields.items()}

    @property
    def kinds(self) -> tuple[str, ...]:
        """What its events can be; a `*` stands for what a body tells."""
        kind = _SLOTS.sub("*", self._event.kind).lower()
        return (kind,) if _KIND.fullmatch(kind) else (kind, OTHER)

    def event(self, part: Part, headers: Mapping[str, str], *, now: datetime) -> IncomingEvent:
        """Make one event of a verified request."""
        digest = hashlib.sha256(part.raw).hexdigest()
        shown = {name: value for name, value in headers.items() if name not in self._kept_back}
        filled = _Filled(self._texts, {"body": part.body, "header": shown, "item": part.item})
        identity = self._identity(filled, digest, part)
        problems = filled.problems
        if part.problem:
            problems.append(part.problem)
        sender = filled.line("sender").lower()
        if sender and not _ADDRESS.fullmatch(sender):
            problems.append(f"the sender is no mail address: {sender[:80]}")
            sender = ""
        kind, subject = self._kind(filled), self._subject(filled, digest)
        fields = {**self._typed(filled), DIGEST: digest}
        told = part.body.get("time") if self._has_own_times else filled.value("occurred_at")
        occurred_at = _time(told, now, problems)
        title, text, sender_name = filled.line("title"), filled.long("text"), filled.line("sender_name")
        return IncomingEvent(
            external_id=identity,
            kind=kind,
            subject=subject,
            occurred_at=occurred_at,
            title=title,
            text=text,
            sender=sender,
            sender_name=sender_name,
            is_verified=self._is_checked and self._event.sender_is_verified and bool(sender),
            is_untrusted=not self._event.trusted,
            fields=fields,
            problems=tuple(problems),
            raw=part.raw if problems else None,
        )

    def _identity(self, filled: "_Filled", digest: str, part: Part) -> str:
        if self._is_cloud:  # unique by both, as the standard says
            text = f"{part.body['source']} {part.body['id']}"
        else:
            text = text_of(filled.value("id", is_needed=False))
        if not text.strip():
            return f"body:{digest}"
        if part.place is not None and not self._is_cloud and "item" not in self._texts["id"].roots:
            text = f"{text}#{part.place}"  # the request's, which all of a batch share
        is_plain = len(text) <= LINE and text == clean(text)
        return text if is_plain else f"id:{hashlib.sha256(text.encode()).hexdigest()}"

    def _kind(self, filled: "_Filled") -> str:
        kind = filled.line("kind").lower()
        if _KIND.fullmatch(kind):
            return kind
        filled.problems.append(f"{kind[:80]!r} is no kind of event; it counts as {OTHER}")
        return OTHER

    def _subject(self, filled: "_Filled", digest: str) -> str:
        subject = filled.line("subject")
        if _SUBJECT.fullmatch(subject):
            return subject
        if subject:
            filled.problems.append(f"{subject[:80]!r} is no subject like lead:17")
        return f"{self._connection}:{digest[:32]}"

    def _typed(self, filled: "_Filled") -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in self._fields.items():
            try:
                found[name] = jsonable(value.fill(filled.values))
            except TemplateFailure as error:
                filled.problems.append(f"fields.{name} could not be filled: {error}")
        return found


class _Filled:
    """The texts of one body, filled when asked for."""

    def __init__(self, texts: Mapping[str, SlotText], values: Mapping[str, Any]) -> None:
        self._texts = texts
        self.values = values
        self.problems: list[str] = []

    def value(self, name: str, *, is_needed: bool = True) -> Any:
        text = self._texts.get(name)
        if text is None:
            return None
        try:
            return text.value(self.values)
        except TemplateFailure as error:
            if is_needed:
                self.problems.append(f"{name} could not be filled: {error}")
            return None

    def line(self, name: str) -> str:
        return self._cut(name, clean(text_of(self.value(name))), LINE)

    def long(self, name: str) -> str:
        return self._cut(name, text_of(self.value(name)), LONGEST)

    def _cut(self, name: str, text: str, most: int) -> str:
        if len(text) > most:
            self.problems.append(f"{name} is longer than {most} characters and was cut")
        return text[:most]


def clean(text: str) -> str:
    """Return a text on one line, without control characters."""
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = (" " if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in text)
    return " ".join("".join(kept).split())


def _time(value: Any, now: datetime, problems: list[str]) -> datetime:
    if value is None or value == "":
        return now
    found = None
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            found = datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        elif isinstance(value, str):
            found = datetime.fromisoformat(value.strip())
            found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        found = None
    if found is None:
        problems.append(f"occurred_at is no time: {text_of(value)[:80]}")
        return now
    if found > now + timedelta(minutes=5):
        problems.append("occurred_at lies in the future; the time of arrival counts")
    return min(found, now)
