"""Ports and addresses of this machine."""

import socket

from runner import programs
from runner.ports import free_port, own_addresses


def test_ipv4_is_always_among_the_own_addresses_and_what_is_named_can_be_bound():
    assert own_addresses()[0] == "127.0.0.1"
    port = free_port()
    for address in own_addresses():
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
            probe.bind((address, port))


def test_the_web_server_listens_at_each_address():
    command = programs.web(["127.0.0.1", "::1"], 8000).command
    bound = [command[place + 1] for place, word in enumerate(command) if word == "--bind"]
    assert bound == ["127.0.0.1:8000", "[::1]:8000"]
