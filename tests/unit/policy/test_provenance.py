"""After outside text: which slots, destinations and hosts pass."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.domain.enums import ClassCeiling, Effect, Reversibility, Stage, Verdict
from opsconsole.policy.context import Provenance, texts_in
from opsconsole.policy.gate import rule
from opsconsole.policy.provenance import host_of, is_trusted_destination, is_typed, untyped_argument
from tests.support.contexts import action_type, context

ORIGIN = Provenance(
    is_tainted=True,
    is_ratified_step=True,
    slots={"to": ("ann@harbour.example",), "text": ("Ann Harbour", "INV-2041", "2026-11-23")},
    verified_sender="Ann@Harbour.example",
    trusted_addresses=frozenset({"desk@slotwise.example"}),
    trusted_domains=frozenset({"good.example"}),
    trusted_egress=frozenset({"docs.good.example"}),
)
MAIL = action_type(name="desk.acknowledge", effect=Effect.EXTERNAL, reversibility=Reversibility.IRREVERSIBLE)
RAISED = frozenset({ClassCeiling.IRREVERSIBLE})


@pytest.mark.parametrize(
    "text",
    [
        "Ann", "Ann Harbour", "Jean-Luc O’Neill", "Müller & Söhne (Nord)", "Łukasz Żółć", "李 小龙", "Studio 54", "",
        "INV-2041", "#12",
        "a1b2_c3", "2026-11-23", "2026-11-23T09:30", "2026-11-23 09:30:00+01:00", "120.50 EUR", "1200", "-3,5",
    ],
)  # fmt: skip
def test_names_ids_dates_and_amounts_fill_slots(text: str) -> None:
    assert is_typed(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example", "www.evil.example", "evil.com", "Visit evil.co.uk now", "EVIL.COM", "пример.рф",
        "Ann (münchen.de)",
        "ann@evil.example", "x @ y", "Ann\nBcc: all", "Ann\r", "Ann\u2028next", "a" * 81, "Ann; DROP", "<b>Ann</b>",
        "{{ 7*7 }}",
        "Pay now!", "a/b", "javascript:alert(1)", "\u202eann", "Ann\u200bEve", "Ann\x1b[31m", "see 10.0.0.1", "A|B",
        "100%", "a=b",
    ],
)  # fmt: skip
def test_urls_addresses_long_texts_and_steering_characters_do_not(text: str) -> None:
    assert not is_typed(text)


@given(st.text())
def test_a_typed_slot_is_short_one_line_and_no_address(text: str) -> None:
    if is_typed(text):
        assert len(text) <= 80 and len(text.splitlines()) <= 1 and "@" not in text and "://" not in text
        assert text.isprintable()


@pytest.mark.parametrize(
    ("address", "is_trusted"),
    [
        ("ann@harbour.example", True), (" ANN@harbour.EXAMPLE ", True), ("desk@slotwise.example", True),
        ("any@good.example", True),
        ("ann.o'neill+desk_1@good.example", True), ("jörg@good.example", True),
        ("ann%evil.example@good.example", False), ("evil.example!ann@good.example", False),
        ("SRS0=ab=cd=evil.example=ann@good.example", False), ("ann|sh@good.example", False),
        ('"ann@evil.example"@good.example', False), ('"ann"@good.example', False), ("-oQ/tmp@good.example", False),
        ("@evil.example:ann@good.example", False), ("@evil.example,@x.example:ann@good.example", False),
        ("ann%good.example@evil.example", False), ("ann(x@evil.example)@good.example", False),
        ("ann@evil.example@good.example", False), ("ann`id`@good.example", False), ("a{b}@good.example", False),
        ("eve@harbour.example", False), ("ann@harbour.example.evil.example", False), ("ann@evil.example", False),
        ("ann@harb0ur.example", False), ("аnn@harbour.example", False), ("ann@h\u0430rbour.example", False),
        ("des\u212a@slotwise.example", False), ("a@sub.good.example", False), ("a@notgood.example", False),
        ("good.example", False),
        ("a@evil.example@good.example", False), ("https://evil.example/?x=@good.example", False),
        ('"a@evil.example"@good.example', False), ("ann@harbour.example,eve@evil.example", False),
        ("ann@harbour.example;eve@evil.example", False), ("Ann <ann@harbour.example>", False),
        ("eve@evil.example\nann@harbour.example", False),
        ("", False), (" ", False), ("@good.example", False), ("@", False), ("a@", False), ("http://a@good.example",
        False),
        ("a:b@good.example", False), ("a\\@good.example", False), ("a@good.example\u200b", False), ("a@good。example",
        False),
    ],
)  # fmt: skip
def test_destinations(address: str, is_trusted: bool) -> None:
    assert is_trusted_destination(address, ORIGIN) is is_trusted
    assert not is_trusted_destination(address, Provenance()) and not is_trusted_destination("", Provenance())


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://Docs.good.example/a?b=c", "docs.good.example"), ("docs.good.example/a", "docs.good.example"),
        ("docs.good.example:8080/a", "docs.good.example"), ("ann@good.example", "good.example"),
    ],
)  # fmt: skip
def test_hosts(address: str, host: str) -> None:
    assert host_of(address) == host


@pytest.mark.parametrize(
    "address",
    [
        "evil.example/a@docs.good.example", "https://evil.example/@docs.good.example",
        "https://evil.example\\@docs.good.example",
        "https://docs.good.example@evil.example", "https://evil.example#@docs.good.example",
        "https://evil.example?docs.good.example",
        "http://docs.good.example.evil.example", "http://[evil", "https://docs.good.example evil.example",
        "//evil.example",
        "https:/evil.example/@docs.good.example", "\thttps://docs.good.example", "https://docs.good.example\n", "",
        "https://",
        "https://d\u043ecs.good.example", "https://docs。good.example\\", "file:///etc/passwd",
        "https://user@docs.good.example",
    ],
)  # fmt: skip
def test_no_way_of_writing_leads_past_the_allow_list(address: str) -> None:
    assert host_of(address) != "docs.good.example"
    kind = action_type(name="web.fetch", effect=Effect.READ, is_egress=True, destinations=("url",))
    question = context(tool="web.fetch", type=kind, args={"url": address}, provenance=ORIGIN)
    assert rule(question).verdict is Verdict.ASK


@given(st.text())
def test_any_text_has_a_host_or_none(text: str) -> None:
    assert isinstance(host_of(text), str)


def test_an_allowed_place_may_be_read_and_nothing_is_sent_from_shadow() -> None:
    kind = action_type(name="web.fetch", effect=Effect.READ, is_egress=True, destinations=("url",))
    good = context(tool="web.fetch", type=kind, args={"url": "https://docs.good.example/x"}, provenance=ORIGIN)
    assert rule(good).verdict is Verdict.ACT
    bad = context(
        tool="web.fetch", type=kind, args={"url": "https://evil.example"}, stage=Stage.SHADOW, provenance=ORIGIN
    )
    assert rule(bad).verdict is Verdict.SIMULATE


def ruling(slots: dict[str, tuple[str, ...]] | None = None, **args: object) -> set[str]:
    origin = ORIGIN if slots is None else replace(ORIGIN, slots=slots)
    question = context(tool="desk.acknowledge", type=MAIL, raised=RAISED, args=args, provenance=origin)
    found = rule(question)
    assert (found.verdict is Verdict.ACT) == (not found.binding)
    return {reason.rule for reason in found.binding}


def test_the_gate_over_templates_and_destinations() -> None:
    text = "Hello Ann Harbour, invoice INV-2041 of 2026-11-23 is here."
    assert ruling(to="ann@harbour.example", text=text) == set()
    assert ruling(to="eve@evil.example", text=text) == {"provenance_destination"}
    assert ruling(text=text) == {"provenance_destination"}, "where it goes must be stated"
    assert ruling(to=["ann@harbour.example", "eve@evil.example"], text=text) == {"provenance_destination"}
    assert ruling({"to": ("ann@harbour.example",)}, to="ann@harbour.example", text=text) == {"provenance_text"}
    assert ruling({"text": ("http://evil.example",)}, to="ann@harbour.example", text=text) == {"provenance_text"}
    assert ruling(to="ann@harbour.example", text=text, subject="Free text") == {"provenance_text"}
    assert ruling(to="ann@harbour.example", text=text, count=3, is_urgent=True, subject=None) == set()


def test_a_tool_chosen_by_a_model_asks_whatever_its_arguments() -> None:
    origin = replace(ORIGIN, is_ratified_step=False)
    question = context(
        tool="desk.acknowledge", type=MAIL, raised=RAISED, args={"to": "ann@harbour.example"}, provenance=origin
    )
    assert {reason.rule for reason in rule(question).binding} == {"provenance_tool"}


@pytest.mark.parametrize("text", ["x" * 80, "Ann " * 4 + "B", "5" * 16])
def test_a_slot_of_just_its_length_passes(text: str) -> None:
    assert is_typed(text) and not is_typed(text + "x" * 80)


@pytest.mark.parametrize("mark", [",", ";", "<", ">", " ", "\n", "\t"])
def test_an_address_with_a_mark_that_begins_another_is_none(mark: str) -> None:
    origin = Provenance(trusted_addresses=frozenset([f"a{mark}b@x.example"]), trusted_domains=frozenset(["x.example"]))
    assert not is_trusted_destination(f"a{mark}b@x.example", origin)


def test_a_ratified_name_without_a_host_is_trusted_as_it_stands() -> None:
    origin = Provenance(trusted_addresses=frozenset(["#support"]), verified_sender="")
    assert is_trusted_destination(" #Support ", origin) and not is_trusted_destination("#sales", origin)


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        (None, ()),
        ("", ()),
        ("a", ("a",)),
        (0, ("0",)),
        (["a", "", None, ("b",)], ("a", "b")),
        ({"x": "a", "y": {"z": ["b"]}}, ("a", "b")),
    ],
)
def test_every_text_of_a_value_is_seen(value: object, texts: tuple[str, ...]) -> None:
    assert texts_in(value) == texts


def test_untyped_argument_names_the_first() -> None:
    wrote = Provenance(slots={"a": ()})
    assert untyped_argument({"a": "x", "b": "y"}, wrote) == "b"
    assert untyped_argument({"a": "x", "b": {"c": "d"}}, wrote, except_for=("b",)) is None
    assert untyped_argument({"a": 1, "b": None, "c": 2.5, "d": False}, Provenance()) is None


@pytest.mark.parametrize(
    ("address", "is_known"),
    [
        ("ann@harbour.example", True), ("Ann@Harbour.example", True), ("desk@slotwise.example", True),
        ("any@good.example", False), ("eve@evil.example", False), ("ann@harbour.example, eve@evil.example", False),
    ],
)  # fmt: skip
def test_a_whole_value_may_be_an_address_that_is_known(address: str, *, is_known: bool) -> None:
    filled = replace(ORIGIN, slots={"contact": (address,)})
    assert (untyped_argument({"contact": address}, filled) is None) is is_known
    assert untyped_argument({"contact": address}, replace(ORIGIN, slots={})) == "contact"


def test_a_way_on_to_another_domain_is_trusted_only_where_it_was_ratified_as_it_is_written() -> None:
    route = "ann%evil.example@good.example"
    assert is_trusted_destination(route, replace(ORIGIN, trusted_addresses=frozenset({route})))
    assert not is_trusted_destination(route, replace(ORIGIN, verified_sender=route))
    assert host_of(route) == route and host_of("ann@good.example") == "good.example"
