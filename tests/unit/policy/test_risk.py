"""Risk by consequence: the table."""

import pkgutil
import re

import pytest

from opsconsole.domain.enums import Reversibility, Risk
from opsconsole.policy.publicmail import public_mail
from opsconsole.policy.risk import Consequence, Reach, own_domain, risk

FINAL, COMPENSABLE, REVERSIBLE = Reversibility.IRREVERSIBLE, Reversibility.COMPENSABLE, Reversibility.REVERSIBLE
FREE, FIXED = False, True
TABLE = [
    # nothing leaves the house
    (REVERSIBLE, Reach.NOBODY, FREE, Risk.LOW),
    (COMPENSABLE, Reach.NOBODY, FREE, Risk.MEDIUM),
    (FINAL, Reach.NOBODY, FREE, Risk.HIGH),
    # a fixed receipt
    (FINAL, Reach.OWN, FIXED, Risk.LOW),
    (FINAL, Reach.KNOWN, FIXED, Risk.LOW),
    (FINAL, Reach.STRANGER, FIXED, Risk.MEDIUM),
    # free text, or a forward: what was written goes along
    (FINAL, Reach.OWN, FREE, Risk.MEDIUM),
    (FINAL, Reach.KNOWN, FREE, Risk.MEDIUM),
    (FINAL, Reach.STRANGER, FREE, Risk.HIGH),
    (REVERSIBLE, Reach.STRANGER, FREE, Risk.MEDIUM),
]


def consequence(
    reversibility: Reversibility, reach: Reach, *, is_fixed: bool, is_money: bool = False, is_declared: bool = True
) -> Consequence:
    return Consequence(
        is_declared=is_declared, is_money=is_money, reversibility=reversibility, reach=reach, is_fixed_text=is_fixed
    )


@pytest.mark.parametrize(("reversibility", "reach", "is_fixed", "expected"), TABLE)
def test_risk_follows_from_what_would_happen(
    reversibility: Reversibility, reach: Reach, is_fixed: bool, expected: Risk
) -> None:
    assert risk(consequence(reversibility, reach, is_fixed=is_fixed)) is expected


@pytest.mark.parametrize("reach", list(Reach))
def test_money_and_what_nobody_declared_are_high_wherever_they_go(reach: Reach) -> None:
    assert risk(consequence(REVERSIBLE, reach, is_fixed=True, is_money=True)) is Risk.HIGH
    assert risk(consequence(REVERSIBLE, reach, is_fixed=True, is_declared=False)) is Risk.HIGH


def test_a_farther_reach_is_never_less_of_a_risk() -> None:
    order = [Risk.LOW, Risk.MEDIUM, Risk.HIGH]
    for reversibility in (REVERSIBLE, COMPENSABLE, FINAL):
        for is_fixed in (True, False):
            risks = [
                order.index(risk(consequence(reversibility, reach, is_fixed=is_fixed)))
                for reach in (Reach.OWN, Reach.KNOWN, Reach.STRANGER)
            ]
            assert risks == sorted(risks)


def test_of_a_public_provider_only_the_address_is_ones_own() -> None:
    assert own_domain("support@Acme.example") == "acme.example"
    assert own_domain("me@Gmail.com") == ""


@pytest.mark.parametrize(
    "domain",
    (
        "yahoo.de", "yahoo.fr", "yahoo.co.uk", "yahoo.com.br", "gmx.com", "hotmail.co.uk", "live.de", "live.co.uk",
        "outlook.de", "outlook.com.au", "freenet.de", "wanadoo.fr", "sfr.fr", "icloud.com", "mac.com", "YAHOO.de.",
        "foxmail.com", "mindspring.com", "netzero.net", "rediffmail.com", "docomo.ne.jp", "mailinator.com", "proton.me",
        "optimum.net", "globo.com", "ig.com.br", "i.ua", "sina.cn", "tutanota.com", "a1.net", "mailbox.org",
    ),
)  # fmt: skip
def test_a_provider_is_public_in_every_country(domain: str) -> None:
    assert own_domain(f"me@{domain}") == ""


@pytest.mark.parametrize(
    "domain",
    [
        "live.acme.example", "yahoo-fans.example", "myoutlook.de", "mail.acme.de", "example.com", "microsoft.com",
        "siemens.com", "harvard.edu", "amazon.com", "slotwise.example",
    ],
)  # fmt: skip
def test_a_company_whose_domain_only_looks_like_a_providers_has_its_domain(domain: str) -> None:
    assert own_domain(f"me@{domain}") == domain


def test_the_list_of_providers_is_whole_and_says_where_it_is_from() -> None:
    domains = public_mail()
    assert len(domains) > 8_000
    assert all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain) for domain in domains)
    head = (pkgutil.get_data("opsconsole.policy", "publicmail.txt") or b"").decode("ascii")
    assert "github.com/derhuerst/email-providers" in head and "Permission to use, copy, modify" in head
