"""Where a request comes from, for counting wrong passwords apart."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address that the outermost trusted proxy saw, else the one at the other end of the line.

    Each proxy adds whom it heard to the end of `X-Forwarded-For`; what stands before, anybody can write. A header
    that is too short or no address was not written by the proxies, and counts for nothing.
    """
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    proxies = settings.TRUSTED_PROXIES
    seen = _address(hops[-proxies].strip()) if 0 < proxies <= len(hops) else ""
    return seen or _address(request.META.get("REMOTE_ADDR", "")) or "127.0.0.1"  # a socket file has no address


def client_network(request: HttpRequest) -> str:
    """What a request is counted by: its IPv4 address, or its IPv6 network of 64 bits, which one customer has whole."""
    address = ip_address(client_address(request))
    mapped = getattr(address, "ipv4_mapped", None)
    if address.version == 4 or mapped:
        return str(mapped or address)
    return str(ip_network((address, 64), strict=False))


def _address(text: str) -> str:
    """The address in its one spelling; empty for anything else."""
    try:
        return str(ip_address(text.partition("%")[0]))
    except ValueError:
        return ""
