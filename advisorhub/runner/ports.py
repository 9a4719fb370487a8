"""A port to listen on."""

import socket


def free_port() -> int:
    """A port that is free at this moment; somebody else may be faster to take it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
