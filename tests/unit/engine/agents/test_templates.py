"""Templates: sandboxed, bounded, and honest about what filled their slots."""

import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.engine.agents.templates import LONGEST, TemplateFailure, fill, fill_value

VALUES: dict[str, Any] = {
    "event": {
        "title": "Prices",
        "sender": "ann@harbour.example",
        "text": "x" * 9_000,
        "fields": {"n": 3},
        "sender_name": "",
    },
    "deal": {"id": 7, "amount": 12.5, "found": True, "list": [1, 2, 3], "none": None},
}

ESCAPES = [
    "{{ ''.__class__.__mro__ }}", "{{ ''['__class__'] }}", "{{ ''|attr('__class__') }}", "{{ event.__class__ }}",
    "{{ event['__class__'] }}",
    "{{ event.__init__.__globals__ }}", "{{ self.__init__.__globals__ }}", "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__ }}",
    "{{ joiner() }}", "{{ namespace() }}", "{{ dict(a=1) }}", "{{ lipsum(5) }}", "{{ lipsum.__globals__ }}",
    "{{ range(9) }}", "{{ ().__class__ }}",
    "{{ (1).__class__.__subclasses__() }}", "{{ event.get.__self__ }}", "{{ event.items.__func__ }}",
    "{{ event.update({'title': 'x'}) }}",
    "{{ event.pop('title') }}", "{{ deal.list.append(1) }}", "{{ event.setdefault('a', 1) }}", "{{ event.clear() }}",
    "{% import 'os' as os %}",
    "{% include '/etc/passwd' %}", "{% extends 'x' %}", "{{ '{0.__class__}'.format(event) }}",
    "{{ '%s' | format(event) }}",
    "{{ ''.format_map(event) }}", "{{ [event]|map(attribute='__class__')|list }}", "{{ config }}", "{{ request }}",
    "{{ loop }}",
    "{% set event = 1 %}{{ event.title }}", "{{ event.title() }}", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
]  # fmt: skip
GROWING = [
    "{{ 'a' * 1000000000 }}", "{{ event.text * 1000000 }}", "{{ [1] * 1000000000 }}", "{{ 9 ** 9 ** 9 }}",
    "{{ 2 ** 100000000 }}",
    "{{ '%900000000d' % 1 }}", "{{ '{:900000000}'.format(1) }}", "{{ 'a'.ljust(1000000000) }}",
    "{{ 'a'.center(1000000000) }}",
    "{{ 'a' | center(1000000000) }}", "{{ 'a' | indent(1000000000) }}", "{{ 'a'.zfill(1000000000) }}",
    "{{ 'a\t'.expandtabs(1000000000) }}",
    "{% for i in range(1000000000) %}{% endfor %}", "{% for i in range(10 ** 9) %}x{% endfor %}",
    "{{ range(999999999) | list }}",
    "{% for a in event.text %}{% for b in event.text %}x{% endfor %}{% endfor %}",
    "{{ [1] | batch(1000000000, 'x') | list }}",
    "{% for a in event.text %}{{ event.text }}{% endfor %}",
    "{% set a = event.text %}" + "{% set a = a ~ a %}" * 40 + "{{ a | length }}",
    "{% set a = event.text %}" + "{% set a = a ~ a %}" * 9 + "{{ a | length }}",
    "{% set a = deal.list %}" + "{% set a = a + a %}" * 15 + "{{ a | length }}",
    "{% set a = event.text %}" + "{% set a = a + a %}" * 40 + "{{ a | length }}",
    "{% set a %}x{% endset %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 40 + "{{ a | length }}",
    "{% set a = event.text %}" + "{% set a = a | replace('x', 'xx') %}" * 40 + "{{ a | length }}",
    "{{ 'x'" + " | replace('x', 'xx')" * 40 + " | length }}",
    "{% set a = event.text %}" + "{% set a = a.replace('x', a) %}" * 9 + "{{ a | length }}",
    "{{ event.text.replace('', event.text) | length }}", "{{ event.text | list | join(event.text) | length }}",
    "{{ event.text.join(event.text) | length }}", "{{ [event.text] | sum(start='') }}",
    "{% set n = 9 %}" + "{% set n = n * n %}" * 40 + "{{ n }}",
    "{% set n = 9 %}" + "{% set n = n + n %}" * 99 + "{{ n }}",
    "{% set a = [1] %}" + "{% set a = [a, a] %}" * 40 + "{{ a }}",
    "{% set a = deal.list %}" + "{% set a = a + a %}" * 40 + "{{ a | length }}",
    "{% with a = [1] %}" + "{% with a = [a, a] %}" * 9 + "{{ a }}" + "{% endwith %}" * 10,
    "{% set a = 1 %}" + "{% set a = {'a': a, 'b': a} %}" * 40 + "{{ a }}",
    "{% set a = event.text %}" + "{% set a = (a, a) | join %}" * 40 + "{{ a | length }}",
]  # fmt: skip


@pytest.mark.parametrize("text", ESCAPES)
def test_no_way_out_of_the_sandbox(text: str) -> None:
    before = repr(VALUES)
    for made in (lambda: fill(text, VALUES)[0], lambda: fill_value(text, VALUES)[0]):
        try:
            answer = str(made())
        except TemplateFailure:
            continue
        assert answer == "[Undefined]", f"{text} gave {answer[:100]}"
    assert repr(VALUES) == before


@pytest.mark.parametrize("text", GROWING)
def test_nothing_grows_without_end(text: str) -> None:
    with pytest.raises(TemplateFailure):
        fill(text, VALUES)


LONG = {"event": {"text": "words of a long mail, " * 9_000}}
WHOLE = "{% set a = event.text ~ event.text ~ event.text ~ event.text ~ event.text %}"
DEAR = [
    *(
        WHOLE + f"{{% set b = a | {filter_} | list | length %}}" * 200
        for filter_ in ("unique", "sort", "title", "list", "wordcount | string", "reverse", "urlize", "tojson")
    ),
    WHOLE + "{% set b = a.split() | length %}" * 900,
    WHOLE + "{% set b = a.replace('w', 'v') %}" * 900,
    WHOLE + "{% set b = a ~ '' %}" * 900,
    WHOLE + "{% set b = a + '' %}" * 900,
    WHOLE + "{{ a" + " | upper | lower" * 90 + " | length }}",
]


@pytest.mark.parametrize("text", [*GROWING, *DEAR])
def test_what_would_take_long_fails_at_once(text: str) -> None:
    began = time.process_time()
    with pytest.raises(TemplateFailure):
        fill(text, LONG if text in DEAR else VALUES)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("text", GROWING)
def test_nor_does_it_take_much_memory(text: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(TemplateFailure):
            fill(text, VALUES)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_what_a_letter_makes_of_a_whole_mail_is_no_more_than_may_be() -> None:
    letter = "{{ event.text | striptags | upper | trim | truncate(80) }}" + "{{ event.text[:20] | title }}" * 50
    assert fill(letter, LONG)[0].startswith("WORDS OF A LONG MAIL, WORDS")


@pytest.mark.parametrize("text", [text for text in GROWING if text.count("{{") == 1 and "{%" not in text])
def test_nor_where_the_slot_is_the_whole_value(text: str) -> None:
    with pytest.raises(TemplateFailure):
        fill_value(text, VALUES)


@pytest.mark.parametrize(
    ("text", "filled", "slots"),
    [
        ("Hello", "Hello", ()), ("", "", ()), ("Re: {{ event.title }}", "Re: Prices", ("Prices",)),
        ("{{ event.title }} of {{ event.sender }}", "Prices of ann@harbour.example", ("Prices", "ann@harbour.example")),
        ("{% if deal.found %}Hello {{ event.title }}{% else %}{{ event.sender }}{% endif %}", "Hello Prices",
        ("Prices",)),
        ("Hello{% if event.sender_name %} {{ event.sender_name }}{% endif %},", "Hello,", ()), ("{{ deal.id }} x",
        "7 x", ("7",)),
        ("{{ deal.none }}.", ".", ()), ("{{ event.title | upper }}!", "PRICES!", ("PRICES",)),
        ("{{ deal.amount / 2 }} EUR",
        "6.25 EUR", ("6.25",)),
        ("{{ (deal.amount * 2) | round(1) }} EUR", "25.0 EUR", ("25.0",)), ("{{ 'literal' }} x", "literal x",
        ("literal",)),
        ("{{ event.title ~ event.sender }} x", "Pricesann@harbour.example x", ("Pricesann@harbour.example",)),
        ("{% set a = event.title %}{{ a }}", "Prices", ("Prices",)), ("{# event.sender #}Hi {", "Hi {", ()),
    ],
)  # fmt: skip
def test_what_filled_the_slots_is_told(text: str, filled: str, slots: tuple[str, ...]) -> None:
    if "'literal'" in text:
        assert fill(text, VALUES)[0] == filled, "a literal may count as a slot or as text"
        return
    assert fill(text, VALUES) == (filled, slots)


def test_a_value_that_is_one_slot_keeps_its_type() -> None:
    assert fill_value("{{ deal.id }}", VALUES) == (7, ())
    assert fill_value("{{ deal.found }}", VALUES) == (True, ())
    assert fill_value("{{ deal.none }}", VALUES) == (None, ())
    assert fill_value(" {{ event.title }} ", VALUES) == ("Prices", ("Prices",))
    assert fill_value({"a": ["{{ event.title }}", 3, "x {{ deal.id }}"]}, VALUES) == (
        {"a": ["Prices", 3, "x 7"]},
        ("Prices", "7"),
    )
    assert fill_value("{{ event.text }}", {"event": {"text": "y" * (LONGEST + 5)}})[0] == "y" * LONGEST


@pytest.mark.parametrize(
    "text",
    [
        "{{ nobody }}",
        "x {{ event.nothing }}",
        "{{ deal.list.x.y }}",
        "{{ 1 / 0 }}",
        "{{ event.title | shout }}",
        "{{ event.title | truncate(1) }}",
        "{% if %}",
        "{{",
        "x {{ a b }}",
    ],
)
def test_what_cannot_be_filled_says_so(text: str) -> None:
    with pytest.raises(TemplateFailure):
        fill(text, VALUES)
    if text.endswith("}}") and text.startswith("{{"):
        with pytest.raises(TemplateFailure):
            fill_value(text, VALUES)


@given(st.text())
def test_a_value_is_never_read_as_a_template(value: str) -> None:
    assert fill("<{{ a }}>", {"a": value})[0] == f"<{value}>"


@given(st.text(alphabet="{}%#ab |.()'*0", max_size=20))
def test_any_template_is_filled_or_fails_as_such(text: str) -> None:
    try:
        filled, _ = fill(text, {"a": 1, "b": {"a": "x"}})
        assert len(filled) <= LONGEST
    except TemplateFailure:
        pass


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ event.company | default('nobody') }}", "nobody"),
        ("{{ event.sender_name | default('Sir', true) }}", "Sir"),
        ("{{ not event.errors | default(none) }}", "True"),
        ("{{ 'a' if event.company is defined else 'b' }}", "b"),
    ],
)
def test_what_is_missing_can_be_made_up_for(template: str, text: str) -> None:
    assert fill(template, VALUES)[0] == text
