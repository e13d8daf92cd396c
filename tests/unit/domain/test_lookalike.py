"""Addresses that fool the eye, and those that only look foreign."""

import pytest

from opsconsole.domain.lookalike import disguise


@pytest.mark.parametrize(
    "address",
    [
        "ann@harbour.example",
        "jörg@müller.example",
        "søren@økonomi.example",
        "почта@пример.рф",
        "info@例え.テスト",
        "info@пример.рф",
        "größe@weiß.example",
        "",
        "no address",
        "a@xn--.example",
        "a@xn--\ud800.example",
    ],
)
def test_what_fools_nobody(address: str) -> None:
    assert disguise(address) == ""


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ann@hаrbour.example", "Cyrillic small letter a"),
        ("аnn@harbour.example", "Cyrillic small letter a"),
        ("ann@pɑypal.example", "Latin small letter alpha"),
        ("ann@paypaı.example", "Latin small letter dotless i"),
        ("ann@ｐaypal.example", "Fullwidth latin small letter p"),
        ("ann@xn--hrbour-4nf.example", "stands for ann@"),
        ("ann@аррӏе.com", "Cyrillic"),
    ],
)
def test_what_fools_the_eye(address: str, said: str) -> None:
    assert said in disguise(address)
