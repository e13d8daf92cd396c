"""After an import: what would an agent have got right? Choose one, see the plan, watch it, read what came of it."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from opsconsole.ui.panel import Context
from opsconsole.ui.reports import PastPlan, PastReport, ReadyAgent
from opsconsole.ui.widgets.basics import ChoiceBox, button, row
from opsconsole.ui.widgets.words import plural

NOBODY = (
    "No agent would work what you brought in, and none of the ready ones fits it. Put one of your own in use"
    " (`opsconsole agents apply agent.yaml` in a terminal), then try it here."
)

SHADOW = "It starts in shadow: it says what it would do, and nothing is done or sent."


class PastDoor(QWidget):
    """A line of controls under the doors; what it has to say is said by the page."""

    def __init__(
        self,
        context: Context,
        start: Callable[[Coroutine[Any, Any, None]], None],
        say: Callable[..., None],
        far: Callable[[int, int], None],
    ) -> None:
        super().__init__()
        self._context, self._start, self._say, self._far = context, start, say, far
        self._offered: Sequence[PastPlan | ReadyAgent] = ()
        self._brought: Mapping[str, int] = {}
        self.agents = ChoiceBox()
        self.agents.setAccessibleName("Agent")
        self.agents.currentIndexChanged.connect(self._on_chosen)
        self._see = button("See what an agent would have got right", lambda: self.plan())
        self._work = button("Work it", self.work, kind="accent")
        self._use = button("", self.use, kind="accent")
        line = row(None, self._see, self.agents, self._work, self._use, None)
        line.setContentsMargins(0, 0, 0, 0)
        self.setLayout(line)
        self.offer(is_on=False)

    def brought(self, kinds: Mapping[str, int]) -> None:
        """Take what was just brought in, counted by kind."""
        self._brought = kinds

    def offer(self, *, is_on: bool) -> None:
        """Offer the way on, or nothing."""
        self._see.setVisible(is_on)
        for part in (self.agents, self._work, self._use):
            part.hide()

    def plan(self, agent: str = "") -> None:
        """Look which agents there are, and what each would work; one that is in use may be chosen by its id."""
        self._start(self._plan(agent))

    def work(self) -> None:
        """Have the chosen agent work the past."""
        if isinstance(chosen := self._chosen, PastPlan):
            self._start(self._run(chosen))

    def use(self) -> None:
        """Put the chosen ready agent in use, and look what it would work."""
        if isinstance(chosen := self._chosen, ReadyAgent):
            self._start(self._take(chosen))

    @property
    def _chosen(self) -> PastPlan | ReadyAgent | None:
        place = self.agents.currentIndex()
        return self._offered[place] if 0 <= place < len(self._offered) else None

    async def _plan(self, agent: str = "") -> None:
        self._say("Looking what there is to work…")
        tools, brought = self._context.tools, self._brought
        plans: Sequence[PastPlan] = await tools.plan_past(brought)
        working = [plan for plan in plans if plan.events or plan.known]
        ready: Sequence[ReadyAgent] = await tools.ready_agents(brought)
        best = max((plan.fits for plan in working), default=0)
        # A ready one only where no agent in use has work, or where it watches more of what was just brought in.
        better = [agent for agent in ready if not working or agent.fits > best]
        self._offered = (*better, *(plans if working or not better else ()))
        if not self._offered:
            self._say(NOBODY, is_over=True)
            return
        self.agents.blockSignals(True)
        self.agents.clear()
        self.agents.addItems([offered.name for offered in self._offered])
        self.agents.blockSignals(False)
        self._say("", is_over=True)
        self.agents.setVisible(len(self._offered) > 1)
        wanted = (at for at, each in enumerate(self._offered) if isinstance(each, PastPlan) and each.agent == agent)
        place = next(wanted, 0)
        self.agents.setCurrentIndex(place)
        self._on_chosen(place)

    async def _take(self, agent: ReadyAgent) -> None:
        self._say(f"{agent.name} is put in use, in shadow…")
        await self._context.tools.use_ready(agent.file)
        await self._plan()

    def _on_chosen(self, place: int) -> None:
        if not 0 <= place < len(self._offered):
            return
        chosen = self._offered[place]
        self._use.setVisible(isinstance(chosen, ReadyAgent))
        if isinstance(chosen, ReadyAgent):
            self._use.setText(f"Use {chosen.name}")
            self._work.hide()
            self._say(f"{chosen.name} is ready. {chosen.summary} {SHADOW}", is_over=True)
            return
        self._work.setVisible(bool(chosen.events) and not chosen.refused)
        self._work.setText(f"Work {plural(chosen.events, 'event')}")
        self._say(_words(chosen), is_over=True)

    async def _run(self, plan: PastPlan) -> None:
        self.offer(is_on=False)
        self._say(f"{plan.name} works {plural(plan.events, 'event')}, knowing only what was known then…")
        report: PastReport = await self._context.tools.work_past(plan.agent, self._far)
        self._say(
            _result(plan, report),
            "See the comparisons",
            lambda: self._context.navigator.go("shadow", tab="compare"),
            is_over=True,
        )


def _words(plan: PastPlan) -> str:
    if plan.refused:
        return plan.refused
    known = f" It worked {plan.known:,} before." if plan.known else ""
    if not plan.events:
        return f"There is nothing left that {plan.name} would work.{known}"
    return f"{plan.name} would work {plural(plan.events, 'event')} of {plan.days}.{known} Nothing is done or sent."


def _result(plan: PastPlan, report: PastReport) -> str:
    share = f" ({report.agreed / report.counted:.0%})" if report.counted else ""
    end = "" if report.is_whole else " It was stopped; the next time goes on from there."
    of = plural(report.counted, "event")
    more = report.pairs - report.counted
    nothing = plural(more, "other event proves nothing", "other events prove nothing")
    others = f" {nothing}; Shadow says why." if more else ""
    lost = f" In {report.failed:,} it did not know what to do." if report.failed else ""
    return f"Of {of}, {plan.name} would have done what people did in {report.agreed:,}{share}.{others}{lost}{end}"
