"""Whether a deed would still go through the account is for: a connection keeps its name, and may become another's."""

from opsconsole.engine.ports.connector import SIGNED_IN
from opsconsole.engine.registry import Registry


def other_account(registry: Registry, tool: str, account: str | None) -> str:
    """Say that a tool's connection is another account now than the one that was meant.

    Args:
        registry: what is connected.
        tool: of the deed.
        account: the one that was meant; None where that was not kept.

    Returns:
        Which it is and which it was; empty where it is the same, or one of them is not known.
    """
    today = registry.account_name(tool)
    if account is None or today is None or account == today:
        return ""
    name = tool.partition(".")[0]
    (was, _, was_since), (now, _, now_since) = account.partition(SIGNED_IN), today.partition(SIGNED_IN)
    if was == now:
        return f"{name} was connected anew since, perhaps to another account" if was_since and now_since else ""
    return f"{name} is another account now: {now or 'none'}; it was {was or 'none'}"
