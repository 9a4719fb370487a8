"""The suite that every adapter passes, over its fake or over a real server.

    class TestAcme(AdapterContract):
        adapter_class = AcmeAdapter

        @pytest.fixture
        def fake(self):
            with AcmeFake(World(count=self.people)) as fake:
                yield fake

        def remote_id(self, person): return f"C{person.number}"

A real server stands behind an object with the same doors: `world`, `config()`, `bad_config()` and, where it can,
`trouble()`. Switch off what a vendor cannot do by the class attributes.
"""

import logging
from datetime import timedelta

import pytest

from crm.base import CheckResult
from crm.errors import SignInAgain, TryLater, WillNotWork
from crm.records import Gone, RemoteContact, digest, payload
from crm.testing.completeness import Completeness
from crm.testing.mirror import Mirror
from crm.testing.people import PASSPORT, SSN, Person
from crm.testing.servers import Reply, Trouble

HTML = Reply(b"<html><body>Runtime error</body></html>", 200)


class AdapterContract(Completeness):
    """Subclass it with `adapter_class`, a `fake` fixture and `remote_id`."""

    # --- who am I ---------------------------------------------------------------------------------------------------

    def test_it_says_whose_the_credentials_are(self, fake):
        result = self.adapter(fake).check()
        assert isinstance(result, CheckResult)
        assert result.who

    def test_bad_credentials_need_a_person(self, fake):
        with pytest.raises(SignInAgain):
            self.adapter(fake, config=fake.bad_config()).check()
        with pytest.raises(SignInAgain):
            Mirror().run(self.adapter(fake, config=fake.bad_config()))

    def test_owners_have_ids_and_names(self, fake):
        if not self.adapter_class.capabilities.owners:
            pytest.skip("The CRM has no owners.")
        owners = {owner.name: owner.email for owner in self.adapter(fake).owners()}
        assert owners.keys() >= {name for name, _ in fake.world.owners.values()}

    def test_it_declares_itself(self):
        adapter = self.adapter_class
        assert adapter.key == adapter.key.lower() and adapter.key.isidentifier()
        assert adapter.label
        names = [field.name for field in adapter.config_fields]
        assert len(names) == len(set(names))
        assert all(field.label for field in adapter.config_fields)

    # --- everything, then what changed ------------------------------------------------------------------------------

    def test_a_full_run_brings_all_and_what_they_hold(self, fake):
        mirror = Mirror()
        new, changed, gone = mirror.run(self.adapter(fake))
        assert mirror.contacts.keys() == self.there(fake)
        assert (new, changed, gone) == (self.people, 0, 0)
        for person in fake.world.there():
            self.assert_same(mirror.contacts[self.remote_id(person)], person)

    def assert_same(self, contact: RemoteContact, person: Person) -> None:
        """What every CRM knows of a person has arrived."""
        assert (contact.first_name, contact.last_name) == (person.first_name, person.last_name)
        assert [one.value.lower() for one in contact.emails if one.primary or len(contact.emails) == 1] == [
            person.email
        ]
        assert person.phone[-4:] in {one.value[-4:] for one in contact.phones}
        assert contact.addresses[0].city == person.city
        assert "".join(contact.addresses[0].lines) == person.street

    def test_a_full_run_of_several_pages_brings_all(self, fake):
        mirror = Mirror()
        mirror.run(self.paged(fake))
        assert mirror.contacts.keys() == self.there(fake)
        assert mirror.pages >= 3, (
            "A full run has to need three pages at least. Ask for `self.page_size` records at once, or have the fake "
            "hold more `people` or give smaller pages."
        )

    def test_a_second_run_changes_nothing(self, fake):
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        assert mirror.run(self.adapter(fake)) == (0, 0, 0)

    def test_one_change_is_one_update(self, fake):
        self.change_something()
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        fake.world.now += timedelta(hours=2)
        person = fake.world.change(fake.world.there()[3].number, email="new.address@example.com")
        assert mirror.run(self.adapter(fake)) == (0, 1, 0)
        assert mirror.contacts[self.remote_id(person)].emails[0].value == "new.address@example.com"

    def test_an_incremental_run_brings_only_what_changed(self, fake):
        self.change_something()
        if self.adapter_class.capabilities.incremental != "server":
            pytest.skip("All is listed each time.")
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        fake.world.now += timedelta(days=2)
        fake.world.change(fake.world.there()[0].number, city="Shelbyville")
        mirror.run(self.adapter(fake))
        brought = [len(page.contacts) for page in self.adapter(fake).changes(mirror.state)]
        assert sum(brought) <= 2

    def test_a_new_record_arrives(self, fake):
        self.change_something()
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        fake.world.add()
        assert mirror.run(self.adapter(fake))[0] == 1
        assert mirror.contacts.keys() == self.there(fake)

    def test_many_changed_in_the_same_moment_all_arrive(self, fake):
        if not self.shared_moment:
            pytest.skip("The server sets the time itself.")
        self.change_something()
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        moment = fake.world.tick()
        for person in fake.world.there():
            fake.world.change(person.number, city="Ogdenville", updated_at=moment)
        assert mirror.run(self.adapter(fake))[1] == self.people
        assert {one.addresses[0].city for one in mirror.contacts.values()} == {"Ogdenville"}

    def test_a_deleted_record_goes(self, fake):
        self.change_something()
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        fake.world.delete(fake.world.there()[2].number)
        mirror.run(self.adapter(fake))
        if self.adapter_class.capabilities.deletes == "reconcile":
            mirror.reconcile(self.adapter(fake))
        assert mirror.contacts.keys() == self.there(fake)

    def test_single_records_are_fetched_again(self, fake):
        self.change_something()
        first, second, lost = fake.world.there()[:3]
        fake.world.delete(lost.number)
        wanted = [self.remote_id(one) for one in (first, second, lost)]
        found = {one.remote_id: one for one in self.adapter(fake).fetch(wanted)}
        assert found.keys() == set(wanted)
        kept, changed = found[wanted[0]], found[wanted[1]]
        assert isinstance(kept, RemoteContact)
        assert isinstance(changed, RemoteContact)
        self.assert_same(kept, first)
        assert isinstance(found[wanted[2]], Gone)
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        assert digest(payload(mirror.contacts[wanted[1]])) == digest(payload(changed))

    # --- what goes wrong --------------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        "trouble",
        [
            Trouble(reply=Reply({"message": "oops"}, 500)),
            Trouble(reply=Reply(b"<html>Bad gateway</html>", 502)),
            Trouble(reply=Reply({"message": "busy"}, 503, {"Retry-After": "0"})),
            Trouble("hang", seconds=1.5),
            Trouble("cut"),
            Trouble("drop"),
        ],
        ids=["500", "502-html", "503", "hang", "cut", "drop"],
    )
    def test_passing_trouble_is_got_over(self, fake, trouble):
        if not self.can_fail:
            pytest.skip("There is no server that could be made to fail.")
        mirror = Mirror()
        adapter = self.adapter(fake, patience=1 if trouble.what == "hang" else 3)
        list(adapter.owners())  # signs in where there is a token to get
        fake.trouble(trouble)
        try:
            mirror.run(adapter)
        except TryLater:  # the hang used up the patience: the next run goes on
            mirror.run(self.adapter(fake))
        assert mirror.contacts.keys() == self.there(fake)

    def test_an_html_page_is_no_answer(self, fake):
        if not self.can_fail:
            pytest.skip("There is no server that could be made to fail.")
        adapter = self.adapter(fake)
        adapter.check()
        fake.trouble(*[Trouble(reply=HTML)] * 5)
        with pytest.raises((WillNotWork, TryLater)):
            Mirror().run(adapter)

    def test_redirects_are_refused(self, fake):
        if not self.can_fail:
            pytest.skip("There is no server that could be made to fail.")
        adapter = self.adapter(fake)
        adapter.check()
        fake.trouble(Trouble(reply=Reply({}, 302, {"Location": "https://elsewhere.example.org/"})))
        with pytest.raises(WillNotWork):
            Mirror().run(adapter)

    def test_a_storm_of_refusals_is_weathered(self, fake):
        if not self.can_fail:
            pytest.skip("There is no server that could be made to fail.")
        adapter = self.adapter(fake)
        adapter.check()
        fake.trouble(Trouble(reply=fake.over_limit()), Trouble(reply=fake.over_limit()))
        mirror = Mirror()
        for _ in range(3):
            try:
                mirror.run(adapter)
                break
            except TryLater as later:
                assert later.wait > 0
        assert mirror.contacts.keys() == self.there(fake)

    def test_a_storm_without_end_is_left_for_later(self, fake):
        if not self.can_fail:
            pytest.skip("There is no server that could be made to fail.")
        adapter = self.adapter(fake)
        adapter.check()
        before = len(fake.seen)
        fake.trouble(*[Trouble(reply=fake.over_limit())] * 50)
        with pytest.raises(TryLater):
            Mirror().run(adapter)
        assert len(fake.seen) - before <= 5

    # --- what must not come in --------------------------------------------------------------------------------------

    def test_sensitive_values_stay_out(self, fake, caplog):
        """The fake shows SSN and PASSPORT wherever its vendor has such fields."""
        with caplog.at_level(logging.DEBUG):
            mirror = Mirror()
            adapter = self.adapter(fake, fields=[one.name for one in self.adapter(fake).field_catalogue()])
            mirror.run(adapter)
        everything = repr(mirror.contacts) + repr(mirror.bad) + caplog.text
        assert SSN not in everything
        assert SSN.replace("-", "") not in everything
        assert PASSPORT not in everything
        assert "@example.com" not in caplog.text
        secrets = [fake.config()[one.name] for one in self.adapter_class.config_fields if one.secret]
        assert not [secret for secret in secrets if secret and secret in caplog.text]

    def test_odd_records_do_not_stop_a_run(self, fake):
        if not self.can_fail:
            pytest.skip("There is no server that could be made to fail.")
        fake.world.add(first_name="", last_name="", phone="")
        odd = fake.world.add(last_name="Zoë 😀 ‏שלום", city="x" * 20_000)
        fake.world.add(category="Something new")
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        assert mirror.contacts.keys() == self.there(fake)
        found = mirror.contacts[self.remote_id(odd)]
        assert found.last_name == "Zoë 😀 ‏שלום"
        assert len(found.addresses[0].city) <= 500

    def test_a_shared_address_is_two_contacts(self, fake):
        self.change_something()
        one, two = fake.world.there()[:2]
        fake.world.change(two.number, email=one.email)
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        both = [mirror.contacts[self.remote_id(person)] for person in (one, two)]
        assert [contact.emails[0].value for contact in both] == [one.email] * 2

    def test_households_have_their_members(self, fake):
        if self.adapter_class.capabilities.households == "none":
            pytest.skip("The CRM has no households.")
        self.change_something()
        head, spouse = fake.world.there()[4:6]
        fake.world.household("The Riveras", head.number, spouse.number)
        mirror = Mirror()
        mirror.run(self.adapter(fake))
        first, second = (mirror.members[self.remote_id(person)] for person in (head, spouse))
        assert first[0] == second[0]
        assert mirror.households[first[0]] == "The Riveras"
