"""Salesforce against its fake: the shared suite over each profile, and what only Salesforce does."""

import re
from datetime import timedelta

import pytest

from crm.adapters.salesforce import Salesforce
from crm.errors import SignInAgain, StateExpired, TryLater, WillNotWork
from crm.http import ForeignHost
from crm.records import Gone
from crm.testing import AdapterContract, Mirror, Reply, Trouble, World, plain_http
from tests.crm.fakes.salesforce import SalesforceFake


class SalesforceContract(AdapterContract):
    adapter_class = Salesforce
    profile = "plain"

    @pytest.fixture
    def fake(self):
        with SalesforceFake(World(count=self.people), self.profile) as fake:
            yield fake

    def remote_id(self, person) -> str:
        return f"003FK{person.number:010d}AAA"


class TestManagedPackage(SalesforceContract):
    profile = "fsc_package"


class TestCore(SalesforceContract):
    profile = "fsc_core"


class TestPractifi(SalesforceContract):
    profile = "practifi"


class TestPlain(SalesforceContract):
    def test_households_have_their_members(self, fake):
        fake.world.household("The Riveras", *[one.number for one in fake.world.there()[:2]])
        mirror = synced(fake)
        assert mirror.members == {}
        assert {one.company for one in mirror.contacts.values()} == {"Example Co"}


@pytest.fixture
def fake():
    with SalesforceFake(World(count=23)) as fake:
        yield fake


@pytest.fixture(params=["fsc_package", "fsc_core", "practifi"])
def home_fake(request):
    with SalesforceFake(World(count=23), request.param) as fake:
        yield fake


def let_in(fake, fields=(), **config) -> Salesforce:
    return Salesforce(fake.config() | config, plain_http(Salesforce), fields)


def synced(fake, **options) -> Mirror:
    mirror = Mirror()
    mirror.run(let_in(fake, **options))
    return mirror


# --- signing in -------------------------------------------------------------------------------------------------------


def test_it_signs_in_by_a_certificate(fake):
    assert let_in(fake, sign_in="jwt", client_secret="").check().who == "Fake Advisory (sandbox)"


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"username": "somebody@example.com"}, "refuses to sign in"),
        ({"audience": "https://test.salesforce.com"}, "refuses to sign in"),
        ({"private_key": "no key at all"}, "private key"),
        ({"private_key": ""}, "private key"),
    ],
)
def test_a_certificate_that_is_refused_needs_a_person(fake, values, says):
    with pytest.raises(SignInAgain, match=says):
        let_in(fake, sign_in="jwt", **values).check()


def test_a_token_that_ends_in_the_middle_is_renewed_once(fake):
    adapter = let_in(fake)
    fake.before = lambda request: fake.forget_token() if len(fake.seen) == 4 else None
    assert Mirror().run(adapter)[0] == 23
    assert fake.tokens == 2


def test_a_token_that_is_refused_again_and_again_needs_a_person(fake):
    adapter = let_in(fake)
    fake.before = lambda request: fake.forget_token() if "oauth2" not in request.path else None
    with pytest.raises(SignInAgain):
        adapter.check()
    assert fake.tokens <= 2


def test_an_instance_that_is_not_salesforces_gets_no_token(fake):
    fake.instance_url = "https://salesforce.com.evil.example.org"
    with pytest.raises(ForeignHost):
        let_in(fake).check()
    assert len(fake.seen) == 1


@pytest.mark.parametrize(
    "host", ["evil.example.com", "a.my.salesforce.com.evil.example", "my.salesforce.com", "a.b.c", "a.salesforce.mil"]
)
def test_only_my_domains_are_let_through(host):
    (field,) = [one for one in Salesforce.config_fields if one.name == "host"]
    assert not re.fullmatch(field.pattern, host)
    with pytest.raises(ForeignHost):
        plain_http(Salesforce).check_host(f"https://{host}/services")


@pytest.mark.parametrize("host", ["contoso--test.sandbox.my.salesforce.com", "agency.my.salesforce.mil"])
def test_hosts_of_every_cloud_are_let_through(host):
    (field,) = [one for one in Salesforce.config_fields if one.name == "host"]
    assert re.fullmatch(field.pattern, host)
    plain_http(Salesforce).check_host(f"https://{host}/services")


def test_the_check_warns_without_users(fake):
    fake.unreadable = {"User"}
    result = let_in(fake).check()
    assert "users" in result.warnings[0]
    assert result.quota_left > 4900


# --- changes ----------------------------------------------------------------------------------------------------------


def test_merged_deleted_and_purged_records_are_gone(fake):
    mirror = synced(fake)
    ids = {number: fake.id_of(number) for number in (1001, 1002, 1003, 1004)}
    fake.world.now += timedelta(hours=1)
    fake.world.delete(1001)
    fake.world.merge(1002, 1003)
    fake.purged[1004] = fake.world.tick()
    fake.world.vanish(1004)
    mirror.run(let_in(fake))
    assert mirror.gone == {ids[1001]: "", ids[1002]: ids[1003], ids[1004]: ""}
    assert let_in(fake).fetch([ids[1002], ids[1001]]) == [Gone(ids[1002], ids[1003]), Gone(ids[1001])]


def test_a_year_without_a_changed_contact_needs_no_full_run(fake):
    mirror = synced(fake)
    for _ in range(12):
        fake.world.now += timedelta(days=14)
        assert mirror.run(let_in(fake)) == (0, 0, 0)
    lost = fake.world.there()[0].number
    fake.purged[lost] = fake.world.tick()
    fake.world.vanish(lost)
    mirror.run(let_in(fake))
    assert mirror.gone == {fake.id_of(lost): ""}


@pytest.mark.parametrize("idle", [timedelta(days=20), timedelta(days=31), timedelta(days=300)])
def test_after_a_long_pause_all_records_are_gone_through_and_then_it_goes_on(fake, idle):
    mirror = synced(fake)
    fake.world.now += idle
    with pytest.raises(StateExpired):
        mirror.run(let_in(fake))
    mirror.state = {}
    assert mirror.run(let_in(fake)) == (0, 0, 0)
    fake.world.now += timedelta(days=1)
    assert mirror.run(let_in(fake)) == (0, 0, 0)


def test_a_state_of_before_with_a_newest_change_of_long_ago_begins_anew(fake):
    state = synced(fake).state
    fake.world.now += timedelta(days=45)
    with pytest.raises(StateExpired):
        list(let_in(fake).changes({"since": state["since"]}))


def test_an_organization_set_up_a_moment_ago_can_be_synced(fake):
    fake.enabled = fake.world.now + timedelta(days=900)
    mirror = synced(fake)
    assert len(mirror.contacts) == 23
    fake.enabled = fake.world.now - timedelta(days=1)
    assert mirror.run(let_in(fake)) == (0, 0, 0)


def test_a_run_after_too_long_begins_anew(fake):
    mirror = synced(fake)
    fake.remembers = timedelta(0)
    fake.world.now += timedelta(days=30)
    with pytest.raises(StateExpired):
        mirror.run(let_in(fake))


def test_no_link_is_followed(fake):
    fake.links_lead = "https://evil.example.org"
    assert synced(fake).contacts.keys() == {fake.id_of(one.number) for one in fake.world.there()}


def test_a_household_that_changes_alone_is_noticed(home_fake):
    fake = home_fake
    key = fake.world.household("The Riveras", 1001, 1002)
    mirror = synced(fake)
    fake.world.now += timedelta(hours=1)
    fake.world.households[key] = "The Rivera family"
    fake.moved = {number: fake.world.tick() for number in (1001, 1002)}
    mirror.run(let_in(fake))
    assert {mirror.contacts[fake.id_of(number)].household.name for number in (1001, 1002)} == {"The Rivera family"}
    assert mirror.contacts[fake.id_of(1003)].household is None


def test_the_head_and_roles_arrive(home_fake):
    fake = home_fake
    fake.world.household("The Riveras", 1001, 1002)
    mirror = synced(fake)
    head, spouse = (mirror.contacts[fake.id_of(number)].household for number in (1001, 1002))
    if fake.profile == "practifi":  # its fields of roles are not known
        assert (head.role, spouse.role) == ("", "")
    else:
        assert (head.role, head.head, spouse.role, spouse.head) == ("head", True, "spouse_partner", False)
    assert mirror.contacts[fake.id_of(1001)].company == ""


def test_other_record_types_of_households_can_be_named():
    with SalesforceFake(World(count=3), "fsc_package") as fake:
        fake.household_type = "Family_Office"
        fake.world.household("The Riveras", 1001)
        assert synced(fake).members == {}
        assert len(synced(fake, record_types="Household, Family_Office").members) == 1
        with pytest.raises(WillNotWork):
            synced(fake, record_types="x') OR Id != ('")


# --- fields -----------------------------------------------------------------------------------------------------------


def test_only_chosen_fields_that_are_plain_come_along(fake):
    adapter = let_in(fake)
    names = [one.name for one in adapter.field_catalogue()]
    assert names == ["Segment__c", "Vip__c", "Interests__c"]
    mirror = synced(fake, fields=["Segment__c", "Vip__c", "SSN__c", "Nothing__c"])
    assert next(iter(mirror.contacts.values())).custom == {"Segment__c": "A", "Vip__c": True}


def test_a_field_that_may_not_be_read_is_left_out(fake):
    fake.hidden = {"Birthdate", "MobilePhone"}
    assert {one.birth_date for one in synced(fake).contacts.values()} == {None}


def test_a_formula_is_neither_offered_nor_brought_in_and_the_check_says_why(fake):
    assert "Age_Band__c" not in {one.name for one in let_in(fake).field_catalogue()}
    adapter = let_in(fake, fields=["Age_Band__c", "Segment__c"], category="Age_Band__c")
    lost, chosen = sorted(adapter.check().warnings, key=len, reverse=True)
    assert lost == "Formula fields are not brought in, because nothing says when they change: Age_Band__c."
    assert "Age_Band__c is a formula" in chosen
    assert {tuple(one.custom) for one in adapter.fetch([fake.id_of(1001)])} == {("Segment__c",)}
    assert let_in(fake, fields=["Segment__c"]).check().warnings == ()


@pytest.mark.parametrize(
    ("category", "by_ids"),
    [("", True), ("Client_Type__c", True), ("RecordType.Name", True), ("Age_Band__c", False), ("Account.Name", False)],
)
def test_all_records_are_read_where_a_field_that_counts_changes_unseen(fake, category, by_ids):
    assert let_in(fake, category=category).lists_ids is by_ids


def test_several_values_of_a_picklist_are_told_apart_in_the_firms_order(fake):
    fake.world.change(1002, raw={"Interests__c": "Unknown;Art;Golf;Golf"})
    mirror = synced(fake, fields=["Interests__c"], category="Interests__c")
    first, second = (mirror.contacts[fake.id_of(number)] for number in (1001, 1002))
    assert (first.category, first.custom) == ("Sailing; Golf", {})
    assert second.category == "Golf; Art; Unknown"
    assert let_in(fake, category="Interests__c").categories() == ["Sailing", "Golf", "Art"]
    chosen = synced(fake, fields=["Interests__c"]).contacts[fake.id_of(1001)]
    assert chosen.custom == {"Interests__c": "Sailing; Golf"}


@pytest.mark.parametrize(
    ("account", "company"),
    [
        ("{first} {last}", ""),
        ("{last}, {first}", ""),
        ("Dr. {first} Q. {last} Jr", ""),
        ("{first} {last} Plumbing", "{first} {last} Plumbing"),
        ("{last} Household", "{last} Household"),
        ("Example Co", "Example Co"),
    ],
)
def test_an_account_that_is_the_person_is_no_employer(fake, account, company):
    names = {"first": "Rachel", "last": "Adams"}
    fake.world.change(
        1001, first_name="Rachel", last_name="Adams", raw={"Salutation": "Dr.", "MiddleName": "Q", "Suffix": "Jr"}
    )
    fake.employers[1001] = account.format(**names)
    assert synced(fake).contacts[fake.id_of(1001)].company == company.format(**names)


def test_categories_are_those_of_the_field_or_the_record_types(fake):
    assert let_in(fake).categories() == ["Client", "Prospect", "Vendor"]
    assert let_in(fake, category="").categories() == ["Client", "Prospect"]
    assert {one.category for one in synced(fake, category="").contacts.values()} == {"Client"}
    with pytest.raises(WillNotWork):
        let_in(fake, category="SSN__c").categories()


# --- limits -----------------------------------------------------------------------------------------------------------


def test_the_last_fifth_of_the_days_calls_is_left_to_others(fake):
    adapter = let_in(fake)
    fake.used = (3999, 5000)
    with pytest.raises(TryLater) as later:
        Mirror().run(adapter)
    assert later.value.wait == 3600
    fake.used = (10, 5000)
    assert Mirror().run(adapter)[0] == 23
    assert 0 < adapter.quota_left() < 4990


def test_a_used_up_day_is_for_later(fake):
    adapter = let_in(fake)
    adapter.check()
    used_up = [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    before = len(fake.seen)
    fake.trouble(Trouble(reply=Reply(used_up, 403)))
    with pytest.raises(TryLater) as later:
        Mirror().run(adapter)
    assert later.value.wait >= 3600
    assert len(fake.seen) - before == 1


@pytest.mark.parametrize(
    ("status", "code", "error", "says"),
    [
        (400, "INVALID_FIELD", WillNotWork, "field"),
        (400, "INVALID_TYPE", WillNotWork, "object"),
        (400, "MALFORMED_QUERY", WillNotWork, "question"),
        (403, "API_DISABLED_FOR_ORG", SignInAgain, "no API"),
        (403, "SOMETHING_ELSE", SignInAgain, "right"),
        (404, "NOT_FOUND", WillNotWork, "version"),
    ],
)
def test_refusals_are_told_in_words(fake, status, code, error, says):
    adapter = let_in(fake)
    adapter.check()
    fake.trouble(Trouble(reply=Reply([{"message": "x", "errorCode": code}], status)))
    with pytest.raises(error, match=says):
        adapter.check()
