"""A secret that was handed out stands in no text, however it was written."""

import base64
import json
import logging
import subprocess
import sys
from collections.abc import Generator
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.app.discretion import DiscreetFormatter
from opsconsole.domain.action import Result
from opsconsole.domain.errors import PermanentError
from opsconsole.domain.redaction import MARK, forget_all, handed_out, redacted

SECRET = "s3cret/with+odd %chars\"'\\ü"


@pytest.fixture(autouse=True)
def clean() -> Generator[None]:
    forget_all()
    yield
    forget_all()


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="•"), min_size=8, max_size=40).filter(
        lambda text: len(text.strip()) >= 8
    ),
    st.binary(max_size=9),
    st.binary(max_size=9),
)
def test_no_form_is_left(secret: str, before: bytes, after: bytes) -> None:
    forget_all()
    handed_out(secret)
    inner = before + secret.encode() + after
    for text in (secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret), repr(secret)):
        assert redacted(f"a {text} b") != f"a {text} b"
        assert secret not in redacted(f"a {text} b")
    for encoded in (base64.b64encode(inner).decode(), base64.urlsafe_b64encode(inner).decode()):
        shown = redacted(encoded)
        assert MARK in shown
        assert len(shown.replace(MARK, "")) <= len(encoded) - (len(secret.encode()) * 4 // 3 - 3)


@given(
    st.text("abcXYZ0129-_/+ ", min_size=4, max_size=12).filter(lambda text: len(text.strip()) >= 4),
    st.text("defUVW345-", min_size=1, max_size=8),
    st.text("ghiRST678-", max_size=8),
    st.booleans(),
)
def test_a_secret_that_is_part_of_another_leaves_nothing_of_the_longer_one(
    part: str, before: str, after: str, is_longer_first: bool
) -> None:
    forget_all()
    whole = f"{before}{part}{after}"
    for secret in (whole, part) if is_longer_first else (part, whole):
        handed_out(secret)
    assert redacted(f"[{whole}] [{part}]") == f"[{MARK}] [{MARK}]"


WORD = "p/w+1 é"
"""Each of its letters is written otherwise in one of the forms below."""


@pytest.mark.parametrize(
    "form",
    [
        "p/w+1 é",
        "p%2Fw%2B1%20%C3%A9",
        "p%2fw%2b1%20%c3%a9",
        "p/w%2B1%20%C3%A9",
        "p/w%2b1%20%c3%a9",
        "p%2Fw%2B1+%C3%A9",
        "p%2fw%2b1+%c3%a9",
        "p%252Fw%252B1%2520%25C3%25A9",
        "p%252Fw%252B1%2B%25C3%25A9",
        "p/w+1 \\u00e9",
        "p\\/w+1 \\u00e9",
        "p\\/w+1 é",
        "p/w+1 \\xc3\\xa9",
        "702f772b3120c3a9",
        "702F772B3120C3A9",
        "cC93KzEgw6k",
        "cC93KzEgw6k=",
        "cC93KzEgw6k%3D",
        b"cC93KzEgw6k".hex(),
        "cCUyRnclMkIxJTIwJUMzJUE5",
        "cCUyRnclMkIxKyVDMyVBOQ",
        "Y0M5M0t6RWd3Nms",
    ],
)
def test_each_way_of_writing_is_known(form: str) -> None:
    handed_out(WORD)
    shown = redacted(f"<{form}>")
    assert shown.startswith(f"<{MARK}") and len(shown) <= len(f"<{MARK}xx=>"), shown


def test_a_page_may_write_its_signs_as_entities() -> None:
    handed_out("a<b>&'c")
    assert redacted("a&lt;b&gt;&amp;&#x27;c") == MARK


@pytest.mark.parametrize("before", ["", "a", "ab", "user:"])
@pytest.mark.parametrize("after", ["", "z", "zz"])
def test_inside_base64_only_what_neighbours_decide_is_left(before: str, after: str) -> None:
    handed_out("~~~???>>>")
    whole = f"{before}~~~???>>>{after}".encode()
    standard = base64.b64encode(whole).decode()
    for encoded in (standard, base64.urlsafe_b64encode(whole).decode(), quote(standard, safe="")):
        left = redacted(encoded).replace(MARK, "")
        assert len(left) <= len(encoded) - 10


def test_forgetting_is_whole() -> None:
    handed_out(SECRET)
    forget_all()
    assert redacted(SECRET) == SECRET


def test_texts_without_secrets_stay() -> None:
    assert redacted("nothing known") == "nothing known"
    handed_out(SECRET)
    handed_out("abc")
    assert redacted("abc stays: it is too short to tell") == "abc stays: it is too short to tell"


def test_errors_results_and_logs_leave_it_out() -> None:
    handed_out(SECRET)
    assert str(PermanentError(f"401: bad token {SECRET}")) == f"401: bad token {MARK}"
    result = Result(is_ok=False, error=f"no: {quote(SECRET)}", data={"body": [{"echo": SECRET}], "n": 1})
    assert result.to_json() == {"ok": False, "error": f"no: {MARK}", "body": [{"echo": MARK}], "n": 1}
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        record = logging.LogRecord("x", 40, "x", 1, "said %s", (SECRET,), (ValueError, error, error.__traceback__))
    line = DiscreetFormatter(logging.Formatter()).format(record)
    assert SECRET not in line
    assert line.startswith(f"said {MARK}\nTraceback")


@pytest.mark.slow
@pytest.mark.parametrize("where", ["here", "thread"])
def test_traces_of_uncaught_errors_leave_it_out(where: str) -> None:
    program = (
        "import threading\n"
        "from opsconsole.app.discretion import be_discreet\n"
        "from opsconsole.domain.redaction import handed_out\n"
        "word = bytes.fromhex(input()).decode()\n"
        "handed_out(word)\n"
        "be_discreet()\n"
        "def fail():\n"
        "    raise ValueError(word)\n"
    )
    ending = "fail()\n" if where == "here" else "one = threading.Thread(target=fail)\none.start()\none.join()\n"
    word = "s3cret/with+odd"
    command = [sys.executable, "-c", program + ending]
    done = subprocess.run(command, input=word.encode().hex(), capture_output=True, text=True, timeout=60, check=False)
    assert f"ValueError: {MARK}" in done.stderr
    assert word not in done.stdout + done.stderr
