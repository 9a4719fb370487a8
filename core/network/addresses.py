"""Which addresses are of the public internet, told the same way by every Python.

`ipaddress` has changed its mind about several of these from release to release (`is_global` of 64:ff9b:1::/48, of
2002::/16, of 192.0.0.0/24), and takes an address of IPv6 that carries one of IPv4 for what it is written as.
Source of the lists: the IANA registries of special-purpose addresses of IPv4 and IPv6, with multicast and reserved.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_CLOSED_4 = [
    ip_network(one)
    for one in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
]
_OPEN_6 = ip_network("2000::/3")  # the only part that is given out
_CLOSED_6 = [ip_network(one) for one in ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20")]
_MAPPED, _COMPATIBLE, _NAT64, _6TO4 = map(ip_network, ("::ffff:0:0/96", "::/96", "64:ff9b::/96", "2002::/16"))


def is_public(text: str) -> bool:
    """Whether an address, with or without a zone, is one of the public internet; what it carries is what counts."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        carried = _carried(address)
        if carried is None:
            return address in _OPEN_6 and not any(address in one for one in _CLOSED_6)
        address = carried
    return not any(address in one for one in _CLOSED_4)


def _carried(address: IPv6Address) -> IPv4Address | None:
    """The address of IPv4 that packets to this one end up at: mapped, by NAT64 or by 6to4."""
    number = int(address)
    if any(address in one for one in (_MAPPED, _COMPATIBLE, _NAT64)):
        return IPv4Address(number & 0xFFFFFFFF)
    if address in _6TO4:
        return IPv4Address(number >> 80 & 0xFFFFFFFF)
    return None
