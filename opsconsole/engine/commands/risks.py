"""The risk of a wanted action, from what is stored: whom it would reach, with what, and whether that can be undone."""

from dataclasses import replace

from opsconsole.domain.enums import Effect, Risk
from opsconsole.engine.gate.context import Wanted, gate_context, terms_of
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.runstate.turnbody import turn_from
from opsconsole.policy.context import GateContext, folded
from opsconsole.policy.provenance import is_trusted_destination, untyped_argument
from opsconsole.policy.risk import Consequence, Reach, own_domain, risk
from opsconsole.store.queries import connections, events, runs, versions
from opsconsole.store.rows import ActionRow, Reader, present


def risk_of(kernel: Kernel, action: ActionRow) -> Risk:
    """Return how bad it would be if the action, with the arguments it has now, were wrong."""
    conn = kernel.reader
    context = seen_by_gate(kernel, conn, action)
    kind = context.type
    return risk(
        Consequence(
            is_declared=kind is not None,
            is_money=kind is not None and kind.is_money,
            reversibility=context.reversibility,
            reach=_reach(conn, context, present(runs.run(conn, action.run_id), f"run {action.run_id}").event_id),
            is_fixed_text=_is_fixed_text(conn, context, action),
        )
    )


def seen_by_gate(kernel: Kernel, conn: Reader, action: ActionRow) -> GateContext:
    """Return what the gate sees of a stored action; a type other than the one put in use counts as the riskiest."""
    run = present(runs.run(conn, action.run_id), f"run {action.run_id}")
    kind, fingerprint = kernel.registry.type(action.tool), kernel.registry.fingerprint(action.tool)
    in_use = versions.current_version_of(conn, run.agent_id)
    known = [kernel.roster.version(conn, version) for version in {run.version_id, in_use or run.version_id}]
    spec = kernel.roster.version(conn, run.version_id).spec
    wanted = Wanted(tool=action.tool, args=action.args, category=action.category)
    event = events.event(conn, run.event_id)
    return gate_context(
        wanted,
        terms_of(spec, wanted, event),
        kind=kind,
        event=event,
        now=kernel.clock.now(),
        is_type_changed=kind is not None and any(version.tools.get(action.tool) != fingerprint for version in known),
    )


def _is_fixed_text(conn: Reader, context: GateContext, action: ActionRow) -> bool:
    """Return whether what leaves is a text of the agent's file with a few values filled in; free text if in doubt.

    A step of the playbook chose it, every text in it was written by a template with typed slots, and it still is what
    the template wrote: nobody edited it since.
    """
    kind = context.type
    if kind is None or not kind.is_template_reply or context.is_type_changed:
        return False
    proposal = turn_from(runs.turns(conn, action.run_id, first=action.turn)[0]).proposals[action.position]
    if proposal.step is None or any(action.args.get(name) != proposal.args.get(name) for name in proposal.slots):
        return False
    origin = replace(context.provenance, slots=proposal.slots)
    return untyped_argument(action.args, origin, except_for=kind.destinations) is None


def _reach(conn: Reader, context: GateContext, event_id: int) -> Reach:
    kind, places = context.type, context.destinations()
    if context.effect is Effect.READ and kind is not None and kind.is_egress:
        return Reach.STRANGER
    if context.effect is not Effect.EXTERNAL:
        return Reach.NOBODY
    if not places or context.is_type_changed:  # which of its arguments say whom it reaches may be others now
        return Reach.STRANGER
    event, (addresses, domains) = events.event(conn, event_id), _own(conn)
    house = replace(
        context.provenance,
        trusted_domains=domains | context.provenance.trusted_domains,
        trusted_addresses=addresses,
        verified_sender="",
    )
    reaches: list[Reach] = []
    for place in places:
        is_known = event is not None and events.is_written_to(conn, event.connection, place)
        if is_trusted_destination(place, house):
            reaches.append(Reach.OWN)
        elif is_known or is_trusted_destination(place, context.provenance):
            reaches.append(Reach.KNOWN)
        else:
            reaches.append(Reach.STRANGER)
    return max(reaches)


def _own(conn: Reader) -> tuple[frozenset[str], frozenset[str]]:
    """Return the addresses of the mailboxes that are connected, and their domains where those are one's own."""
    named = [str(connection.config.get("address") or "").strip() for connection in connections.connections(conn)]
    addresses = frozenset(folded(address) for address in named if address)
    return addresses, frozenset(domain for address in addresses if (domain := own_domain(address)))
