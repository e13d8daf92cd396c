"""Takes the secrets of a call out of what the other side says: an error, or an answer, may echo them."""

from collections.abc import Iterable

from opsconsole.domain.redaction import forms_of

MARK = "[secret]"
_SHORTEST = 3
_SHORTEST_FORM = 6
"""Of an encoded form; shorter ones stand in texts and numbers by chance."""


class Scrubber:
    """Knows the secrets of one connection in every form they are sent in."""

    def __init__(self, secrets: Iterable[str]) -> None:
        long = [secret for secret in secrets if len(secret) >= _SHORTEST]
        forms = {form for secret in long for form in forms_of(secret) if form == secret or len(form) >= _SHORTEST_FORM}
        self._forms = sorted(forms, key=lambda form: (-len(form), form))
        self._bytes = [form.encode("utf-8", "replace") for form in self._forms]
        self.longest = max(map(len, self._bytes), default=0)
        """Length of the longest form, in bytes."""

    def text(self, text: str) -> str:
        """Scrub a text."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, MARK)
        return text

    def body(self, body: bytes) -> bytes:
        """Scrub the bytes of an answer."""
        for form in self._bytes:
            if form in body:
                body = body.replace(form, MARK.encode())
        return body
