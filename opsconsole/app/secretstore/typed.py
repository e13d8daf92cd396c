"""The passphrase that a person typed into the window: in this process's memory, as long as the window is open."""


class TypedPassphrase:
    """Called, it gives the passphrase, or None while none was typed that opened the file."""

    __slots__ = ("_word", "is_for_new")

    def __init__(self) -> None:
        self._word: str | None = None
        self.is_for_new = False
        """It is for a file that is yet to be made, with the first secret that is kept."""

    def __call__(self) -> str | None:
        """Return it."""
        return self._word

    def keep(self, word: str, *, is_for_new: bool = False) -> None:
        """Remember what opened the file, or what it shall be made with."""
        self._word, self.is_for_new = word, is_for_new
