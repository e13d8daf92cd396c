"""How bad it would be if an action were wrong: by what would happen, not by the name of the tool. Pure."""

import re
from dataclasses import dataclass
from enum import IntEnum

from opsconsole.domain.enums import Reversibility, Risk

_FAMILIES = (
    "aim", "aol", "bluemail", "caramail", "freemail", "gmail", "gmx", "googlemail", "hotmail", "hushmail", "icloud",
    "inbox", "laposte", "libero", "live", "mail", "mailbox", "msn", "outlook", "posteo", "proton", "protonmail",
    "rambler", "rediffmail", "rocketmail", "runbox", "seznam", "tuta", "tutamail", "tutanota", "virgilio",
    "windowslive", "yahoo", "yandex", "ymail", "zoho", "zohomail",
)  # fmt: skip
"""Providers with one domain for every country: `yahoo.de`, `yahoo.co.uk`, `gmx.com`."""
_FAMILY = re.compile(rf"({'|'.join(_FAMILIES)})\.(?:(?:co|com|net|org|ne|or)\.)?[a-z]{{2,4}}")
PUBLIC_MAIL = frozenset(
    (
        "126.com", "139.com", "163.com", "21cn.com", "9online.fr", "a1.net", "abv.bg", "alice.it", "aliceadsl.fr",
        "aliyun.com", "aon.at", "arcor.de", "att.net", "bbox.fr", "bellsouth.net", "bigpond.com", "bk.ru",
        "bluewin.ch", "blueyonder.co.uk", "bol.com.br", "btinternet.com", "btopenworld.com", "cegetel.net",
        "centrum.cz", "centurylink.net", "charter.net", "chello.at", "chello.nl", "club-internet.fr", "comcast.net",
        "cox.net", "daum.net", "duck.com", "earthlink.net", "eircom.net", "email.cz", "email.de", "email.it",
        "fastmail.com", "fastmail.fm", "fastweb.it", "free.fr", "freenet.de", "freeserve.co.uk", "frontier.com",
        "gmx.at", "gmx.ch", "gmx.de", "gmx.net", "hanmail.net", "hetnet.nl", "hey.com", "hispeed.ch", "home.nl",
        "iinet.net.au", "ik.me", "inbox.lv", "interia.pl", "ireland.com", "juno.com", "kabelmail.de", "kolumbus.fi",
        "kpnmail.nl", "laposte.net", "libertysurf.fr", "list.ru", "mac.com", "magenta.de", "mail.com", "mailbox.org",
        "me.com", "modulonet.fr", "mweb.co.za", "mynet.com", "naver.com", "neuf.fr", "noos.fr", "ntlworld.com",
        "numericable.fr", "o2.co.uk", "o2.pl", "o2online.de", "onet.pl", "online.de", "online.no", "op.pl",
        "optonline.net", "optusnet.com.au", "orange.es", "orange.fr", "orange.net", "planet.nl", "pm.me", "pobox.com",
        "poczta.onet.pl", "qq.com", "quicknet.nl", "rogers.com", "sapo.pt", "sasktel.net", "sbcglobal.net",
        "scarlet.be", "sfr.fr", "shaw.ca", "sina.com", "sky.com", "skynet.be", "sohu.com", "sunrise.ch",
        "swissonline.ch", "sympatico.ca", "t-online.de", "talktalk.net", "tele2.nl", "telenet.be", "telfort.nl",
        "telia.com", "telus.net", "terra.com.br", "terra.es", "tin.it", "tiscali.co.uk", "tiscali.it", "tlen.pl",
        "tutanota.com", "tvcablenet.be", "ukr.net", "unitybox.de", "uol.com.br", "upcmail.nl", "utanet.at",
        "verizon.net", "versatel.nl", "virginmedia.com", "vodafone.de", "vodafone.it", "vodafonemail.de", "voila.fr",
        "walla.co.il", "wanadoo.es", "wanadoo.fr", "web.de", "windstream.net", "wp.pl", "xs4all.nl", "xtra.co.nz",
        "ya.ru", "ziggo.nl",
    )
)  # fmt: skip
"""Where anybody has an address: of such a domain only the address itself is one's own."""


class Reach(IntEnum):
    """Whom an action reaches, the farthest of all."""

    NOBODY = 0
    """Nothing leaves the house."""
    OWN = 1
    """Addresses of one's own domain."""
    KNOWN = 2
    """The event's verified sender, an address allowed by the operator, or one that a person of ours wrote to."""
    STRANGER = 3
    """Anybody else, or it is not told whom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What would happen."""

    is_declared: bool
    """A connector says what the tool does."""
    is_money: bool
    reversibility: Reversibility
    reach: Reach
    is_fixed_text: bool
    """What leaves is a text of the agent's file with a few values filled in, whoever wrote to it."""


def risk(of: Consequence) -> Risk:
    """Return how bad it would be: high is money, what nobody declared, and what cannot be taken back in a bad place."""
    is_final = of.reversibility is Reversibility.IRREVERSIBLE
    if not of.is_declared or of.is_money:
        return Risk.HIGH
    if of.reach is Reach.NOBODY:
        return Risk.HIGH if is_final else Risk.MEDIUM if of.reversibility is Reversibility.COMPENSABLE else Risk.LOW
    if of.is_fixed_text:
        return Risk.MEDIUM if of.reach is Reach.STRANGER else Risk.LOW
    return Risk.HIGH if is_final and of.reach is Reach.STRANGER else Risk.MEDIUM


def own_domain(address: str) -> str:
    """Return the domain that is one's own where this address is; empty where anybody can have one there."""
    domain = address.rpartition("@")[2].strip().rstrip(".").lower()
    return "" if domain in PUBLIC_MAIL or _FAMILY.fullmatch(domain) else domain
