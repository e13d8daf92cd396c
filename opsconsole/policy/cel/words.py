"""Conditions in plain words, for people who read no expressions. What cannot be put into words is said to be a rule.

Only what a playbook usually says is known: that texts hold certain words, comparisons, what was found. Nothing is
evaluated here.
"""

import re

from opsconsole.domain.naming import spoken
from opsconsole.policy.cel.conditions import without_comments

LONGEST = 6
"""So many words of a list are named, at most."""
UNTOLD = "its own rule holds"
"""What a condition is called that has no plain words."""
_PARTS = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|(?P<sign>[()\[\]{}])|(?P<join>&&|\|\||\?)")
_HAS_WORDS = re.compile(r"(?P<of>.+?)\.matches\(\s*(?P<quote>['\"])(?P<pattern>.*)(?P=quote)\s*\)")
_COMPARED = re.compile(
    r"(?P<name>[\w.]+)\s*(?P<sign>==|!=|>=|<=|>|<)\s*(?P<value>'[^']*'|\"[^\"]*\"|-?[\d.]+|true|false)"
)
_ONE_OF = re.compile(r"(?P<name>[\w.]+)\s+in\s+\[(?P<values>'[^'\]]*'(?:\s*,\s*'[^'\]]*')*)\]")
_PLAIN = re.compile(r"(?P<not>!?)(?P<name>\w+(?:[.]\w+)*)")
_SIGNS = {"==": "is", "!=": "is not", ">": "is more than", "<": "is less than", ">=": "is at least", "<=": "is at most"}
_TEXTS = {"event.title": "the subject", "event.text": "the text", "event.sender": "the sender"}
_OPTIONAL = re.compile(r"\([^()|]*\)\?|(?<!\\)\w\?")
_EDGES = re.compile(r"\\b|\(\?i\)|[\^$]|\(\?:")
_CODE = re.compile(r"[\\\[\]{}()*+?]")


def condition_words(text: str) -> str:
    """Return a condition in words: `the subject has “payroll” or “payslip”, and no contact found`."""
    found = _joined(without_comments(text))
    return found or UNTOLD


def _joined(text: str, *, is_within: bool = False) -> str | None:
    if len(_split(text, "?")) > 1:
        return None  # `a ? b : c`, which holds its parts together more loosely than any other
    for mark, word in (("||", " or " if is_within else ", or "), ("&&", ", and ")):
        parts = _split(text, mark)
        if len(parts) > 1:
            told = [_joined(part, is_within=True) for part in parts]
            known = [part for part in told if part is not None]
            if len(known) < len(told):
                known.append(UNTOLD)
            return word.join(dict.fromkeys(known))
    bare = _bare(text)
    return _clause(text) if bare == text else _joined(bare, is_within=is_within)


def _split(text: str, mark: str) -> list[str]:
    """Part a condition at its outermost signs of one kind."""
    parts, begin, depth = list[str](), 0, 0
    for found in _PARTS.finditer(text):
        if found["sign"]:
            depth += 1 if found["sign"] in "([{" else -1
        elif found["join"] == mark and depth == 0:
            parts.append(text[begin : found.start()].strip())
            begin = found.end()
    return [*parts, text[begin:].strip()]


def _bare(text: str) -> str:
    """Take brackets away that hold the whole."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for found in _PARTS.finditer(text):
        if found["sign"]:
            depth += 1 if found["sign"] in "([{" else -1
            if depth == 0 and found.end() < len(text):
                return text
    return text[1:-1].strip()


def _clause(text: str) -> str | None:
    is_not = text.startswith("!")
    if (found := _HAS_WORDS.fullmatch(text.removeprefix("!"))) is not None:
        words = _words_of(found["pattern"])
        texts = [name for key, name in _TEXTS.items() if key in found["of"]]
        if words and texts:
            return f"{' or '.join(texts)} {'has not' if is_not else 'has'} {words}"
        return None
    if (found := _COMPARED.fullmatch(text)) is not None:
        return _compared(found["name"], found["sign"], found["value"].strip("'\""))
    if (found := _ONE_OF.fullmatch(text)) is not None:
        values = [f"“{spoken(value)}”" for value in re.findall(r"'([^']*)'", found["values"])]
        return f"the {_name(found['name'])} is {' or '.join(values)}"
    if (found := _PLAIN.fullmatch(text)) is not None:
        return _plain(found["name"], is_not=bool(found["not"]))
    return None


def _words_of(pattern: str) -> str | None:
    """Return the words that a pattern looks for, as a list; None where it looks for more than words."""
    bare = _EDGES.sub("", pattern.replace("(?i)", ""))
    bare = bare[1:-1] if bare.startswith("(") and bare.endswith(")") and bare.count("(") == 1 else bare
    words = [_OPTIONAL.sub("", part).replace(".*", " … ").strip() for part in bare.split("|")]
    if not all(words) or any(_CODE.search(word) for word in words):
        return None
    named = [f"“{word}”" for word in words[:LONGEST]]
    if len(words) > LONGEST:
        return f"{', '.join(named)} or the like"
    return " or ".join(part for part in (", ".join(named[:-1]), named[-1]) if part)


def _compared(name: str, sign: str, value: str) -> str | None:
    of, _, field = name.rpartition(".")
    if field == "count":
        many = spoken(of).lower()
        if value == "0" and sign in ("==", ">"):
            return f"no {many} found" if sign == "==" else f"{many} found"
        return f"the number of {many} {_SIGNS[sign]} {value}"
    if name == "event.kind":
        return f"it {_SIGNS[sign]} “{spoken(value).lower()}”"
    if field == "answer":
        return f"the answer {_SIGNS[sign]} “{value}”"
    return f"the {_name(name)} {_SIGNS[sign]} {value if value[:1].isdigit() else f'“{spoken(value)}”'}"


def _plain(name: str, *, is_not: bool) -> str:
    of, _, field = name.rpartition(".")
    if field == "found":
        return f"{'no ' if is_not else ''}{spoken(of).lower()} found"
    if field == "is_verified":
        return f"the sender is {'not ' if is_not else ''}verified"
    if field == "is_auto":
        return f"{'no' if is_not else 'a'} machine wrote it"
    return f"{'not ' if is_not else ''}{_name(name)}"


def _name(name: str) -> str:
    return _TEXTS.get(name, spoken(name.removeprefix("event.fields.").removeprefix("event.")).lower()).removeprefix(
        "the "
    )
