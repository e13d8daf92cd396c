"""Where a mail lay, as its owner calls it: without what mail programs and exports put around a folder's name."""

import plistlib
import re
from typing import Any, cast

DELETED = "deleted before the export, only not cleared away yet"
_ROOTS = frozenset(
    (
        "outlook data file", "top of outlook data file", "personal folders", "top of personal folders",
        "top of information store", "ipm_subtree", "root - mailbox", "outlook-datendatei", "persönliche ordner",
        "oberste ebene der outlook-datendatei", "oberste ebene der persönlichen ordner", "fichier de données outlook",
        "dossiers personnels", "archivo de datos de outlook", "outlook-gegevensbestand", "local folders",
        "lokale ordner", "dossiers locaux", "lokale mappen", "carpetas locales",
    )
)  # fmt: skip
"""Folders of exports that are no folder of a mailbox."""
_ACCOUNTS = ("imapmail", "mail")
"""Folders of Thunderbird's profile: below them lies a folder for each server."""
_INBOX = frozenset(
    (
        "inbox", "posteingang", "postvak in", "boîte de réception", "bandeja de entrada", "recibidos",
        "posta in arrivo", "caixa de entrada", "inkorg", "inkorgen", "indbakke", "innboks", "saapuneet",
        "skrzynka odbiorcza", "входящие", "收件箱", "受信トレイ",
    )
)  # fmt: skip
_LEFT = re.compile(
    r"(?i)spam|junk(?:[ -]?(?:e-?mail|mail))?|trash|bin|deleted(?: items| messages)?|drafts?|papierkorb"
    r"|gelöschte (?:elemente|objekte)|entwürfe|unerwünscht\w*|corbeille|brouillons|indésirables|prullenbak|concepten"
    r"|ongewenst\w*|papelera|borradores|cestino|bozze|posta indesiderata"
)
_MIXED = re.compile(r"(?i)archiv(?:es?|ed)?|all mail|alle nachrichten")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_INSIDE = re.compile(r"data|messages|attachments|\d", re.IGNORECASE)
_SUFFIX = re.compile(r"(?i)\.(?:mbox|imapmbox|sbd|partial)$")
_STATUS = re.compile(
    rb"(?i)(?:(?:x-account-key|x-uidl|x-mozilla-[a-z0-9-]+):[^\n]*\n)*?x-mozilla-status:[ \t]*([0-9a-f]{1,8})"
)
_EXPUNGED = 0x0008


def plain_folder(folder: str) -> str:
    """Return a folder as its owner calls it: `Outlook Data File/Inbox/Billing` and `INBOX.Billing` are `Billing`."""
    parts = [part for part in folder.split("/") if part]
    if any(_UUID.fullmatch(part) for part in parts):  # Apple Mail's own store
        parts = [part for part in parts if not _UUID.fullmatch(part) and not _INSIDE.fullmatch(part)]
    parts = [_SUFFIX.sub("", part) for part in parts]
    plain = [part.casefold() for part in parts]
    root = max((place for place, part in enumerate(plain) if part in _ROOTS), default=-1)
    account = next(
        (place for place, part in enumerate(plain[:-2]) if part in _ACCOUNTS and "." in plain[place + 1]), None
    )
    parts = parts[max(root + 1, 0 if account is None else account + 2) :]
    if parts and parts[0][:6].casefold() == "inbox." and len(parts[0]) > 6:
        parts[:1] = ["Inbox", *parts[0][6:].split(".")]
    if parts and parts[0].casefold() in _INBOX:
        parts = parts[1:] or ["Inbox"]
    return "/".join(parts)


def is_left(folder: str) -> bool:
    """Return whether a folder holds what was never sent or nobody wanted: spam, a bin, drafts."""
    return _LEFT.fullmatch(folder.rpartition("/")[2].strip()) is not None


def can_be_sent(folder: str) -> bool:
    """Return whether a folder may hold sent mail and nothing else, by its name."""
    last = folder.rpartition("/")[2].strip()
    return not is_left(folder) and last.casefold() not in _INBOX and _MIXED.fullmatch(last) is None


def is_deleted(raw: bytes) -> bool:
    """Return whether Thunderbird deleted a mail and has not cleared it away; it says so above everything else."""
    found = _STATUS.match(raw[:4096].lstrip(b"\r\n"))
    return found is not None and bool(int(found[1], 16) & _EXPUNGED)


def of_apple(data: bytes) -> tuple[bytes, bool]:
    """Return the mail in an .emlx of Apple Mail, and whether it was deleted; other bytes as they are."""
    first, _, rest = data.partition(b"\n")
    if not first.strip().isdigit() or len(first) > 20:
        return data, False
    size = int(first)
    facts: Any = None
    try:
        facts = plistlib.loads(rest[size:].strip()) if rest[size:].strip() else None
    except Exception:  # whatever stands there: the mail itself is whole
        facts = None
    flags = cast(dict[str, Any], facts).get("flags", 0) if isinstance(facts, dict) else 0
    return rest[:size], isinstance(flags, int) and bool(flags & 0x2)
