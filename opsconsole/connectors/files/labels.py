"""Where a mail lay in Gmail: an export by Google Takeout is one file, whose mails name their labels."""

import csv
import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header

_HEAD = 256 * 1024
_LABELS = re.compile(rb"(?im)^x-gmail-labels:[ \t]*(.*(?:\r?\n[ \t].*)*)")
_ABOVE = re.compile(rb"(?i)(?:x-gm-[a-z-]+:[^\n]*\n)*")
_TAKEOUT = re.compile(r"(?i)^(?:.*/)?takeout/[^/]+/")
_SENT = frozenset(("sent", "gesendet", "verzonden", "messages envoyés", "enviados", "inviata", "posta inviata"))
_PLACES = {
    "inbox": "Inbox", "posteingang": "Inbox", "postvak in": "Inbox", "boîte de réception": "Inbox",
    "recibidos": "Inbox", "posta in arrivo": "Inbox", "spam": "Spam", "trash": "Trash", "papierkorb": "Trash",
    "prullenbak": "Trash", "corbeille": "Trash", "papelera": "Trash", "cestino": "Trash",
}  # fmt: skip
_MARKS = frozenset(
    (
        "important", "starred", "unread", "opened", "archived", "draft", "drafts", "chat", "all mail", "muted",
        "wichtig", "markiert", "ungelesen", "geöffnet", "archiviert", "entwürfe", "belangrijk", "ongelezen", "geopend",
        "met ster", "gearchiveerd", "concepten", "suivis", "non lus", "ouvert", "ouverts", "archivé", "archivés",
        "brouillons", "importante", "importantes", "destacados", "no leído", "no leídos", "abierto", "abiertos",
        "archivado", "archivados", "borradores", "importanti", "speciali", "da leggere", "aperto", "aperti",
        "archiviato", "archiviati", "bozze",
    )
)  # fmt: skip
_CATEGORY = re.compile(r"(?i)(?:category|kategorie|categorie|catégorie|categoría|categoria)[ :].*")
ARCHIVE = "Archive"


def folder_of(folder: str, raw: bytes) -> str:
    """Return where a mail lay: the folder it came in, or its labels where Takeout put all mail into one file.

    Takeout writes the labels above everything else; anywhere else a stranger can have written them, or they are of a
    mailbox it was in long ago.
    """
    own = _TAKEOUT.sub("", folder)
    return (gmail_folder(raw) or own) if not own or _is_all_mail(own) else own


def gmail_folder(raw: bytes) -> str:
    """Return the folder that Takeout's labels say: one's own, Sent, Inbox or Archive; empty where there is none."""
    head = raw[:_HEAD].partition(b"\n\n")[0].partition(b"\r\n\r\n")[0]
    found = _LABELS.search(head)
    if found is None or not _ABOVE.fullmatch(head[: found.start()]):
        return ""
    names = next(csv.reader([_text(found[1])], skipinitialspace=True), list[str]())
    plain = {name.strip().casefold() for name in names}
    if plain & _SENT:
        return "Sent"
    own = [name.strip() for name in names if name.strip() and not _is_system(name.strip().casefold())]
    if own:
        return own[0]
    return next((place for name, place in _PLACES.items() if name in plain), ARCHIVE)


def _is_all_mail(folder: str) -> bool:
    """The file is called after all mail with spam and trash, in the account's language; `spam` is it in all of them."""
    return "spam" in folder.casefold() and len(folder.split()) > 2


def _is_system(name: str) -> bool:
    return name in _SENT or name in _PLACES or name in _MARKS or _CATEGORY.fullmatch(name) is not None


def _text(value: bytes) -> str:
    folded = re.sub(rb"\r?\n[ \t]+", b" ", value).decode("utf-8", "replace")
    try:
        return str(make_header(decode_header(folded)))
    except (HeaderParseError, LookupError, ValueError):
        return folded
