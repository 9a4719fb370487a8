"""The example of docs/writing-an-adapter.md passes the suite that its readers are told to run."""

import importlib.util
from pathlib import Path

import pytest

from crm.testing import AdapterContract, Mirror, World
from tests.crm.fakes.acme import AcmeFake

DOCS = Path(__file__).resolve().parents[2] / "docs"
spec = importlib.util.spec_from_file_location("acme", DOCS / "example-adapter" / "acme.py")
acme = importlib.util.module_from_spec(spec)
spec.loader.exec_module(acme)


@pytest.fixture
def fake():
    with AcmeFake(World(count=TestAcme.people)) as fake:
        yield fake


class TestAcme(AdapterContract):
    """The example."""

    adapter_class = acme.Acme

    def remote_id(self, person):
        return f"A{person.number}"


def test_a_merged_record_names_the_one_that_stays(fake):
    suite = TestAcme()
    mirror = Mirror()
    mirror.run(suite.adapter(fake))
    loser, winner = fake.world.there()[:2]
    fake.world.merge(loser.number, winner.number)
    mirror.run(suite.adapter(fake))
    assert mirror.gone == {f"A{loser.number}": f"A{winner.number}"}


def test_a_record_without_an_id_is_told_and_does_not_stop_the_run(fake):
    suite = TestAcme()
    fake.world.change(fake.world.there()[0].number, raw={"id": None})
    mirror = Mirror()
    mirror.run(suite.adapter(fake))
    assert mirror.bad == {"": "A record without an id."}
    assert len(mirror.contacts) == suite.people - 1
