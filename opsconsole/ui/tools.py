"""What only the composition root can do for the window. Secrets go in as fields that are never shown or kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

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


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDraft:
    """A mailbox as a person described it; empty for what was not said."""

    address: str
    name: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    imap: str = ""
    """host:port"""
    imap_tls: str = ""
    """`tls`, `starttls` or `none`; empty: what is usual at the port."""
    smtp: str = ""
    smtp_tls: str = ""
    shown_name: str = ""
    authserv: str = ""
    strips: str = ""
    """`yes` where that server removes lines that senders wrote in its name; else `no`."""
    ca_file: str = ""
    """Certificates to trust besides the system's."""
    sign_in: str = ""
    """`browser`, or `again` to sign in there anew; empty: by password."""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    tenant: str = ""
    issuer: str = ""
    """Who signs in, where that is neither Google nor Microsoft: the address of the OpenID issuer."""
    smtp_user: str = ""
    """Name to sign in with for sending; empty: as for reading."""
    smtp_password: str = field(default="", repr=False)
    sending: str = ""
    """`none`: only for reading; `relay`: the server for sending wants no sign-in."""
    sent: str = ""
    """Folder of sent mail, where it is not found by itself; so with the three that follow."""
    drafts: str = ""
    archive: str = ""
    trash: str = ""
    changes: str = ""
    """Name of the connection that the form was opened to change; empty where one is added."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDraft:
    """A model as a person described it."""

    name: str
    url: str
    model: str
    key: str = field(default="", repr=False)
    price_in: float = 0.0
    """Money for a million tokens read."""
    price_out: float = 0.0
    tenant: str = ""
    """With `client`: Microsoft Entra ID signs in to Azure, and `key` is the app registration's secret."""
    client: str = ""
    changes: str = ""
    """Name of the connection that the form was opened to change; empty where one is added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestDraft:
    """A REST system as a person described it."""

    file: str = ""
    """Its description, as the command line takes it; empty keeps the one of the connection that is changed."""
    base: str = ""
    """Its address, where it is another than in the file."""
    key: str = field(default="", repr=False)
    key2: str = field(default="", repr=False)
    """A second secret, where the file names two (name and password)."""
    changes: str = ""
    """Name of the connection that the form was opened to change; empty where one is added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDraft:
    """A webhook as a person described it: by a file, or by what each part of an event is called in the JSON."""

    file: str = ""
    name: str = ""
    port: str = ""
    path: str = ""
    verify: str = ""
    """`bearer`, `standard_webhooks` or `nobody`; empty: as the file says, else bearer."""
    secret: str = field(default="", repr=False)
    id: str = ""
    title: str = ""
    text: str = ""
    sender: str = ""
    changes: str = ""
    """Name of the connection that the form was opened to change; empty where one is added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDraft:
    """What a person wants to bring in, and what they said of it."""

    path: Path
    own: tuple[str, ...] = ()
    """Their own addresses, in lower case: those mails are answers, not questions."""
    sent: tuple[str, ...] = ()
    """Folders of sent mail that are not called so."""
    mapping: Path | None = None
    """A mapping file of how a table is read."""

    def with_sent(self, folders: tuple[str, ...]) -> "ImportDraft":
        """Return it with folders of sent mail."""
        return replace(self, sent=folders)

    def with_mapping(self, file: Path) -> "ImportDraft":
        """Return it with a mapping file."""
        return replace(self, mapping=file)


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
