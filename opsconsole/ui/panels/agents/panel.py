"""Agents: who works for me, with how much rope. A list, and the one that is picked under six tabs."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from opsconsole.domain.errors import OpsError
from opsconsole.engine.kernel import Kernel
from opsconsole.ui.command import Command
from opsconsole.ui.panel import Context, Panel
from opsconsole.ui.panels.agents.autonomy import AutonomyPage
from opsconsole.ui.panels.agents.changes import Changes
from opsconsole.ui.panels.agents.charter import REVIEW_KEY, CharterPage
from opsconsole.ui.panels.agents.data import AgentRow, Shown, rows_of, shown
from opsconsole.ui.panels.agents.editpage import EditPage
from opsconsole.ui.panels.agents.guardrails import GuardrailsPage
from opsconsole.ui.panels.agents.head import DISMISS, TABS, AgentHead, Tabs
from opsconsole.ui.panels.agents.ladder.page import LadderPage
from opsconsole.ui.panels.agents.list import AgentFace, AgentList
from opsconsole.ui.panels.agents.playbook.page import PlaybookPage
from opsconsole.ui.panels.agents.savebar import TRIAL, TRIAL_KEY
from opsconsole.ui.panels.agents.sides import Sides
from opsconsole.ui.panels.agents.versions import VersionsPage
from opsconsole.ui.widgets.focus import give_focus
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.words import listed

NONE = (
    "An agent reads what comes in, decides, and acts as far as you let it. Bring in what you exported, or connect a"
    " mailbox; then choose one, which begins in shadow: it says what it would do, and nothing is done."
)
_COVERAGE = "Show which rules look at which tools"


class AgentsPanel(Panel):
    """Joins list, head and pages, and decides which agent is shown."""

    name = "agents"
    title = "Agents"
    icon = "bot"
    topics = frozenset({"agents", "switches", "runs", "connections", "grants", "draws", "pairs"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.rows: list[AgentRow] = []
        self.shown: Shown | None = None
        self._wanted = ""
        """The agent to show, where the panel was sent to one."""
        self.tab = "charter"
        self._lay_out()
        self.charter, self.playbook = CharterPage(context), PlaybookPage(context)
        self.autonomy, self.versions = AutonomyPage(context), VersionsPage(context)
        self.guardrails, self.ladder = GuardrailsPage(context), LadderPage(context)
        for name in TABS:
            self._pages.addWidget(getattr(self, name))
        self._changes = Changes(context, self)
        self._changes.done.connect(self.refresh)
        self._changes.busy.connect(self._on_busy)
        self._changes.dismissed.connect(self._on_dismissed)
        self._changes.hired_again.connect(self._show)
        self._changes.not_dismissed.connect(self.sides.keep)
        self.sides.dismissal_wanted.connect(self._changes.dismiss)
        self.head.dismiss_wanted.connect(self.dismiss)
        self.list.picked.connect(self._on_picked)
        self.head.accept_wanted.connect(self._on_accept)
        self.charter.switch_wanted.connect(self._on_category)
        self.charter.review_wanted.connect(self.show_review)
        self.sides.reviewed.connect(self._on_used)
        self.versions.restore_wanted.connect(self._on_restore)
        self.versions.asked.connect(self._on_asked_back)
        self.ladder.stepped.connect(self.refresh)
        self.versions.canary.stepped.connect(self.refresh)
        self.guardrails.file_wanted.connect(partial(self.turn, "playbook"))
        self.guardrails.simulate_wanted.connect(self.show_simulate)
        self.guardrails.coverage_wanted.connect(self.sides.show_coverage)
        pages = (("playbook", self.playbook), ("autonomy", self.autonomy), ("guardrails", self.guardrails))
        self._edited: dict[str, EditPage[Any]] = dict(pages)
        for page in self._edited.values():
            page.save_wanted.connect(partial(self._on_save, page))
            page.trial_wanted.connect(partial(self._on_trial, page))
            page.discarded.connect(self.refresh)

    def _lay_out(self) -> None:
        """Lay what is empty into each other first: a part with much in it that is laid in elsewhere is costly."""
        outer, inside, right = QVBoxLayout(self), QWidget(), QWidget()
        outer.setContentsMargins(0, 0, 0, 0)
        self.states, self._pages = States(inside), QStackedWidget()
        self.sides = Sides(self.context, self.states)
        self.sides.left.connect(self._leave_side)
        self.sides.used.connect(self._on_used)
        outer.addWidget(self.sides)
        line = QHBoxLayout(inside)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        self.list, self.head = AgentList(self.context.theme, self.sides.add), AgentHead(self.context.theme, self.switch)
        line.addWidget(self.list)
        line.addWidget(right, 1)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        self._tabs = Tabs(self, self.turn, first=self.tab)
        column.addLayout(self._tabs)
        column.addWidget(self._pages, 1)

    @property
    def is_used(self) -> bool:
        is_typed = any(page.is_changed for page in self._edited.values())
        return self.sides.is_begun or is_typed or self.ladder.is_used or self.versions.canary.is_used

    @property
    def unsaved(self) -> str:
        names = {row.id: row.name for row in self.rows}
        agents = {agent for page in self._edited.values() for agent in page.unsaved}
        told = [f"Changes of {listed(sorted(names.get(agent, agent) for agent in agents))}."] if agents else []
        return " ".join([*told, *(["A new agent that is not begun yet."] if self.sides.is_begun else [])])

    def commands(self) -> Sequence[Command]:
        return (
            _command("new", "A new agent", self.sides.add, "N"),
            _command("blank", "A new agent from blank", self.sides.begin_blank, "B"),
            _command("switch", "Pause or resume this agent", self.switch, "P", self._is_here),
            _command("dismiss", "Dismiss this agent…", self.dismiss, DISMISS, self._is_shown),
            _command("save", "Save the changed agent", self.save, "Ctrl+S", self._is_here),
            _command("try", TRIAL, partial(self.save, is_trial=True), TRIAL_KEY, self._is_here),
            *(
                _command(name, f"Show {text.lower()}", partial(self.turn, name), f"Alt+{number}", self._is_here)
                for number, (name, text) in enumerate(TABS.items(), start=1)
            ),
            _command("simulate", "Simulate a call", self.show_simulate, "Alt+S", self._is_here),
            _command("coverage", _COVERAGE, self.sides.show_coverage, "Alt+C", self._is_here),
            _command("sign", "Review this agent and sign…", self.show_review, REVIEW_KEY, self._is_shown),
            *self.charter.commands(self._is_shown),
            *self.playbook.commands(partial(self._is_at, "playbook")),
            *self.autonomy.commands(partial(self._is_at, "autonomy")),
            *self.guardrails.commands(partial(self._is_at, "guardrails")),
            *self.ladder.commands(partial(self._is_at, "ladder")),
            *self.versions.canary.commands(partial(self._is_at, "versions")),
        )

    def _is_here(self) -> bool:
        return self.sides.is_here

    def _is_shown(self) -> bool:
        return self._is_here() and self.shown is not None

    def _is_at(self, tab: str) -> bool:
        return self._is_shown() and self.tab == tab

    def show_simulate(self) -> None:
        """Show a call of this agent gone through rule by rule."""
        if self.shown is not None:
            self.sides.setCurrentWidget(self.sides.simulate)
            self.sides.simulate.show_agent(self.shown)

    def show_review(self) -> None:
        """Show the review of this agent, to be signed."""
        if self.shown is not None:
            self.sides.show_review(self.shown)

    def _leave_side(self) -> None:
        self.sides.show_agents()
        give_focus(self.list.view, otherwise=self)

    def _on_used(self, agent: str, tab: str = "charter") -> None:
        self._leave_side()
        self.go({"agent": agent, "tab": tab})

    def turn(self, tab: str) -> None:
        """Show another page of the agent."""
        self.tab = tab
        self._tabs.mark(tab)
        self._pages.setCurrentWidget(getattr(self, tab))
        if self.shown is not None:
            self._show_page(self.shown)
        if tab in ("autonomy", "ladder"):
            getattr(self, tab).focus()
        else:
            give_focus(self.list.view, otherwise=self)

    def go(self, where: dict[str, Any]) -> None:
        if where.get("add"):
            self.sides.add(str(where.get("connection", "")))
        if agent := where.get("agent"):
            self._show(str(agent))
        if (tab := str(where.get("tab", ""))) in TABS:
            self.turn(tab)

    def refresh(self) -> None:
        self.context.tasks.start(self._load(), name="the agents", owner=self, key="load")

    def restyle(self) -> None:
        self.list.restyle()
        self.sides.restyle()

    # -- what is done ------------------------------------------------------------------------------------------------

    def switch(self) -> None:
        """Pause the agent that is shown, or resume it."""
        if self.shown is not None:
            self._changes.switch(self.shown)

    def dismiss(self) -> None:
        """Ask whether the agent that is shown is to be dismissed."""
        if (shown := self.shown) is not None:
            is_typed = any(shown.row.id in page.unsaved for page in self._edited.values())
            self.sides.ask_dismissal(shown, is_typed=is_typed)

    def _on_dismissed(self, agent: str) -> None:
        for page in self._edited.values():
            page.forget(agent)
        self.sides.show_agents()
        if self.isVisible():
            give_focus(self.list.view, otherwise=self)
        self.refresh()

    def save(self, *, is_trial: bool = False) -> None:
        """Save what is changed on the page that is shown; or try it on a share of the threads first."""
        if (page := self._edited.get(self.tab)) is not None:
            (page.try_first if is_trial else page.save)()

    def _on_category(self, category: str, is_on: bool) -> None:
        if self.shown is not None:
            self._changes.switch_category(self.shown, category, is_on=is_on)

    def _on_save(self, page: EditPage[Any], text: str, reason: str, seen: int) -> None:
        if self.shown is not None:
            self._changes.save(self.shown, text, reason, seen=seen, saved=page.saved)

    def _on_trial(self, page: EditPage[Any], text: str, reason: str, seen: int) -> None:
        if self.shown is not None:
            self._changes.try_first(self.shown, text, reason, seen=seen, forget=page.forget)

    def _on_accept(self) -> None:
        if self.shown is not None:
            self._changes.accept(self.shown)

    def _on_restore(self, number: int, reason: str) -> None:
        if self.shown is not None:
            row = self.shown.row
            self._changes.restore(row.id, row.name, number, seen=row.number, reason=reason)

    def _on_asked_back(self, number: int) -> None:
        if self.shown is not None:
            self._changes.look_back(self.shown.row.id, number, partial(self.versions.tell_unproven, number))

    def _on_busy(self, is_busy: bool) -> None:
        for page in self._edited.values():
            page.set_busy(is_busy)

    # -- what is shown -----------------------------------------------------------------------------------------------

    async def _load(self) -> None:
        wanted = self._wanted or ("" if self.shown is None else self.shown.row.id)

        def query(kernel: Kernel) -> tuple[list[AgentRow], Shown | None]:
            rows = rows_of(kernel)
            picked = next((row for row in rows if row.id == wanted), rows[0] if rows else None)
            return rows, None if picked is None else shown(kernel, picked)

        try:
            self.rows, self.shown = await self.context.backend.read(query, lane="long")
        except OpsError as error:
            self.states.error(f"{error}", act=self.refresh)
            return
        self._wanted = ""
        self._render()

    def _on_picked(self, row: AgentRow) -> None:
        self._show(row.id)

    def _show(self, agent: str) -> None:
        self._wanted = agent
        self.refresh()

    def _show_page(self, found: Shown) -> None:
        """Only the page that is looked at is made; the others are once one turns to them."""
        getattr(self, self.tab).show_agent(found)

    def _render(self) -> None:
        """Show the state there is; total and idempotent."""
        found = self.shown
        if found is None:
            self.states.empty("No agents yet", NONE, "Choose one", self.sides.add)
            return
        self.list.say_count(self.rows)
        self.list.render_rows(self.rows, AgentFace(), current=[row.id for row in self.rows].index(found.row.id))
        self.head.show_agent(found)
        self._show_page(found)
        self.states.show_content()
        if self.hasFocus():
            give_focus(self.list.view, otherwise=self)


def _command(
    name: str, title: str, run: Callable[[], None], key: str, is_enabled: Callable[[], bool] = lambda: True
) -> Command:
    return Command(id=f"agents.{name}", title=title, run=run, keys=(key,), group="Agents", is_enabled=is_enabled)
