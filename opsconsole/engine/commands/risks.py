"""The risk of a wanted action, from what is stored: whom it would reach, with what, and whether that can be undone."""

from dataclasses import replace

from opsconsole.domain.enums import Effect, Risk
from opsconsole.domain.event import Event
from opsconsole.engine.gate.context import Wanted, gate_context, terms_of
from opsconsole.engine.kernel import Kernel
from opsconsole.policy.context import GateContext
from opsconsole.policy.provenance import is_trusted_destination
from opsconsole.policy.risk import Consequence, Reach, own_domain, risk
from opsconsole.store.queries import connections, events, runs
from opsconsole.store.rows import ActionRow, Reader, present

_FREE_TEXT = frozenset(("provenance_text", "provenance_tool"))
"""Reasons of the gate that say: what leaves is no text of the agent's file."""


def risk_of(kernel: Kernel, action: ActionRow) -> Risk:
    """Return how bad it would be if the action, with the arguments it has now, were wrong."""
    conn, kind = kernel.reader, kernel.registry.type(action.tool)
    run = present(runs.run(conn, action.run_id), f"run {action.run_id}")
    spec, event = kernel.roster.version(conn, run.version_id).spec, events.event(conn, run.event_id)
    wanted = Wanted(tool=action.tool, args=action.args, category=action.category)
    context = gate_context(wanted, terms_of(spec, wanted), kind=kind, event=event, now=kernel.clock.now())
    reasons = {reason["rule"] for ruling in runs.rulings(conn, action.id)[-1:] for reason in ruling.reasons}
    is_fixed = kind is not None and kind.is_template_reply and not reasons & _FREE_TEXT
    return risk(
        Consequence(
            is_declared=kind is not None,
            is_money=kind is not None and kind.is_money,
            reversibility=context.reversibility,
            reach=_reach(conn, context, event),
            is_fixed_text=is_fixed,
        )
    )


def _reach(conn: Reader, context: GateContext, event: Event | None) -> Reach:
    if context.effect is not Effect.EXTERNAL:
        return Reach.NOBODY
    places = context.destinations()
    if not places:
        return Reach.STRANGER
    own = _own(conn) | context.provenance.trusted_domains
    house = replace(context.provenance, trusted_domains=own, trusted_addresses=frozenset(), verified_sender="")
    reaches: list[Reach] = []
    for place in places:
        is_known = event is not None and events.is_known_correspondent(conn, event.connection, place)
        if is_trusted_destination(place, house):
            reaches.append(Reach.OWN)
        elif is_known or is_trusted_destination(place, context.provenance):
            reaches.append(Reach.KNOWN)
        else:
            reaches.append(Reach.STRANGER)
    return max(reaches)


def _own(conn: Reader) -> frozenset[str]:
    """Return the domains of the mailboxes that are connected."""
    addresses = [str(connection.config.get("address") or "") for connection in connections.connections(conn)]
    return frozenset(domain for address in addresses if (domain := own_domain(address)))
