"""The suite over the fake, and what is Acme's own. Run it from AdvisorHub's folder: see docs/writing-an-adapter.md."""

import pytest
from acme_crm import Acme
from acme_fake import AcmeFake

from crm.testing import AdapterContract, Mirror, World


@pytest.fixture
def fake():
    with AcmeFake(World(count=TestAcme.people)) as fake:
        yield fake


class TestAcme(AdapterContract):
    """All that every adapter must do."""

    adapter_class = Acme

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
