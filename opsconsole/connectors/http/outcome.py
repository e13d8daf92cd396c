"""Whether an answer with a good status says that it was done: with 200 systems also say no, or want a sign-in."""

import re
from collections.abc import Mapping
from typing import Any, cast

from opsconsole.connectors.http.responses import body_of, excerpt, headers_of
from opsconsole.connectors.http.scrub import Scrubber
from opsconsole.domain.errors import AmbiguousError, ConnectorError, PermanentError
from opsconsole.engine.agents.slottext import SlotText
from opsconsole.engine.agents.templates import TemplateFailure
from opsconsole.net.client import HttpResponse

_START = 16_384
"""So much of an answer is looked at, in bytes."""
_BEFORE = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?", re.IGNORECASE)
_ROOT = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_HTML = ("text/html", "application/xhtml+xml")
_PAGE_WORDS = "with a web page where data was expected, perhaps one to sign in"


class DoneIf:
    """The condition of one action, or what systems say by custom where the file says none."""

    def __init__(self, condition: str) -> None:
        self._condition = SlotText(condition) if condition else None

    def doubt(
        self, answer: HttpResponse, who: str, scrub: Scrubber, values: Mapping[str, Any], *, is_write: bool
    ) -> ConnectorError | None:
        """Return None where it was done, else the error that says whether it may have been.

        Args:
            answer: what came, with a status that the file calls good.
            who: the tool, for the message.
            scrub: takes secrets out of what is quoted.
            values: what the request was made of.
            is_write: what is not known must not be repeated silently.
        """
        body, problem = body_of(answer, scrub)
        said: object = None
        why = ""
        if self._condition is not None:
            try:
                said = self._condition.value({**values, "body": body, "header": headers_of(answer, scrub)})
            except TemplateFailure as error:
                why = f"{error}; {problem}" if problem else str(error)
        if said is True:
            return None
        unclear = AmbiguousError if is_write else PermanentError
        text = f"{who} answered {answer.status}"
        if is_page(answer, is_json=not problem):
            return unclear(f"{text} {_PAGE_WORDS}{excerpt(answer, scrub)}")
        if self._condition is None:
            is_no = is_write and says_no(body)
            hint = f"{text}, and says that something went wrong{excerpt(answer, scrub)}"
            return AmbiguousError(f"{hint}. Say in its file what means done: `ok_if:`") if is_no else None
        if said is False:
            return PermanentError(f"{text}, and says that it was not done{excerpt(answer, scrub)}")
        why = why or "it gave neither true nor false"
        return unclear(f"{text}, and `ok_if` could not be read from it ({why}){excerpt(answer, scrub)}")


def is_page(answer: HttpResponse, *, is_json: bool) -> bool:
    """Return whether an answer is a web page, by its beginning, or by its type where it is no JSON either."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return _begins_page(answer.body[:_START]) or (kind in _HTML and not is_json)


def _begins_page(start: bytes) -> bool:
    """Return whether a page begins there, below any number of comments; each byte is looked at once."""
    before = _BEFORE.match(start)
    at = 0 if before is None else before.end()
    while start.startswith(b"<!--", at):
        end = start.find(b"-->", at + 4)
        if end < 0:
            return False
        at = end + 3
        while start[at : at + 1].isspace():
            at += 1
    return _ROOT.match(start, at) is not None


def says_no(body: object) -> bool:
    """Return whether an answer says by custom that it failed: Slack, GraphQL, JSON-RPC and JSend do it so."""
    if isinstance(body, list):
        return any(says_no(cast("object", item)) for item in cast("list[Any]", body)[:100] if isinstance(item, dict))
    if not isinstance(body, dict):
        return False
    said = cast("dict[str, Any]", body)
    words = {name: str(said.get(name)).strip().lower() for name in ("ok", "success", "status")}
    if words.get("ok") == "false" or words.get("success") == "false" or words.get("status") in ("error", "fail"):
        return True
    if said.get("error") is True or said.get("errors") is True:
        return True
    return any(bool(said.get(name)) and not isinstance(said[name], bool | int | float) for name in ("errors", "error"))
