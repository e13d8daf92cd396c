"""Checks of an HTTP connection's file that one value alone cannot tell; each error names its place."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from jinja2 import TemplateError

from opsconsole.connectors.http.limits import BadSchemaError, Loc
from opsconsole.connectors.http.model import SAFE_METHODS, HttpAction, Sending
from opsconsole.connectors.http.schema import arguments_model
from opsconsole.connectors.http.slotcheck import ANSWER, check_calls, check_slots
from opsconsole.domain.agent import MisplacedError
from opsconsole.domain.enums import Effect, Reversibility
from opsconsole.engine.agents.slottext import SlotText, SlotValue

_SECRETS = frozenset({"secret", "basic"})
_CALL = frozenset({"args", "key", "action", "subject", "actor", "fields"})
_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"})
_SENTENCE = re.compile(r"\{(\w+)\}")


def check_action(action: HttpAction, loc: Loc) -> None:
    """Check one action.

    Raises:
        MisplacedError: something does not fit.
    """
    try:
        model = arguments_model(action.name, action.arguments)
    except BadSchemaError as error:
        raise MisplacedError(str(error), (*loc, "arguments", *error.loc)) from error
    given = frozenset(name for name, facts in model.model_fields.items() if facts.is_required())
    defaults = frozenset(defaults_of(action.arguments))
    known = None if action.arguments.get("additionalProperties") is True else frozenset(model.model_fields)
    _check_claims(action, known, loc)
    surely = given | defaults
    of_before = frozenset({"before"}) if action.before is not None else frozenset[str]()
    _check_sending(action, loc, known=known, surely=surely, roots=_CALL | of_before)
    _check_texts(SlotValueAt(action.result, (*loc, "result")), ANSWER)
    check_slots(action.ok_if, ANSWER, (*loc, "ok_if"))
    more = {"undo": frozenset({"result"}) | of_before}
    for name in ("look_up", "undo", "current", "before"):
        inner: Sending | None = getattr(action, name)
        if inner is not None:
            roots = _CALL | more.get(name, frozenset[str]())
            _check_sending(inner, (*loc, name), known=known, surely=surely, roots=roots)
    check_calls(action, loc)
    if action.look_up is not None:
        look_up = action.look_up
        _check_texts(SlotValueAt(look_up.result, (*loc, "look_up", "result")), ANSWER)
        check_slots(look_up.found_if, ANSWER, (*loc, "look_up", "found_if"))
        if look_up.not_found is None and not look_up.found_if:
            text = "say which answer means that it is not there: `not_found: 404`, or `found_if:`"
            raise MisplacedError(text, (*loc, "look_up"))
        if look_up.method not in ("GET", "HEAD", "POST"):
            raise MisplacedError("a look-up changes nothing: GET, HEAD or POST", (*loc, "look_up", "method"))
    if action.current is not None:
        if action.current.method != "GET":
            raise MisplacedError("what is there now is asked with GET", (*loc, "current", "method"))
        _check_names(action.current.values, known, (*loc, "current", "values"))
        _check_texts(SlotValueAt(dict(action.current.values), (*loc, "current", "values")), ANSWER)


def check_plain_path(path: str, loc: Loc) -> None:
    """Check a path that holds no slots.

    Raises:
        MisplacedError: it is none.
    """
    if not _PATH.fullmatch(path) or any(part in (".", "..") for part in path.partition("?")[0].split("/")):
        raise MisplacedError("write a path like /me, without slots", loc)


def defaults_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the defaults that a schema declares for its arguments."""
    properties: Mapping[str, Any] = schema.get("properties", {})
    return {name: facts["default"] for name, facts in properties.items() if "default" in facts}


def _check_claims(action: HttpAction, known: frozenset[str] | None, loc: Loc) -> None:
    for name in ("destinations", "external_if_given", "compare"):
        _check_names(getattr(action, name), known, (*loc, name))
    _check_names(_SENTENCE.findall(action.sentence), known, (*loc, "sentence"))
    is_read = action.effect is Effect.READ
    _check_method(action, is_read=is_read, loc=loc)
    if action.reversibility not in (None, Reversibility.IRREVERSIBLE) and action.undo is None and not is_read:
        text = f"{action.reversibility} needs `undo:`, the call that takes it back"
        raise MisplacedError(text, (*loc, "reversibility"))
    if not is_read and action.egress:
        raise MisplacedError("egress is for reads; what a write sends, the gate sees anyway", (*loc, "egress"))


def _check_method(action: HttpAction, *, is_read: bool, loc: Loc) -> None:
    if is_read and action.method not in SAFE_METHODS:
        if action.method != "POST":
            text = f"{action.method} changes something: say `effect: internal` or `effect: external`"
            raise MisplacedError(text, (*loc, "method"))
        if not action.changes_nothing:
            text = (
                "POST changes something as a rule. If this one only looks up (a search, GraphQL), say"
                " `changes_nothing: true`; it is not done in shadow then. Else say `effect: internal` or `external`"
            )
            raise MisplacedError(text, (*loc, "method"))
    elif action.changes_nothing:
        raise MisplacedError("only for a look-up by POST (`effect: read`, `method: POST`)", (*loc, "changes_nothing"))


def _check_names(names: Iterable[str], known: frozenset[str] | None, loc: Loc) -> None:
    for name in names:
        if known is not None and name not in known:
            raise MisplacedError(f"there is no argument {name}; there are {', '.join(sorted(known)) or 'none'}", loc)


def _check_sending(
    sending: Sending, loc: Loc, *, known: frozenset[str] | None, surely: frozenset[str], roots: frozenset[str]
) -> None:
    path = _text(sending.path, (*loc, "path"))
    if path.has_statements:
        raise MisplacedError("an address takes slots, no statements", (*loc, "path"))
    bare = "".join(part if isinstance(part, str) else "x" for part in path.parts)
    before, _, _ = bare.partition("?")
    if not _PATH.fullmatch(bare) or any(part in (".", "..") for part in before.split("/")):
        text = "write a path like /tickets/{{ args.id }}; other letters as %20 and the like"
        raise MisplacedError(text, (*loc, "path"))
    _check_slots([path], (*loc, "path"), known=known, surely=surely, roots=roots)
    check_headers(sending.headers, (*loc, "headers"), arguments=surely, roots=roots | _SECRETS, known=known)
    for name in ("query", "body", "form"):
        try:
            texts: list[SlotText] = SlotValue(getattr(sending, name)).texts
        except TemplateError as error:
            raise MisplacedError(f"not a template we can read: {error}", (*loc, name)) from error
        _check_slots(texts, (*loc, name), known=known, surely=None, roots=roots | _SECRETS)
    for name in ("body", "form"):
        if getattr(sending, name) is not None and sending.method in ("GET", "HEAD"):
            raise MisplacedError(f"{sending.method} sends no body; use `query:`", (*loc, name))
    if sending.body is not None and sending.form is not None:
        raise MisplacedError("a call sends `body:` (JSON) or `form:`, not both", (*loc, "form"))


def check_headers(
    headers: Mapping[str, str],
    loc: Loc,
    *,
    arguments: frozenset[str],
    roots: frozenset[str],
    known: frozenset[str] | None = None,
) -> None:
    """Check headers.

    Raises:
        MisplacedError: something does not fit.
    """
    for name, value in headers.items():
        if name.lower() in _OURS:
            raise MisplacedError(f"{name} is set by opsconsole itself", (*loc, name))
        text = _text(value, (*loc, name))
        if text.has_statements or "\n" in value:
            raise MisplacedError("a header takes slots on one line, no statements", (*loc, name))
        _check_slots([text], (*loc, name), known=known, surely=arguments, roots=roots)


def _text(source: str, loc: Loc) -> SlotText:
    try:
        return SlotText(source)
    except TemplateError as error:
        raise MisplacedError(f"not a template we can read: {error}", loc) from error


def _check_slots(
    texts: Iterable[SlotText],
    loc: Loc,
    *,
    known: frozenset[str] | None,
    surely: frozenset[str] | None,
    roots: frozenset[str],
) -> None:
    for text in texts:
        if strange := sorted(text.roots - roots):
            raise MisplacedError(f"there is no {strange[0]} here; there are {', '.join(sorted(roots))}", loc)
        for slot in text.slots:
            if slot.path is None or slot.path[0] != "args" or len(slot.path) < 2:
                continue
            name = str(slot.path[1])
            _check_names([name], known, loc)
            if surely is not None and name not in surely:
                raise MisplacedError(f"{name} may be missing here: make it required, or give it a default", loc)


class SlotValueAt:
    """A value with slots and its place."""

    def __init__(self, value: Any, loc: Loc) -> None:
        self.loc = loc
        try:
            self.texts = SlotValue(value).texts
        except TemplateError as error:
            raise MisplacedError(f"not a template we can read: {error}", loc) from error


def _check_texts(value: SlotValueAt, roots: frozenset[str]) -> None:
    for text in value.texts:
        if strange := sorted(text.roots - roots):
            there = ", ".join(sorted(roots))
            raise MisplacedError(f"there is no {strange[0]} here; there are {there}", value.loc)
