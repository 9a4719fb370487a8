"""What the author of an adapter needs to test it: a server to build a fake on, and the suite every adapter must pass.

    from crm.testing import AdapterContract, FakeServer

Needs pytest; imports nothing of Django.
"""

from crm.testing.contract import AdapterContract
from crm.testing.mirror import Mirror, plain_http
from crm.testing.people import Person, World
from crm.testing.servers import FakeServer, Refusal, Reply, Request, Trouble

__all__ = [
    "AdapterContract",
    "FakeServer",
    "Mirror",
    "Person",
    "Refusal",
    "Reply",
    "Request",
    "Trouble",
    "World",
    "plain_http",
]
