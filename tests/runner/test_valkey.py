"""The embedded Valkey survives what crashes leave behind."""

import json
import os
import socket

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from runner.valkey import EmbeddedValkey


@pytest.fixture
def valkey(tmp_path):
    """A server, not started yet; stopped at the end."""
    server = EmbeddedValkey(tmp_path / "valkey")
    yield server
    server.stop()


def ping(server):
    """Ask the server through the address it gives to others."""
    with redis.Redis.from_url(server.url()) as client:
        return client.ping()


def test_nobody_enters_without_the_password(valkey):
    valkey.start()
    assert ping(valkey)
    once = Retry(NoBackoff(), 0)
    with redis.Redis(port=valkey.state["port"], retry=once) as client, pytest.raises(redis.AuthenticationError):
        client.ping()
    assert valkey.state_file.stat().st_mode & 0o077 == 0
    assert valkey.config.stat().st_mode & 0o077 == 0


def test_a_server_that_still_runs_is_taken_over(valkey):
    valkey.start()
    again = EmbeddedValkey(valkey.folder)
    again.start()
    assert again.state == valkey.state


def test_a_killed_server_starts_again_at_the_same_address(valkey):
    valkey.start()
    before = valkey.url()
    valkey.kill()
    valkey.start()
    assert valkey.url() == before
    assert ping(valkey)


def test_a_state_that_names_another_program_harms_nobody(valkey):
    valkey.folder.mkdir(parents=True)
    state = {"pid": os.getpid(), "created": 1.0, "port": 1, "password": "old"}
    valkey.state_file.write_text(json.dumps(state))
    valkey.start()
    assert valkey.state["pid"] != os.getpid()
    assert ping(valkey)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_a_damaged_state_does_not_block(valkey, text):
    valkey.folder.mkdir(parents=True)
    valkey.state_file.write_text(text)
    valkey.start()
    assert ping(valkey)


def test_another_port_is_chosen_when_the_last_one_is_taken(valkey):
    valkey.start()
    port = valkey.state["port"]
    valkey.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        valkey.start()
    assert valkey.state["port"] != port
    assert ping(valkey)
