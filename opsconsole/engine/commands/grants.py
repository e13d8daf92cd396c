"""Standing grants are taken back by a person; every one is on record."""

from datetime import datetime

from opsconsole.domain.errors import NotFoundError
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import people


def revoke(tx: Transaction, grant: int, *, actor: str, now: datetime) -> None:
    """Revoke a grant.

    Raises:
        NotFoundError: there is none of that number in force.
    """
    if not people.revoke_grant(tx, grant, now=now):
        raise NotFoundError(f"There is no grant {grant} in force.")
    tx.audit("grant.revoked", at=now, actor=actor, grant=grant)
    tx.touch("grants")
