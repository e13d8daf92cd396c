"""Every error we raise on purpose, and whose fault it is.

OpsError
├── UserError            what was asked cannot be done as asked; the message says what to ask instead
│   ├── FileFormatError  a file of the person's is wrong at a line
│   │   └── UnknownTableError  the headers of a table do not say what it holds
│   ├── NotFoundError
│   ├── StaleCardError   the card changed since it was shown
│   ├── SecretMissingError  a secret that is named is nowhere kept
│   └── DecisionError    the request is decided already, or the verb does not fit
├── EnvironmentError_    the machine: disk, rights, locks, network
│   ├── WorkspaceError   no workspace, a newer one, a damaged one, one in use
│   │   ├── WorkspaceBusyError
│   │   ├── WorkspaceTooNewError
│   │   ├── WorkspaceDamagedError
│   │   └── UnreadableError  one row says what none of ours writes; the rest of the file is sound
│   ├── KeyringError     the keyring of the operating system is not there, locked, or does not answer
│   │   └── SealedError  the encrypted file of secrets wants its passphrase
│   ├── DiskError        full or read-only
│   ├── OutputError      what a command says goes nowhere: the disk of its output is full
│   └── FencedError      another engine took over this workspace
└── ConnectorError       an outside system said no, or said nothing
    ├── TransientError   certainly not done; worth another try
    ├── PermanentError   certainly not done; another try would say the same
    └── AmbiguousError   perhaps done: never repeated silently

`CancelledError` of asyncio is never translated.
"""

from opsconsole.domain.naming import one_line
from opsconsole.domain.redaction import redacted


class OpsError(Exception):
    """Base. The text is for the person: what happened, to what, and what to do next.

    It goes to terminals, logs and the database, and often quotes an outside system; so it gives itself without secrets.
    `hint` is a sentence more for whoever sits at a terminal: what to type next. No other face shows it.
    """

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        return redacted(super().__str__())


class UserError(OpsError):
    """What was asked cannot be done as asked."""


class FileFormatError(UserError):
    """A file is wrong. `path` and `line` (from 1, or None) say where.

    The text is one line: what a file says in it cannot pass for another line of ours.
    """

    def __init__(self, message: str, *, path: str, line: int | None = None) -> None:
        where = path if line is None else f"{path}:{line}"
        super().__init__(one_line(f"{where}: {message}"))
        self.path = path
        self.line = line


class UnknownTableError(FileFormatError):
    """The headers of a table do not say what it holds; a person can."""


class NotFoundError(UserError):
    """There is nothing of that name; the text is one line, whatever was asked for."""

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        super().__init__(one_line(message), hint=one_line(hint))


class StaleCardError(UserError):
    """The decision was made on a card that is no longer the one to decide."""


class SecretMissingError(UserError):
    """A secret that a connection names is kept nowhere."""


class DecisionError(UserError):
    """The request was decided already, or the verb does not fit it."""


class MachineError(OpsError):
    """The machine stands in the way."""


class WorkspaceError(MachineError):
    """The workspace cannot be used."""


class WorkspaceBusyError(WorkspaceError):
    """Another engine works this workspace."""


class WorkspaceTooNewError(WorkspaceError):
    """The file was written by a newer opsconsole."""


class WorkspaceDamagedError(WorkspaceError):
    """The file is not a sound workspace database."""


class UnreadableError(WorkspaceError):
    """A row in the file is not as opsconsole writes it."""


class KeyringError(MachineError):
    """The keyring of the operating system is not there, locked, or does not answer."""


class NoKeyringError(KeyringError):
    """There is no keyring on this machine, and no encrypted file yet that would stand in for it."""


class SealedError(KeyringError):
    """The encrypted file of secrets wants its passphrase, or another one than was given."""


class DiskError(MachineError):
    """The disk is full, or the file may not be written."""


class OutputError(MachineError):
    """What a command says cannot be written where it should go."""


class FencedError(MachineError):
    """A newer engine has taken the workspace; this one must stop writing."""


class ConnectorError(OpsError):
    """An outside system said no, or said nothing."""

    cost_micros = 0
    """What asking cost all the same."""


class TransientError(ConnectorError):
    """Certainly not done; another try may work. `retry_after_s` is the system's own wish, in seconds.

    `tries` is how often it is worth it, where that is more often than usual.
    """

    def __init__(
        self, message: str, *, retry_after_s: float | None = None, tries: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s
        self.tries = tries


class PermanentError(ConnectorError):
    """Certainly not done, and another try would say the same."""


class AmbiguousError(ConnectorError):
    """The call may have taken effect. It must be reconciled, never silently repeated."""
