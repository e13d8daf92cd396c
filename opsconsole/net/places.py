"""Addresses of servers: where one listens, and whether only this machine reaches it."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

_OWN_DOMAINS = (".local", ".lan", ".internal", ".home.arpa", ".localdomain", ".intranet")
"""Names that are given out inside a network only."""
_OWN_NETWORKS = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"))
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Return whether an address is this machine's own."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_own_network(host: str) -> bool:
    """Return whether a server stands in one's own network, as far as its name or address tells."""
    if is_loopback(host):
        return True
    try:
        found = ip_address(host)
    except ValueError:
        name = host.lower().rstrip(".")
        return "." not in name or name.endswith(_OWN_DOMAINS)
    return any(found in network for network in _OWN_NETWORKS)


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address: what may stand in an error. A path can hold a secret."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or "?"
        return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return "the address"
