"""Every template that works mail, on a real mailbox: written to by SMTP, read by IMAP, acted on where it lies.

The engine is the program's own, with the offline brain or with a model over HTTP.
"""

import asyncio
import smtplib
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from opsconsole.app.secretstore.names import PASSPHRASE
from opsconsole.domain.enums import ApprovalKind
from opsconsole.doubles.modelendpoint import ScriptedEndpoint
from opsconsole.engine.agents.gallery import Chosen
from tests.support.gallery.atwork import AtWork, at_work
from tests.support.gallery.clerk import Clerk
from tests.support.gallery.stories import BRAINS, STORIES, TEMPLATES, FailsOnce, done, over, spec_of
from tests.support.mail.dovecot import Dovecot
from tests.support.mail.mailrig import ANN, SUPPORT, WORDS, letter, mail_config, parsed
from tests.support.mail.relay import Relay
from tests.support.secrets.sealed import WORD, no_keyring, seal

pytestmark = pytest.mark.slow
MAILBOX = Chosen("support", "mail")
OF_MAIL = [template.template for template in TEMPLATES if "mail" in template.needs[0].kinds]
every_template = pytest.mark.parametrize("name", OF_MAIL)
each_brain = pytest.mark.parametrize("brain", BRAINS)


@dataclass
class Office:
    """A team's mailbox, and the engine that works it."""

    dovecot: Dovecot
    work: AtWork

    async def arrives(self, title: str, text: str) -> None:
        """Have Ann write to the team, as her mail program would."""
        await asyncio.to_thread(self._write, title, text)

    def _write(self, title: str, text: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.dovecot.smtp_port) as smtp:
            smtp.login(ANN, WORDS[ANN])
            smtp.sendmail(ANN, [SUPPORT], letter(Subject=title, text=text))

    def titles(self, folder: str) -> list[str]:
        return [str(parsed(raw)["Subject"]) for raw in self.dovecot.mails(SUPPORT, folder)]


def chain_of(name: str) -> list[str]:
    return [over(tool, MAILBOX) for tool in STORIES[name].chain]


@asynccontextmanager
async def office(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, brain: str, *, asks: bool = False, extra: str = ""
) -> AsyncGenerator[Office]:
    """Connect a mailbox and a model, and put a template in use; with `asks` the model asks a person.

    `extra` is put into the server's configuration.
    """
    no_keyring(folder, monkeypatch)
    seal(folder / "ws", support=WORDS[SUPPORT])
    monkeypatch.setenv(PASSPHRASE, WORD)
    with Relay() as relay, Dovecot(WORDS, relay_port=relay.port, extra=[extra]) as dovecot:
        relay.deliver_to(dovecot.lmtp_port, dovecot.home)
        clerk = Clerk(STORIES[name].category, chain_of(name), asks=asks)
        async with ScriptedEndpoint(clerk) as model, at_work(folder / "ws") as work:
            config = mail_config(dovecot.imap_port, dovecot.smtp_port).model_dump(mode="json")
            await work.connect("support", "mail", config)
            await work.connect("main", "model", {"base_url": model.base_url, "model": "fake"})
            await work.hire(spec_of(name, work.engine.registry, MAILBOX, brain=brain))
            yield Office(dovecot, work)
            assert bool(model.requests) is (brain == "model")


@each_brain
@every_template
async def test_a_mail_goes_through_its_chain_and_the_mailbox_is_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, brain: str
) -> None:
    story = STORIES[name]
    async with office(tmp_path, monkeypatch, name, brain) as at:
        await at.arrives(story.title, story.text)
        actions = await at.work.handled()
        assert done(actions) == chain_of(name) and len({*chain_of(name)}) >= 3
        assert at.work.effects() == {action.tool: "done" for action in actions if action.is_write}
        assert at.titles("Sent") == []
        if "inbox.move" in story.chain:
            assert (at.titles("INBOX"), at.titles("Billing")) == ([], [story.title])
        else:
            assert (at.titles("INBOX"), at.titles("Drafts")) == ([story.title], [f"Re: {story.title}"])
            (draft,) = (parsed(raw) for raw in at.dovecot.mails(SUPPORT, "Drafts"))
            assert (draft["To"], draft["In-Reply-To"]) == (ANN, "<m1@harbour.example>")


@each_brain
@every_template
async def test_an_odd_mail_comes_to_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, brain: str
) -> None:
    title, text = STORIES[name].odd
    async with office(tmp_path, monkeypatch, name, brain, asks=True) as at:
        await at.arrives(title, text)
        (asked,) = await at.work.asked()
        assert asked.kind is ApprovalKind.QUESTION
        assert (at.titles("INBOX"), at.titles("Drafts"), at.titles("Billing")) == ([title], [], [])


@each_brain
@every_template
async def test_a_tool_that_fails_is_made_up_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, brain: str
) -> None:
    """The playbook's own way is taken instead; a model tries once more."""
    story = STORIES[name]
    fails = over(story.fails, MAILBOX)
    FailsOnce(fails).put_on(monkeypatch)
    async with office(tmp_path, monkeypatch, name, brain) as at:
        await at.arrives(story.title, story.text)
        actions = await at.work.handled()
        assert [action.tool for action in actions if action.state.value == "failed"] == [fails]
        assert done(actions) == chain_of(name) if brain == "model" else done(actions)[-1] == story.instead


@pytest.fixture
def no_new_folders() -> Generator[str]:
    """Configuration by which the server makes no folder for anybody; where one that is not root may read it."""
    with tempfile.NamedTemporaryFile("w", suffix=".acl") as rights:
        rights.write("* owner lrwstipe\n")  # k is missing: make folders
        rights.flush()
        Path(rights.name).chmod(0o644)
        yield f"protocol imap {{\n  mail_plugins = acl\n}}\nplugin {{\n  acl = vfile:{rights.name}\n}}"


async def test_a_folder_that_the_server_refuses_becomes_a_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_new_folders: str
) -> None:
    story = STORIES["mail-sorter"]
    async with office(tmp_path, monkeypatch, "mail-sorter", "playbook", extra=no_new_folders) as at:
        await at.arrives(story.title, story.text)
        *_, move, task = await at.work.handled()
        assert (move.tool, move.state.value, at.titles("INBOX")) == ("support.move", "failed", [story.title])
        assert (task.tool, task.args["title"]) == ("desk.create_task", "Move to Billing by hand: Invoice")
