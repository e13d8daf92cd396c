"""From blank: five questions one after another, and an agent in shadow at the end."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from opsconsole.domain.errors import OpsError
from opsconsole.engine.agents.versions import NewVersion
from opsconsole.engine.blank.answers import COMES, SEEN, SHALL, Answers, Missing, missing
from opsconsole.engine.blank.file import begin, blank_file
from opsconsole.engine.kernel import Kernel
from opsconsole.store.transaction import Transaction
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.blank.bounds import AskedPage, NeverPage
from opsconsole.ui.panels.agents.blank.comes import ComesPage
from opsconsole.ui.panels.agents.blank.data import Choice, choices, made_of
from opsconsole.ui.panels.agents.blank.seen import SeenPage
from opsconsole.ui.panels.agents.blank.shall import ShallPage
from opsconsole.ui.panels.agents.parts import page_head
from opsconsole.ui.widgets.basics import button, label, row
from opsconsole.ui.widgets.flow import flowing
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.keybutton import KeyButton
from opsconsole.ui.widgets.keys import bind
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.texts import para

QUESTIONS = (
    "What comes in",
    "What shall happen",
    "What must never happen",
    "Who is asked",
    "How you see it works",
)
ABOUT = "Five questions, each with an answer to begin with. It starts in shadow: it says what it would do, and no more."
WAIT_MS = 400
"""So long nothing is changed before the file is made anew."""


class BlankPage(QWidget):
    """The questions, and what is typed in them; it stays until an agent has begun.

    Signals:
        used: the agent that was put in use.
        left: the person goes back.
    """

    used = Signal(str)
    left = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.question = COMES
        self.is_changed, self._is_busy, self._is_loaded, self._is_sound = False, False, False, True
        self.comes = ComesPage(self._bring)
        self.shall, self.never, self.asked, self.seen = ShallPage(), NeverPage(), AskedPage(), SeenPage()
        self._pages = QStackedWidget()
        self._lay_out()
        for page in (self.comes, self.shall, self.never, self.asked, self.seen):
            self._pages.addWidget(page)
            page.changed.connect(self._on_changed)
        self.seen.wanted.connect(self._make)
        self.comes.chosen.connect(self._on_chosen)
        self.comes.name.returnPressed.connect(self.go_on)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self._make)
        bind(self, "Ctrl+Return", self.go_on)
        bind(self, "Escape", self.go_back)
        self.turn(COMES)

    def _lay_out(self) -> None:
        """Lay what is empty into each other before the pages are laid in, which is costly."""
        group, self._chips = QButtonGroup(self), list[QPushButton]()
        for number, text in enumerate(QUESTIONS):
            chip = button(f"{number + 1}  {text}", partial(self.turn, number), kind="chip")
            chip.setCheckable(True)
            group.addButton(chip)
            self._chips.append(chip)
        head = page_head(label("From blank", "h1"), button("Templates", self.left.emit), para(ABOUT, "muted"))
        head.addSpacing(6)
        head.addWidget(flowing(*self._chips))
        self.states = States(self._pages)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addWidget(self.states, 1)
        outer.addWidget(self._foot())

    def _foot(self) -> QFrame:
        foot = QFrame()
        foot.setObjectName("actions")
        self.error = label("", "error", is_wrapped=True)
        self.next = KeyButton(self._context.theme, "Next", key="Ctrl+↵", act=self.go_on, kind="accent")
        self.next.setAccessibleDescription("Shortcut Ctrl+Return")
        self.before = KeyButton(self._context.theme, "Back", key="Esc", act=self.go_back)
        column = QVBoxLayout(foot)
        column.setContentsMargins(28, 12, 28, 12)
        line = row(self.next, self.before, 8, self.error)
        line.setStretch(3, 1)
        column.addLayout(line)
        return foot

    # -- the questions -----------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Query anew what there is to choose from."""
        self._context.tasks.start(self._load(), name="what comes in", owner=self, key="load")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    async def _load(self) -> None:
        try:
            found: Sequence[Choice] = await self._context.backend.read(choices, lane="long")
        except OpsError as error:
            self._set_sound(is_sound=False)
            self.states.error(f"{error}", act=self.refresh)
            return
        self._set_sound(is_sound=True)
        was = self.is_changed
        self.comes.show_choices(found)
        self.is_changed = was
        if not self._is_loaded:
            self._is_loaded = True
            self.states.show_content()
            self._give_keys()
        self.states.show_content()

    def _set_sound(self, *, is_sound: bool) -> None:
        """Nothing is gone on to while it cannot be seen what there is."""
        self._is_sound = is_sound
        with kept_in(self):
            self.next.setEnabled(is_sound and not self._is_busy)

    def turn(self, question: int) -> None:
        """Show another question."""
        self.question = question
        self._chips[question].setChecked(True)
        self._pages.setCurrentIndex(question)
        is_last = question == SEEN
        self.next.name_it("Begin in shadow" if is_last else "Next")
        self.before.setVisible(question > COMES)
        self._say("")
        if is_last:
            self._make()
        self._give_keys()

    def go_on(self) -> None:
        """Go to the next question, or begin; what is missing is said first."""
        if not self._is_sound:
            return
        wrong = next((each for each in missing(self.answers()) if each.question <= self.question), None)
        if wrong is not None:
            self._point_at(wrong)
        elif self.question < SEEN:
            self.turn(self.question + 1)
        else:
            self._begin()

    def go_back(self) -> None:
        """Go to the question before, or back to the templates; nothing that was typed is lost."""
        if self.question > COMES:
            self.turn(self.question - 1)
        else:
            self.left.emit()

    def answers(self) -> Answers:
        """Return what stands in the pages."""
        choice = self.comes.choice
        return Answers(
            name=self.comes.name.text(),
            field=str(self.comes.field.currentData()),
            connection=choice.source.connection if choice else "",
            kind=choice.source.kind if choice else "",
            categories=self.shall.answers(),
            never=self.never.chosen,
            never_else=self.never.other.text(),
            asked_when=self.asked.when.text(),
            expires_h=int(self.asked.waits.currentData()),
            comes_again=bool(self.asked.after.currentData()),
            signs=self.seen.chosen,
            sign_else=self.seen.other.text(),
            reviewed=str(self.seen.reviewed.currentData()),
        )

    def _point_at(self, wrong: Missing) -> None:
        if wrong.question != self.question:
            self.turn(wrong.question)
        self._say(wrong.text)
        if wrong.question == SHALL:
            self.shall.mark(wrong.category)
        elif wrong.question == COMES:
            self.comes.begin()

    def _give_keys(self) -> None:
        page = self._pages.currentWidget()
        if self.isVisible() and isinstance(page, ComesPage | ShallPage | NeverPage | AskedPage | SeenPage):
            page.begin()

    def _say(self, wrong: str) -> None:
        self.error.setText(wrong)

    def _bring(self) -> None:
        self._context.navigator.go("welcome", do="import")

    def _on_chosen(self) -> None:
        self.shall.show_choice(self.comes.choice)

    def _on_changed(self) -> None:
        self.is_changed = True
        self._say("")
        if self.question == SEEN:
            self._timer.start()

    # -- what they make ----------------------------------------------------------------------------------------------

    def _make(self) -> None:
        answers = self.answers()
        self.seen.show_preview(None)
        if wrong := missing(answers):
            self.seen.show_made(None, wrong[0].text)
            self.seen.told.setText("It is said here once the questions are answered.")
            return
        self._context.tasks.start(self._made(answers), name="the new agent's file", owner=self, key="make")

    async def _made(self, answers: Answers) -> None:
        def query(kernel: Kernel):
            return made_of(kernel, answers)

        made = None
        try:
            made = await self._context.backend.read(query, lane="long")
            self.seen.show_made(made)
            if self._context.tools is not None:
                self.seen.show_preview(await self._context.tools.preview_playbook("", made.text))
        except OpsError as error:
            if made is None:
                self.seen.show_made(None, "There is no file yet.")
            self.seen.show_failure(f"{error}")

    def _begin(self) -> None:
        if not self._is_busy:
            self._set_busy(is_busy=True)
            self._context.tasks.start(self._begun(self.answers()), name="the new agent", owner=self, key="begin")

    async def _begun(self, answers: Answers) -> None:
        def job(kernel: Kernel, tx: Transaction, actor: str) -> NewVersion:
            text = blank_file(answers, kernel.registry)
            return begin(tx, text, kernel.registry, actor=actor, now=kernel.clock.now())

        try:
            made = await self._context.backend.write(job, name="agent.apply")
        except OpsError as error:
            self._say(f"{error}")
            return
        finally:
            self._set_busy(is_busy=False)
        self._forget()
        name, go = " ".join(answers.name.split()), self._context.navigator.go
        self._context.navigator.say(
            f"{name} works in shadow now: it says what it would do, and nothing is done.",
            "Try it on your past",
            lambda: go("welcome", do="past", agent=made.agent),
        )
        self.used.emit(made.agent)

    def _set_busy(self, *, is_busy: bool) -> None:
        self._is_busy = is_busy
        self.next.setEnabled(self._is_sound and not is_busy)

    def _forget(self) -> None:
        for page in (self.comes, self.shall, self.never, self.asked, self.seen):
            page.clear()
        self.turn(COMES)
        self.is_changed = False
