"""What only the composition root can do for the window. Secrets go in as fields that are never shown or kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from opsconsole.ui.drafts import ImportDraft, MailDraft, ModelDraft, RestDraft, WebhookDraft
from opsconsole.ui.reports import (
    ImportPreview,
    ImportReport,
    LessonReport,
    PastPlan,
    PastReport,
    PlaybookPreview,
    ReadyAgent,
    TemplateCard,
)

if TYPE_CHECKING:  # the engine's parts are loaded behind the first picture of the window
    from opsconsole.engine.evidence.lessons import Lesson


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One thing that was tried."""

    name: str
    is_ok: bool
    text: str
    """What was found; where it failed, what is wrong and what to do."""
    is_needed: bool = True


@dataclass(frozen=True, slots=True)
class ConnectionCheck:
    """What came of trying something out."""

    steps: tuple[CheckStep, ...]
    is_kept: bool
    """It is stored and in use."""
    text: str
    """What to do next."""

    @property
    def is_good(self) -> bool:
        """Everything that is needed works."""
        return all(step.is_ok or not step.is_needed for step in self.steps)


@dataclass(frozen=True, slots=True)
class MailHost:
    """A provider of mailboxes, for a form."""

    name: str
    """Empty for a server of one's own."""
    title: str
    needs: str
    """What one needs to connect there, in a line."""
    values: Mapping[str, str]
    """What the form's fields are filled with."""


@dataclass(frozen=True, slots=True)
class RemovalPlan:
    """What the removal of a connection comes to, a sentence each."""

    name: str
    lines: tuple[str, ...]


class Tools(Protocol):
    """Every function may take long, blocks nothing, and raises `OpsError` with what to do."""

    async def try_mail(self, draft: MailDraft, said: Callable[[CheckStep], None], *, is_kept: bool) -> ConnectionCheck:
        """Try a mailbox out, step by step; store it where every step worked and `is_kept`."""
        ...

    def mail_hosts(self) -> Sequence[MailHost]:
        """Return the providers that a mailbox's form offers first."""
        ...

    async def try_model(
        self, draft: ModelDraft, said: Callable[[CheckStep], None], *, is_kept: bool
    ) -> ConnectionCheck:
        """Try a model out, step by step; store it where what is needed worked and `is_kept`."""
        ...

    async def try_rest(self, draft: RestDraft, said: Callable[[CheckStep], None], *, is_kept: bool) -> ConnectionCheck:
        """Try a REST system out, step by step; store it where it answers and `is_kept`."""
        ...

    async def try_webhook(
        self, draft: WebhookDraft, said: Callable[[CheckStep], None], *, is_kept: bool
    ) -> ConnectionCheck:
        """Try out whether a webhook can be listened for; store it where it can and `is_kept`."""
        ...

    async def base_of(self, file: str) -> str:
        """Return the address of the REST system that a file describes; empty where it cannot be read from it."""
        ...

    async def save_example(self, kind: Literal["http", "webhook"], path: str) -> None:
        """Write an example of a file that describes such a connection, over what lies there.

        Raises:
            DiskError: it cannot be written there.
        """
        ...

    async def plan_removal(self, name: str) -> RemovalPlan:
        """Say what hangs on a connection; nothing is changed."""
        ...

    async def remove_connection(self, name: str) -> str:
        """Take a connection out of use and remove its secrets; say what became of it."""
        ...

    async def make_secrets(self, passphrase: str) -> None:
        """Make the encrypted file of secrets on a machine without a keyring, and open it.

        Raises:
            OpsError: the folder may not be written.
        """
        ...

    async def open_secrets(self, passphrase: str) -> None:
        """Open the encrypted file of secrets, for this window and the engines it starts."""
        ...

    async def preview_history(self, draft: ImportDraft, progress: Callable[[int], None]) -> ImportPreview:
        """Look over what a person wants to bring in; nothing is written."""
        ...

    async def import_history(self, draft: ImportDraft, progress: Callable[[int], None]) -> ImportReport:
        """Bring in mbox, Maildir, .eml or CSV; cancelling the task ends it after the present piece."""
        ...

    async def plan_past(self, brought: Mapping[str, int]) -> Sequence[PastPlan]:
        """Say for every agent in use what of the past it would work; nothing is worked.

        `brought` counts by kind what was just brought in; who watches most of it comes first.
        """
        ...

    async def ready_agents(self, brought: Mapping[str, int]) -> Sequence[ReadyAgent]:
        """Return the agents that come with the program, are not in use, and would work what was brought in."""
        ...

    async def use_ready(self, file: str) -> None:
        """Put one of them in use; it starts in shadow."""
        ...

    async def gallery(self) -> Sequence[TemplateCard]:
        """Return the templates of agents with what there is for each, those that can be used first."""
        ...

    async def use_template(self, name: str, chosen: Mapping[str, str]) -> str:
        """Put a template in use over these connections (slot → name); give the agent. It begins in shadow."""
        ...

    async def preview_playbook(self, agent: str, text: str) -> PlaybookPreview:
        """Say how a changed, sound file would tell the last events apart; `agent` is empty for a new one's."""
        ...

    async def ask_model(
        self, agent: str, text: str, cap: float, progress: Callable[[int, int], None]
    ) -> PlaybookPreview:
        """Ask the model of a changed, sound file about the last events; its answers cost `cap` at most."""
        ...

    async def work_past(self, agent: str, progress: Callable[[int, int], None]) -> PastReport:
        """Work the past with an agent; nothing is done. Cancelling the task ends it after the present event."""
        ...

    async def try_lesson(
        self, lesson: "Lesson", progress: Callable[[int, int], None], *, cap: float | None = None
    ) -> LessonReport:
        """Work the recorded events with an agent's file as a lesson would have it, beside the one in use.

        Nothing is done. Cancelling the task ends it after the present event. `cap` is what models may cost at most.
        """
        ...

    async def open_sample(self) -> None:
        """Open the sample of a small company in a window of its own, over a workspace of its own."""
        ...

    async def backup(self, target: Path, progress: Callable[[int, int], None]) -> Path:
        """Copy the workspace; give the file."""
        ...

    def open_folder(self, path: Path) -> bool:
        """Show a folder in the system's own way."""
        ...
