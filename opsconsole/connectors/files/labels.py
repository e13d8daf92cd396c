"""Where a mail lay in Gmail: an export by Google Takeout is one file, whose mails name their labels."""

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header

_HEAD = 256 * 1024
_LABELS = re.compile(rb"(?im)^x-gmail-labels:[ \t]*(.*(?:\r?\n[ \t].*)*)")
_SENT = frozenset(("sent", "gesendet", "verzonden", "messages envoyés", "enviados", "inviata"))
_PLACES = {
    "inbox": "Inbox", "posteingang": "Inbox", "postvak in": "Inbox", "boîte de réception": "Inbox",
    "spam": "Spam", "trash": "Trash", "papierkorb": "Trash", "prullenbak": "Trash", "corbeille": "Trash",
}  # fmt: skip
_MARKS = frozenset(
    (
        "important", "starred", "unread", "opened", "archived", "draft", "drafts", "chat", "all mail", "muted",
        "wichtig", "markiert", "ungelesen", "geöffnet", "archiviert", "entwürfe", "belangrijk", "ongelezen", "geopend",
    )
)  # fmt: skip
_CATEGORY = re.compile(r"(?i)(?:category|kategorie|categorie|catégorie)[ :].*")
ARCHIVE = "Archive"


def gmail_folder(raw: bytes) -> str:
    """Give the folder that a mail's labels say: one of one's own, Sent, Inbox, or Archive; empty where it has none."""
    head = raw[:_HEAD].partition(b"\n\n")[0].partition(b"\r\n\r\n")[0]
    found = _LABELS.search(head)
    if found is None:
        return ""
    names = [one.strip() for one in _text(found[1]).split(",")]
    plain = {one.casefold() for one in names}
    if plain & _SENT:
        return "Sent"
    own = [one for one in names if one and not _is_system(one.casefold())]
    if own:
        return own[0]
    return next((place for name, place in _PLACES.items() if name in plain), ARCHIVE)


def _is_system(name: str) -> bool:
    return name in _SENT or name in _PLACES or name in _MARKS or _CATEGORY.fullmatch(name) is not None


def _text(value: bytes) -> str:
    folded = re.sub(rb"\r?\n[ \t]+", b" ", value).decode("utf-8", "replace")
    try:
        return str(make_header(decode_header(folded))).replace('"', "")
    except (HeaderParseError, LookupError, ValueError):
        return folded
