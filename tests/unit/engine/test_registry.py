"""Which connector does what: a tool has what it needs, or the connector is told."""

from collections.abc import Sequence

import pytest

from opsconsole.domain.action import ActionType
from opsconsole.domain.enums import Effect
from opsconsole.doubles.connector import FakeArguments, FakeConnector
from opsconsole.engine.registry import Registry


class OnlyEvents:
    """A connector that can neither be read nor act, whatever it declares."""

    id = "hook"

    def __init__(self, effect: Effect) -> None:
        self._effect = effect

    def action_types(self) -> Sequence[ActionType]:
        return (ActionType(name="hook.it", title="it", effect=self._effect, arguments=FakeArguments),)

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(("effect", "why"), [(Effect.READ, "cannot be read"), (Effect.INTERNAL, "cannot act")])
def test_a_tool_that_its_connector_cannot_do_is_refused_at_once(effect: Effect, why: str) -> None:
    with pytest.raises(TypeError, match=why):
        Registry([OnlyEvents(effect)])


def test_a_look_up_has_no_actor_and_a_deed_no_reader() -> None:
    made = FakeConnector()
    registry = Registry([made])
    assert registry.reader("out.look") is made and registry.actor("out.look") is None
    assert registry.actor("out.do") is made and registry.reader("out.do") is None
    assert registry.caller("out.do") is not None and registry.caller("out.nothing") is None
