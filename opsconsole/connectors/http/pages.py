"""Reads whose answer comes in pages: so many are read, from the same system only, and what was left is said."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, cast
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from opsconsole.connectors.http.model import Pages
from opsconsole.connectors.http.responses import body_of, headers_of
from opsconsole.connectors.http.scrub import Scrubber
from opsconsole.domain.action import Result
from opsconsole.domain.canonical import jsonable
from opsconsole.domain.errors import PermanentError
from opsconsole.engine.agents.slottext import MissingError, SlotText, text_of
from opsconsole.engine.agents.templates import TemplateFailure
from opsconsole.net.client import HttpResponse, Request

MOST_ITEMS = 1_000
"""Items that a read gives at most."""
LINK = "link"
_LINK = re.compile(r'<([^<>]{1,2000})>\s*;[^,<]{0,300}?\brel="?next"?', re.IGNORECASE)


class Pager:
    """Reads the pages of one action."""

    def __init__(self, base: str, pages: Pages) -> None:
        self._base = base
        self._into = pages.into
        self._most = pages.most
        self._items = SlotText(pages.items)
        self._next = None if pages.next == LINK else SlotText(pages.next)

    async def read(
        self,
        first: tuple[Request, HttpResponse],
        *,
        ask: Callable[[Request], Awaitable[HttpResponse]],
        scrub: Scrubber,
        values: Mapping[str, Any],
    ) -> Result:
        """Return all items, from the first page on, as `items`; `left_out` says what was not read.

        Args:
            first: the request of the first page, and its answer.
            ask: gives the answer to a further request; raises where it is no good one.
            scrub: takes secrets out of answers.
            values: what the first request was made of.

        Raises:
            PermanentError: a page has no list where the file says, leads to another system, or elsewhere at this one.
        """
        request, answer = first
        found: list[Any] = []
        for number in range(1, self._most + 1):
            known = {**values, "body": body_of(answer, scrub)[0], "header": headers_of(answer, scrub)}
            items = self._list(known)
            found += items
            onward = self._onward(request, answer, known)  # also of an empty page: filters leave such between others
            if len(found) > MOST_ITEMS or (onward is not None and number == self._most):
                left = f"there are more; {min(len(found), MOST_ITEMS)} were read"
                return Result(is_ok=True, data={"items": jsonable(found[:MOST_ITEMS]), "left_out": left})
            if onward is not None and onward.url == request.url:
                left = f"there may be more: a page leads back to itself; {len(found)} were read"
                return Result(is_ok=True, data={"items": jsonable(found), "left_out": left})
            if onward is None:
                break
            request = onward
            answer = await ask(request)
        return Result(is_ok=True, data={"items": jsonable(found)})

    def _list(self, known: Mapping[str, Any]) -> list[Any]:
        try:
            items = self._items.value(known)
        except TemplateFailure as error:
            raise PermanentError(f"a page is not as declared: {error}") from error
        if not isinstance(items, list):
            raise PermanentError(f"a page is not as declared: {self._items.source} is no list")
        return cast("list[Any]", items)

    def _onward(self, request: Request, answer: HttpResponse, known: Mapping[str, Any]) -> Request | None:
        """Return the request of the next page; None where this is the last."""
        if self._next is None:
            link = _LINK.search(answer.headers.get("link", "")[:20_000])
            value: Any = None if link is None else link[1]
        else:
            try:
                value = self._next.value(known)
            except MissingError:
                value = None
            except TemplateFailure as error:
                raise PermanentError(f"a page is not as declared: {error}") from error
        if value is None or value is False or value == "":
            return None
        text = text_of(value)
        return replace(
            request, url=_with(request.url, self._into, text) if self._into else self._address(request, text)
        )

    def _address(self, request: Request, text: str) -> str:
        """Return the address of a next page; the key goes along, so it leads nowhere but to the declared system."""
        url = urljoin(request.url, text)
        to, home = urlsplit(url), urlsplit(self._base)
        is_there = (to.scheme, to.netloc.lower()) == (home.scheme, home.netloc.lower())
        if not is_there or not url.isascii() or not url.isprintable() or " " in url:
            raise PermanentError("the next page lies at another system; it was not read")
        if not _is_below(unquote(to.path), unquote(home.path)):
            raise PermanentError(f"the next page does not lie below {self._base}; it was not read")
        return url


def _is_below(path: str, home: str) -> bool:
    """Return whether a path, without its escapes, leads to what lies below another, however a server reads it."""
    steps = [step.partition(";")[0].strip() for step in path.replace("\\", "/").split("/")]
    return f"{path}/".startswith(f"{home.rstrip('/')}/") and not {".", ".."} & set(steps) and "%" not in path


def _with(url: str, name: str, value: str) -> str:
    before, _, query = url.partition("?")
    pairs = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != name] + [(name, value)]
    return f"{before}?{urlencode(pairs, quote_via=quote)}"
