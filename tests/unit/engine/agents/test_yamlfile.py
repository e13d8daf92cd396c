"""Reading YAML: for any text, a document or a `FileFormatError`."""

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from opsconsole.domain.errors import FileFormatError
from opsconsole.engine.agents.yamltext.file import YamlDocument

pieces = st.sampled_from(
    ["a", ":", " ", "\n", "- ", "{", "}", "[", "]", ",", "? ", "!!int ", "!!bool ", "!!float ", "!!timestamp ",
    "!!binary ", "!!set ", "!!omap ",
     "&a ", "*a", "<<: ", "|", ">", "'", '"', "#", "%YAML 1.1", "---", "2026-13-45", "0x_", "1_", "0b", "-.inf",
     "1:99:1", "\t", "~", "=", "é", "\x00",
     "\ufeff", "\u2028", "12:", "!!python/name:x ", "!!null ", "!<tag:x> ", "yes"]
)  # fmt: skip


class WithoutAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


class Anything(BaseModel):
    model_config = ConfigDict(extra="allow")


@given(st.text() | st.lists(pieces, max_size=25).map("".join))
@example("a: !!bool foo")
@example("a: !!timestamp x")
@example("a: 2026-13-45")
@example("? [a]\n: b")
@example("<<: {a: 1}\na: 2")
@example("a: !!int ''")
@example("a: .inf\nb: .nan")
@example("1: a\n1.0: b")
def test_any_text_is_a_document_or_an_error(text: str) -> None:
    try:
        document = YamlDocument(text, "x.yaml")
        document.into(Anything)
    except FileFormatError as error:
        assert str(error).startswith("x.yaml")
        assert error.line is None or 1 <= error.line <= len(text.splitlines()) + 1


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), json_values, min_size=1, max_size=4))
def test_what_others_write_is_read_the_same(value: dict[str, object]) -> None:
    assert YamlDocument(yaml.dump(value, Dumper=WithoutAliases), "x").value == value


def test_lines_of_places() -> None:
    document = YamlDocument("a:\n  - b: 1\n  - c:\n      d: 2\n", "x")
    assert [
        document.line(loc) for loc in ((), ("a",), ("a", 1), ("a", 1, "c", "d"), ("a", 9), ("a", 0, "z"), ("q",))
    ] == [None, 1, 3, 4, 2, 2, 1]


@pytest.mark.parametrize("depth", [39, 40])
def test_depth(depth: int) -> None:
    text = "[" * depth + "]" * depth
    assert YamlDocument(text, "x").value is not None
    with pytest.raises(FileFormatError, match="deep"):
        YamlDocument("[" * 41 + "]" * 41, "x")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\n~: x", 2, "a name must be plain text; put it in quotes"),
        ("a: {on: 1}", 1, 'put it in quotes: "on"'),
        ("a:\n  <<: {b: 1}", 2, "put it in quotes"),
        ("a: 1\nb:\n  !!binary YQ==: 1", 3, "put it in quotes"),
        ("b:\n  c: !!omap [{a: 1}]", 2, "the tag '!!omap' is not taken"),
        ("b: !ours x", 1, "the tag '!ours' is not taken"),
        ("b: !!str {c: 1}", 1, "the tag '!!str' is not taken"),
        ("a: 1\nb: =", 2, "put = in quotes"),
        ('a: 1\nb: ["\\ud83d"]', 2, "half a character"),
        ("a: 1\nb: 99999999999999999999999", 2, "a number too long"),
        ('"\\ud83d\\ude00": 1\n😀: 2', 2, "stands here twice"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(FileFormatError) as caught:
        YamlDocument(text, "x.yaml")
    assert said in str(caught.value) and caught.value.line == line, str(caught.value)


def test_plain_tags_and_characters_in_two_halves_are_what_they_say() -> None:
    text = 'a: !!int "3"\nb: !!str 5\n"c": "\\uD83D\\ude00 \\ud83d\\ude00"\n!!str 1: !!seq [!!bool "yes", !!null ""]\n'
    assert YamlDocument(text, "x").value == {"a": 3, "b": "5", "c": "😀 😀", "1": [True, None]}


class Named(BaseModel):
    model_config = ConfigDict(extra="forbid")
    some: dict[str, int] = {}


def test_a_name_from_a_file_stands_in_quotes_on_one_line() -> None:
    odd = '"\\e[2J\\nmini: version 9 is in use.\\n"'
    for text, told in ((f"{odd}: 1", "there is no such setting"), (f"some: {{{odd}: x}}", "must be a whole number")):
        with pytest.raises(FileFormatError) as caught:
            YamlDocument(text, "a\nb.yaml").into(Named)
        said = str(caught.value)
        assert said.isprintable() and f"'\\x1b[2J\\nmini: version 9 is in use.\\n': {told}" in said, said
        assert said.startswith("a\\nb.yaml:1: ")
