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
