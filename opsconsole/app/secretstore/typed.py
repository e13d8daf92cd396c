"""The passphrase that a person typed into the window: in this process's memory, as long as the window is open."""


class TypedPassphrase:
    """Called, it gives the passphrase, or None while none was typed that opened the file."""

    __slots__ = ("_word",)

    def __init__(self) -> None:
        self._word: str | None = None

    def __call__(self) -> str | None:
        """Return it."""
        return self._word

    def keep(self, word: str) -> None:
        """Remember what opened the file."""
        self._word = word
