"""Which files in a folder or an archive are mail, told by name and first bytes."""

import re

SNIFF = 4096

_MAIL = (".mail", ".txt", ".msg")
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst")
_OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KNOWN = re.compile(
    rb"^(?:from|to|subject|date|received|return-path|message-id|mime-version|delivered-to|x-[a-z0-9-]+):",
    re.IGNORECASE | re.MULTILINE,
)
_HEADER_LINE = re.compile(rb"[!-9;-~]{1,76}[ \t]{0,3}:[^\n]{0,4000}\r?\n")


def looks_like_mail(start: bytes) -> bool:
    """Return whether bytes begin as a mail does: with header lines, of which some are a mail's."""
    start = start.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if start.startswith((b"From ", b">From ")):
        start = start.partition(b"\n")[2]
    return _HEADER_LINE.match(start) is not None and _KNOWN.search(start) is not None


def reason_to_skip(name: str, start: bytes) -> str:
    """Return why a member is not read as mail, in words; empty where it is."""
    parts = name.replace("\\", "/").split("/")
    base = parts[-1].lower()
    if "__macosx" in (part.lower() for part in parts) or base.startswith("."):
        return "a hidden file"
    if start.startswith(_OUTLOOK):
        return "an Outlook file (.msg or other); export it as .eml to import it"
    if base.endswith((".eml", ".emlx", ".mbox", ".mbx")):
        return ""
    if base.endswith(_ARCHIVES):
        return "an archive within; unpack it and import it by itself"
    if base.endswith((".csv", ".tsv")):
        return "a table; import it by itself"
    suffix = base.rpartition(".")[2] if "." in base else ""
    # Old mail stores number their files: `00001.7c53`, `142`, `1720623.M2P9.host`.
    is_possible = base.endswith(_MAIL) or not suffix.isalpha() or len(suffix) > 4
    if is_possible and looks_like_mail(start):
        return ""
    return f"not a mail (.{suffix})" if suffix and len(suffix) <= 8 else "not a mail"


def mailbox_folder(name: str, folder: str) -> str:
    """Return the folder of the mails in a mailbox file: named after it, unless it is one mail in mailbox form.

    A file called `mbox` lies in a folder that is called like the mailbox.
    """
    base = name.replace("\\", "/").rpartition("/")[2]
    if base.casefold() == "mbox":
        return folder
    stem, dot, suffix = base.rpartition(".")
    if not dot:
        stem = base
    elif suffix.lower() not in ("mbox", "mbx", "gz"):
        return folder
    return f"{folder}/{stem}".strip("/") if stem[:1].isalpha() else folder
