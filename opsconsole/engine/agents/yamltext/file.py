"""Read a YAML file into a pydantic model; every error names the line.

Stricter than YAML: no aliases (a small file could unfold without end), no repeated keys, keys that are texts, no tags
but those of plain values (by another one a key can be written twice, or a list lose its order), at most 1 MB.
"""

import difflib
import re
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import BaseModel, ValidationError

from opsconsole.domain.errors import FileFormatError
from opsconsole.engine.agents.yamltext.nodes import WholeLoader
from opsconsole.engine.agents.yamltext.validationtext import in_words, place_words

_M = TypeVar("_M", bound=BaseModel)
LARGEST = 1_000_000
DEEPEST = 40
Loc = tuple[int | str, ...]
_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS: tuple[tuple[type[yaml.Node], frozenset[str]], ...] = (
    (yaml.ScalarNode, frozenset(_TAG + name for name in ("str", "int", "float", "bool", "null", "timestamp"))),
    (yaml.SequenceNode, frozenset({f"{_TAG}seq"})),
    (yaml.MappingNode, frozenset({f"{_TAG}map"})),
)
_HALF = re.compile("[\ud800-\udfff]")
_SHORT = 20
_LARGEST_WHOLE = 2**53 - 1
"""Beyond it, not every whole number can be kept."""


class _Constructor(yaml.SafeLoader):
    """Remembers the line it is at: a value that cannot be made raises errors of many kinds without one."""

    line = 1

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if isinstance(node, yaml.ScalarNode):
            self.line = node.start_mark.line + 1
        made: Any = super().construct_object(node, deep=deep)  # pyright: ignore[reportUnknownMemberType]
        if isinstance(made, int) and abs(made) > _LARGEST_WHOLE:
            raise OverflowError
        return made


class _OddError(ValueError):
    def __init__(self, message: str, at: yaml.Event | yaml.Node) -> None:
        super().__init__(message)
        self.line = None if at.start_mark is None else at.start_mark.line + 1


class _Composer(WholeLoader):
    """Refuses aliases and deep nesting while reading, before either costs anything, and what is no plain value."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = cast(yaml.Event, self.peek_event())  # pyright: ignore[reportUnknownMemberType]
        if isinstance(event, yaml.AliasEvent):
            raise _OddError("aliases (*name) are not taken; write it out", event)
        is_inner = isinstance(event, yaml.CollectionStartEvent)
        self.depth += is_inner
        if self.depth > DEEPEST:
            raise _OddError("nested too deep", event)
        node = super().compose_node(parent, index)
        self.depth -= is_inner
        if node is not None and (why := _oddity(node, is_key=isinstance(parent, yaml.MappingNode) and index is None)):
            raise _OddError(why, node)
        return node


def _oddity(node: yaml.Node, *, is_key: bool) -> str:
    """Return why a node is none that we take, in words; empty where it is."""
    if is_key and (not isinstance(node, yaml.ScalarNode) or node.tag != f"{_TAG}str"):
        is_short = isinstance(node, yaml.ScalarNode) and node.value.isalnum() and len(node.value) <= _SHORT
        quote = f': "{node.value}"' if is_short else ""
        return f"a name must be plain text; put it in quotes{quote}"
    if not any(isinstance(node, kind) and node.tag in tags for kind, tags in _PLAIN_TAGS):
        if isinstance(node, yaml.ScalarNode) and node.tag in (f"{_TAG}value", f"{_TAG}merge"):
            return f"put {node.value} in quotes"
        tag = node.tag.replace(_TAG, "!!", 1)
        return f"the tag {tag!r} is not taken here; write a text, a number, true or false, a list or names with values"
    if isinstance(node, yaml.ScalarNode) and _HALF.search(node.value):
        return "this text holds half a character (\\ud800 to \\udfff); write the whole one"
    return ""


class YamlDocument:
    """A parsed document that still knows its lines."""

    def __init__(self, text: str, path: str) -> None:
        """Parse.

        Raises:
            FileFormatError: not YAML as we take it.
        """
        self.path = path
        if len(text) > LARGEST:
            raise FileFormatError("larger than 1 MB; an agent or policy file is a few pages", path=path)
        try:
            self._root = yaml.compose(text, Loader=_Composer)
        except _OddError as error:
            raise FileFormatError(f"{error}", path=path, line=error.line) from error
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = None if mark is None else mark.line + 1
            raise FileFormatError(f"not YAML: {error.problem or error.context}", path=path, line=line) from error
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            what = f"the character #x{error.character:04x} has no place in a text"  # pyright: ignore[reportUnknownMemberType]
            raise FileFormatError(f"not YAML: {what}", path=path, line=line) from error
        except (yaml.YAMLError, RecursionError) as error:
            raise FileFormatError(f"not YAML: {error}", path=path) from error
        if self._root is None:
            raise FileFormatError("the file is empty", path=path)
        self._refuse_repeats(self._root)
        loader = _Constructor("")
        try:
            self.value: Any = loader.construct_document(self._root)  # pyright: ignore[reportUnknownMemberType]
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else None
            raise FileFormatError(f"not YAML: {error.problem}", path=path, line=line) from error
        except (ValueError, LookupError, AttributeError, TypeError, OverflowError) as error:
            text = "this value cannot be read (a date that is none, a number too long); put it in quotes"
            raise FileFormatError(text, path=path, line=loader.line) from error

    def line(self, loc: Loc) -> int | None:
        """Return the line (from 1) of a place; of the nearest thing around it where it is missing."""
        node, line = self._root, None
        for part in loc:
            if node is None:
                break
            line = node.start_mark.line + 1
            child = None
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    if key.value == str(part):
                        child, line = value, key.start_mark.line + 1
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                child = node.value[part]
                line = child.start_mark.line + 1
            if child is None:
                continue  # a validator's own part of the path, or a key that is missing
            node = child
        return line

    def error(self, message: str, loc: Loc) -> FileFormatError:
        """Make an error that points at a place."""
        return FileFormatError(message, path=self.path, line=self.line(loc))

    def into(self, model: type[_M]) -> _M:
        """Validate into a model.

        Raises:
            FileFormatError: the first thing that does not fit, with how many more there are.
        """
        if not isinstance(self.value, dict):
            raise FileFormatError("expected names with values, such as `agent: mira`", path=self.path, line=1)
        try:
            return model.model_validate(cast(dict[str, Any], self.value))
        except ValidationError as error:
            # A misspelt key is told before the key that is missing for it.
            found = sorted(error.errors(include_url=False), key=lambda error: error["type"] != "extra_forbidden")
            first, *more = found
            loc: Loc = first["loc"] or getattr(first.get("ctx", {}).get("error"), "loc", ())
            where = place_words(loc)
            text = in_words(first)
            if first["type"] == "extra_forbidden":
                missing = [
                    str(problem["loc"][-1])
                    for problem in found
                    if problem["type"] == "missing" and problem["loc"][:-1] == loc[:-1]
                ]
                close = difflib.get_close_matches(str(first["loc"][-1]), missing, n=1)
                text += f"; did you mean {close[0]}?" if close else ""
            also = f" (and {len(more)} more)" if more else ""
            raise self.error(f"{where}: {text}{also}", loc) from error

    def _refuse_repeats(self, node: yaml.Node) -> None:
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if key.value in seen:
                    raise FileFormatError(
                        f"{key.value!r} stands here twice", path=self.path, line=key.start_mark.line + 1
                    )
                seen.add(key.value)
                self._refuse_repeats(value)
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                self._refuse_repeats(item)


def read_text(path: Path) -> str:
    """Read a file's text, once; its lines end as Unix has them.

    Raises:
        FileFormatError: it cannot be read, is too large, or is no text.
    """
    try:
        if path.exists() and not path.is_file():
            raise FileFormatError("this is a folder or a device, not a file", path=str(path))
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise FileFormatError("larger than 1 MB; an agent or policy file is a few pages", path=str(path))
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except FileNotFoundError as error:
        raise FileFormatError("there is no such file", path=str(path)) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise FileFormatError("not UTF-8 text; save the file as UTF-8", path=str(path), line=line) from error
    except OSError as error:
        raise FileFormatError(f"cannot be read: {error.strerror or error}", path=str(path)) from error


def read_yaml(path: Path) -> YamlDocument:
    """Read a YAML file.

    Raises:
        FileFormatError: it cannot be read, or is not YAML as we take it.
    """
    return YamlDocument(read_text(path), str(path))
