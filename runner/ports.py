"""A port to listen on."""

import socket


def own_addresses() -> list[str]:
    """The addresses that `localhost` may stand for on this machine: IPv4's always, IPv6's where there is one."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return ["127.0.0.1"]
    return ["127.0.0.1", "::1"]


def free_port() -> int:
    """A port that is free at this moment at all of our own addresses; somebody else may be faster to take it."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            if all(_is_free(address, port) for address in own_addresses()[1:]):
                return port


def _is_free(address: str, port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True
