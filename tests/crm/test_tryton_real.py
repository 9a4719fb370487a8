"""The shared suite over a real Tryton server."""

import pytest

from crm.adapters.tryton import Tryton
from crm.testing import AdapterContract, Mirror
from tests.crm.real_tryton import RealTryton

pytestmark = pytest.mark.realcrm


class TestRealTryton(AdapterContract):
    adapter_class = Tryton
    can_fail = False
    shared_moment = False

    @pytest.fixture
    def fake(self, tryton_server):
        self.world = None
        real = RealTryton(tryton_server, self.people)
        self.world = real.world
        return real

    def remote_id(self, person) -> str:
        return str(self.world.ids[person.number])

    def test_an_incremental_run_brings_only_what_changed(self, fake):
        """The server sets times itself: what is there is made older instead."""
        fake.server.age(2)
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        person = fake.world.change(fake.world.there()[0].number, city="Shelbyville")
        mirror.run(self.adapter(fake))
        brought = [one.remote_id for page in self.adapter(fake).changes(mirror.state) for one in page.contacts]
        assert brought == [self.remote_id(person)]

    def test_a_new_mail_address_is_found_though_the_party_is_not_touched(self, fake):
        fake.server.age(2)
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        fake.world.change(fake.world.there()[1].number, email="other@example.com")
        assert mirror.run(self.adapter(fake)) == (0, 1, 0)

    def test_an_inactive_party_is_gone(self, fake):
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        key = self.remote_id(fake.world.there()[0])
        fake.server.rpc("model.party.party.write", [int(key)], {"active": False}, {})
        mirror.run(self.adapter(fake))
        assert mirror.gone == {key: ""}

    @pytest.mark.parametrize(("model", "kept"), [("contact_mechanism", (0, 1)), ("address", (1, 0))])
    def test_what_is_made_inactive_in_its_own_list_goes(self, fake, model, kept):
        fake.server.age(3)
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        key = self.remote_id(fake.world.there()[1])
        kind = [["type", "=", "phone"]] if model == "contact_mechanism" else []
        fake.world._write(f"party.{model}", kind, int(key), {"active": False})
        assert mirror.run(self.adapter(fake)) == (0, 1, 0)
        found = mirror.contacts[key]
        assert (len(found.phones), len(found.addresses)) == kept

    def test_a_replaced_party_is_gone_and_its_email_is_inactive_at_the_one_that_stays(self, fake):
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        lost, stays = (int(self.remote_id(one)) for one in fake.world.there()[:2])
        fake.server.replace(lost, stays)
        mirror.run(self.adapter(fake))
        assert mirror.gone == {str(lost): str(stays)}
        own = fake.world.there()[1].email
        assert [one.value for one in mirror.contacts[str(stays)].emails] == [own]
