"""Names of folders, queues and tags: which tell nothing of what lies there, and how a category is called after one."""

import re
import unicodedata
from collections.abc import Collection

from opsconsole.engine.past.humanacts import is_unsorted

LONGEST_ID = 40
_NOTHING = re.compile(
    r"(?i)inbox|posteingang|postvak in|boîte de réception|bandeja de entrada|recibidos|posta in arrivo"
    r"|inkorgen|indbakke|skrzynka odbiorcza"
    r"|sent|sent[ -](?:items|mail|messages)|outbox|gesendet\w*(?: \w+)?|postausgang|verzonden(?: items)?"
    r"|(?:messages |éléments )?envoy\w*|(?:elementos |correo |mensajes )?enviad\w*|(?:posta )?inviat\w*"
    r"|trash|bin|deleted(?: items| messages)?|papierkorb|gelöschte? (?:elemente|objekte)|corbeille|prullenbak|papelera"
    r"|cestino|lixo|spam|junk(?:[ -]?e?-?mail)?|unerwünscht\w*|indésirables|ongewenst\w*|posta indesiderata"
    r"|drafts?|entwürfe|brouillons|concepten|borradores|bozze|rascunhos|archiv(?:es?|ed|i|io|o)?"
    r"|all mail|alle nachrichten"
    r"|important|starred|flagged|seen|answered|wichtig|markiert|misc|other|others|general|default|unsorted|sonstiges"
    r"|verschiedenes|divers|varios|vari[ea]|unassigned|none|n/a|-+|\d[\d ./-]*"
)
"""Where everything lies, or what nobody wanted; and plain numbers: a year, a month."""
_GONE = re.compile(
    r"(?i)trash|bin|deleted(?: items| messages)?|papierkorb|corbeille|prullenbak|papelera|cestino|spam"
    r"|junk(?:[ -]?e?-?mail)?|sent|sent[ -](?:items|mail|messages)|gesendet\w*(?: \w+)?|drafts?|entwürfe"
)
"""Below these lies nothing that people sorted what came in by."""
BIN = r"(?i)(^|[/.])(trash|bin|deleted( items| messages)?|papierkorb|corbeille|prullenbak|papelera|cestino)$"
"""Folders in which what lies is as good as deleted, as a condition of an agent's file has it."""


def tells_nothing(place: str) -> bool:
    """Return whether a folder, queue or tag tells nothing of what lies there."""
    parts = [part.strip() for part in place.split("/") if part.strip()]
    if not parts or is_unsorted(place):
        return True
    return _NOTHING.fullmatch(parts[-1]) is not None or any(_GONE.fullmatch(part) for part in parts[:-1])


def called(place: str) -> str:
    """Return what a category is called after a place: its last part."""
    return " ".join(place.rpartition("/")[2].replace("_", " ").split()) or place


def slug(text: str, taken: Collection[str] = (), *, otherwise: str = "category") -> str:
    """Return an id made of a text that none of `taken` is; `otherwise` where no letter of it can stand in one."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not made:
        made = otherwise
    if not made[0].isalpha():
        made = f"{otherwise}-{made}"
    made, number = made[:LONGEST_ID].rstrip("-"), 2
    found = made
    while found in taken:
        found, number = f"{made}-{number}", number + 1
    return found
