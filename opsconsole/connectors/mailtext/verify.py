"""Who vouches for the sender, and whether a machine wrote the mail."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from opsconsole.connectors.mailtext.headers import Headers

_DMARC = re.compile(r"\s*dmarc\s*(?:/\s*\d+\s*)?=\s*([a-z]+)(?=[\s;(]|$)", re.IGNORECASE)
_HEADER_FROM = re.compile(r"\bheader\.from\s*=\s*\"?(?:[^\s\";]{0,64}@)?([^\s\";@]{1,255})", re.IGNORECASE)
_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_BULK = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
_ROBOTS = ("mailer-daemon@", "postmaster@")


@dataclass(frozen=True, slots=True)
class Vouching:
    """Whose word on senders counts."""

    name: str
    """The receiving server's, in Authentication-Results."""
    strips: bool
    """It removes lines of its name that came with a mail (RFC 8601, section 5). Where that is not known, only what
    stands above the first Received line is its word: no sender can write there."""


def is_verified(headers: Headers, *, sender: str, vouching: Vouching | None) -> bool:
    """Return whether the trusted server says that DMARC passed for `sender`.

    Only the topmost Authentication-Results that carries the trusted name counts: those below it can come from
    the sender. A mail with several senders is never verified, as the check may have looked at another one.
    """
    if vouching is None or not vouching.name.strip() or not sender:
        return False
    if len(headers.all("from")) != 1 or len(headers.addresses("from")) != 1:
        return False
    if sender not in headers.all("from")[0].translate(_ASCII_LOWER):
        return False  # cleaned of look-alike or invisible characters: the mailbox that was checked is another one
    trusted, said = vouching.name.strip().lower(), headers.all("authentication-results")
    certain = said if vouching.strips else said[: headers.above("authentication-results", "received")]
    for value in certain:
        name, *results = _without_comments(value).split(";")
        words = name.split()
        if words and words[0].lower() == trusted:
            return _dmarc_passed(results, sender.rpartition("@")[2])
    return False


def _dmarc_passed(results: list[str], domain: str) -> bool:
    said = [(m[1].lower(), row) for row in results if (m := _DMARC.match(row))]
    if not said or any(verdict != "pass" for verdict, _ in said):
        return False
    named = [m[1].lower().rstrip(".") for _, row in said for m in _HEADER_FROM.finditer(row)]
    return named == [domain]


def _without_comments(value: str) -> str:
    """Drop `(comments)` and the insides of quotes, in which a sender's own words can stand."""
    kept: list[str] = []
    depth = 0
    is_quoted = False
    skip = False
    for char in value[:20_000]:
        if skip:
            skip = False
        elif char == "\\" and (is_quoted or depth):
            skip = True
        elif char == '"' and not depth:
            is_quoted = not is_quoted
        elif is_quoted:
            continue
        elif char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(char)
    return "".join(kept)


def is_auto(headers: Headers, *, sender: str, content_type: str, own_groups: Collection[str] = ()) -> bool:
    """Return whether a machine or a list sent it, so that no agent answers in a loop.

    A group of one's own is no list: who writes to it writes to us.
    """
    is_ours = any(_is_of(headers, group) for group in own_groups)
    submitted = headers.first("auto-submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    precedence = headers.first("precedence").strip().lower()
    if precedence in _BULK and not (is_ours and precedence == "list"):
        return True
    if "list-id" in headers and not is_ours:
        return True
    if any(name in headers for name in ("x-autoreply", "x-autorespond", "x-auto-reply-from")):
        return True
    if any(value.strip() == "<>" for value in headers.all("return-path")):
        return True
    return content_type == "multipart/report" or sender.startswith(_ROBOTS)


def _is_of(headers: Headers, group: str) -> bool:
    """Lists name themselves in List-Id with a dot for the @ (RFC 2919), in List-Post with their address (RFC 2369)."""
    by_id = f"<{group.replace('@', '.')}>" in headers.first("list-id").lower()
    return by_id or f"<mailto:{group}>" in headers.first("list-post").lower()
