"""Dataverse against its fake: the shared suite, and what only Dataverse does."""

import re

import pytest

from crm.adapters.dataverse import Dataverse
from crm.adapters.dataverse.client import LOGIN, LOGIN_US, Client
from crm.errors import SignInAgain, StateExpired, TryLater, WillNotWork
from crm.http import ForeignHost
from crm.records import Gone, is_sensitive
from crm.testing import AdapterContract, Mirror, Reply, Trouble, World, plain_http
from crm.testing.people import PASSPORT, SSN
from tests.crm.fakes.dataverse import DataverseFake, guid


class TestDataverse(AdapterContract):
    adapter_class = Dataverse
    tells_early_deletions = False  # the delta link is of the end of the first listing, as far as is documented

    @pytest.fixture
    def fake(self):
        with DataverseFake(World(count=self.people)) as fake:
            yield fake

    def remote_id(self, person) -> str:
        return guid(person.number, 0xC0)


@pytest.fixture
def fake():
    with DataverseFake(World(count=23)) as fake:
        yield fake


def let_in(fake, fields=(), **config) -> Dataverse:
    return Dataverse(fake.config() | config, plain_http(Dataverse), fields)


def synced(fake, **options) -> Mirror:
    mirror = Mirror()
    mirror.run(let_in(fake, **options))
    return mirror


# --- signing in -------------------------------------------------------------------------------------------------------


def test_a_token_that_ends_in_the_middle_is_renewed_once(fake):
    adapter = let_in(fake)
    fake.before = lambda request: fake.forget_token() if len(fake.seen) == 3 else None
    assert Mirror().run(adapter)[0] == 23
    assert fake.tokens == 2


def test_a_token_is_kept_for_all_calls_and_renewed_before_it_ends(fake, monkeypatch):
    adapter = let_in(fake)
    Mirror().run(adapter)
    assert fake.tokens == 1
    auth = adapter.http.auth
    monkeypatch.setattr(auth, "_until", 0.0)
    list(adapter.owners())
    assert fake.tokens == 2


def test_a_token_that_is_refused_again_and_again_needs_a_person(fake):
    adapter = let_in(fake)
    fake.before = lambda request: fake.forget_token() if "oauth2" not in request.path else None
    with pytest.raises(SignInAgain):
        adapter.check()
    assert fake.tokens <= 2


@pytest.mark.parametrize(
    ("status", "word", "code", "says"),
    [
        (401, "invalid_client", 7000222, "has expired"),
        (401, "invalid_client", 7000215, "not its ID"),
        (400, "unauthorized_client", 700016, "does not know this application"),
        (400, "invalid_request", 90002, "tenant"),
        (400, "invalid_resource", 500011, "environment"),
        (400, "invalid_grant", 1, "refuses the application"),
    ],
)
def test_entras_refusals_are_told_in_words(fake, status, word, code, says):
    fake.refusal = (status, word, code)
    with pytest.raises(SignInAgain, match=says):
        let_in(fake).check()


def test_a_busy_entra_is_asked_again(fake):
    busy = {"error": "temporarily_unavailable", "error_description": "AADSTS90055: Busy."}
    fake.trouble(Trouble(reply=Reply(busy, 400)), Trouble(reply=Reply(busy, 429)))
    assert "fake.crm.dynamics.com" in let_in(fake).check().who


def test_no_membership_and_lacking_rights_are_told_apart(fake):
    adapter = let_in(fake)
    stranger = {"error": {"code": "0x80072560", "message": "The user is not a member of the organization."}}
    adapter.check()
    fake.trouble(Trouble(reply=Reply(stranger, 403)))
    with pytest.raises(SignInAgain, match="application user"):
        adapter.check()
    fake.readable = {"systemusers"}
    with pytest.raises(SignInAgain, match="whole organization"):
        Mirror().run(adapter)


def test_the_check_says_who_and_warns(fake):
    assert let_in(fake).check().who == "# AdvisorHub at fake.crm.dynamics.com"
    fake.tracking, fake.readable = False, {"contacts"}
    result = let_in(fake).check()
    assert result.who == "Application user at fake.crm.dynamics.com"
    assert [bool(re.search(words, one)) for words, one in zip(("Track changes", "users"), result.warnings, strict=True)]


@pytest.mark.parametrize("host", ["evil.example.com", "contoso.crm.dynamics.com.evil.example", "127.0.0.1:8000"])
def test_only_environments_of_the_vendor_are_let_through(host):
    (field,) = [one for one in Dataverse.config_fields if one.name == "host"]
    assert not re.fullmatch(field.pattern, host)
    assert re.fullmatch(field.pattern, "contoso.crm4.dynamics.com")
    with pytest.raises(ForeignHost):
        plain_http(Dataverse).check_host(f"https://{host.replace('127.0.0.1', '10.0.0.1')}/api")


# --- changes ----------------------------------------------------------------------------------------------------------


def test_a_delta_names_what_was_deleted_and_merged(fake):
    mirror = synced(fake)
    fake.world.delete(1001)
    fake.world.merge(1002, 1003)
    brief = fake.world.add()
    fake.world.delete(brief.number)
    mirror.run(let_in(fake))
    gone = {guid(1001, 0xC0): "", guid(1002, 0xC0): guid(1003, 0xC0), guid(brief.number, 0xC0): ""}
    assert mirror.gone == gone
    assert let_in(fake).fetch([guid(1002, 0xC0)]) == [Gone(guid(1002, 0xC0), guid(1003, 0xC0))]


def test_an_inactive_contact_is_gone_and_comes_back(fake):
    mirror = synced(fake)
    fake.world.change(1004, raw={"statecode": 1, "statuscode": 2})
    assert mirror.run(let_in(fake)) == (0, 0, 1)
    fake.world.change(1004, raw={})
    assert mirror.run(let_in(fake)) == (1, 0, 0)


def test_no_clock_is_needed(fake):
    mirror = synced(fake)
    fake.world.change(1005, city="Backdated", updated_at=fake.world.there()[0].created_at)
    assert mirror.run(let_in(fake)) == (0, 1, 0)


def test_an_unchanged_delta_may_answer_with_nothing(fake):
    mirror = synced(fake)
    fake.bare = True
    assert mirror.run(let_in(fake)) == (0, 0, 0)
    fake.world.change(1005, city="Later")
    assert mirror.run(let_in(fake)) == (0, 1, 0)


def test_a_delta_of_many_pages_broken_off_goes_on(fake):
    mirror = synced(fake)
    for person in fake.world.there():
        fake.world.change(person.number, city="Ogdenville")
    mirror.run(let_in(fake), pages=1)
    assert mirror.state["next"] and mirror.state["delta"]
    mirror.run(let_in(fake))
    assert {one.addresses[0].city for one in mirror.contacts.values()} == {"Ogdenville"}
    assert mirror.run(let_in(fake)) == (0, 0, 0)


@pytest.mark.parametrize("refused", [(400, "0x80044352"), (400, "0x80040203"), (410, "0x0"), (404, "0x80060888")])
def test_an_old_delta_link_begins_anew(fake, refused):
    mirror = synced(fake)
    fake.oldest, fake.too_old = 10_000, refused
    with pytest.raises(StateExpired):
        mirror.run(let_in(fake))
    mirror.state = {}
    fake.oldest = 0
    assert mirror.run(let_in(fake)) == (0, 0, 0)


def test_other_columns_begin_anew(fake):
    mirror = synced(fake)
    with pytest.raises(StateExpired):
        mirror.run(let_in(fake, fields=["new_segment"]))
    with pytest.raises(StateExpired):
        mirror.run(let_in(fake, category="new_segment"))


def test_another_environment_begins_anew(fake):
    mirror = synced(fake)
    mirror.state["delta"] = mirror.state["delta"].replace(fake.url, "https://other.crm.dynamics.com")
    with pytest.raises(StateExpired):
        mirror.run(let_in(fake))


@pytest.mark.parametrize("place", ["https://elsewhere.example.org", "https://other.crm.dynamics.com"])
def test_no_token_is_sent_where_a_foreign_page_leads(fake, place):
    fake.foreign = place
    with pytest.raises(ForeignHost):
        Mirror().run(let_in(fake))


def test_without_tracking_it_says_what_to_switch_on(fake):
    fake.tracking = False
    with pytest.raises(WillNotWork, match="Track changes"):
        Mirror().run(let_in(fake))


@pytest.mark.parametrize("after", ["2", "Wed, 21 Oct 2015 07:28:00 GMT", None])
def test_a_pause_is_kept_whether_it_is_named_or_not(fake, after):
    over = fake.over_limit()
    fake.trouble(Trouble(path="/contacts", reply=Reply(over.body, 429, {"Retry-After": after} if after else {})))
    assert Mirror().run(let_in(fake))[0] == 23


def test_a_long_pause_is_for_later(fake):
    over = fake.over_limit()
    adapter = let_in(fake)
    adapter.check()
    fake.trouble(Trouble(reply=Reply(over.body, 429, {"Retry-After": "240"})))
    with pytest.raises(TryLater) as caught:
        Mirror().run(adapter)
    assert caught.value.wait >= 240


def test_pages_are_as_large_as_the_server_wants(fake):
    fake.most = 4
    assert len(list(let_in(fake).changes({}))) == 6


# --- columns ----------------------------------------------------------------------------------------------------------


def test_custom_columns_come_only_when_chosen_and_harmless(fake):
    wanted = ["new_segment", "new_vip", "new_ssn", "new_shadow", "new_passport", "new_guarded", "governmentid", "lost"]
    adapter = let_in(fake, fields=wanted)
    assert [one.name for one in adapter.field_catalogue()] == ["new_segment", "new_vip", "new_note"]
    mirror = Mirror()
    mirror.run(adapter)
    assert {str(one.custom) for one in mirror.contacts.values()} == {"{'new_segment': 'A', 'new_vip': True}"}
    for value in (SSN, SSN.replace("-", ""), PASSPORT):
        assert value not in repr(mirror.contacts)
    asked = " ".join(request.query.get("$select", "") for request in fake.seen)
    assert not re.search("governmentid|ssn|shadow|passport|guarded", asked)


def test_a_government_id_is_sensitive():
    assert is_sensitive("governmentid") and is_sensitive("x", "Government ID")


def test_the_category_is_told_by_its_words(fake):
    adapter = let_in(fake)
    assert adapter.categories() == ["Client", "Prospect", "Something new"]
    fake.world.add(category="Something new")
    assert {one.category for one in _run(adapter).contacts.values()} == {"Client", "Something new"}
    other = let_in(fake, category="new_segment")
    assert other.categories() == []
    assert {one.category for one in _run(other).contacts.values()} == {"A"}


@pytest.mark.parametrize("column", ["new_ssn", "governmentid", "x'y"])
def test_what_is_sensitive_is_no_category(fake, column):
    with pytest.raises(WillNotWork, match="cannot tell"):
        let_in(fake, category=column).check()


def test_an_unknown_column_is_told(fake):
    with pytest.raises(WillNotWork, match="column"):
        let_in(fake, category="new_gone").check()


def _run(adapter) -> Mirror:
    mirror = Mirror()
    mirror.run(adapter)
    return mirror


# --- records ----------------------------------------------------------------------------------------------------------


def test_what_a_row_holds(fake):
    raw = {
        "salutation": "Dr.",
        "emailaddress2": "second@example.com",
        "mobilephone": "(212) 555-9999",
        "address2_city": "Shelbyville",
        "donotbulkemail": True,
        "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "contact",
        "birthdate": "sometime",
    }
    person = fake.world.add(raw=raw)
    fake.world.add(raw={"contactid": None})
    mirror = synced(fake)
    found = mirror.contacts[guid(person.number, 0xC0)]
    assert (found.prefix, found.company, found.status, found.do_not_contact) == ("Dr.", "", "Active", True)
    assert [one.value for one in found.emails] == [person.email, "second@example.com"]
    assert [(one.label, one.primary) for one in found.phones] == [("Business", True), ("Mobile", False)]
    assert [(one.city, one.primary) for one in found.addresses] == [("Springfield", True), ("Shelbyville", False)]
    assert found.odd == ("birth_date",)
    assert found.owner_id == guid(person.owner, 0x5E)
    assert mirror.contacts[guid(1001, 0xC0)].company == "Example Co"
    assert list(mirror.bad.values()) == ["The record has no id."]


def test_owners_are_people_former_ones_and_teams(fake):
    owners = {one.name: one.active for one in let_in(fake).owners()}
    assert owners == {"Avery Adams": True, "Blair Bell": True, "Former User": False, "Service desk": True}


def test_only_ids_are_asked_for(fake):
    found = let_in(fake).fetch(["1') or true", guid(1001, 0xC0), guid(99_999, 0xC0)])
    assert [type(one).__name__ for one in found] == ["Gone", "RemoteContact", "Gone"]
    assert not any("true" in request.query.get("$filter", "") for request in fake.seen)


@pytest.mark.parametrize(
    ("entered", "host", "login"),
    [
        ("contoso.crm.dynamics.com", "contoso.crm.dynamics.com", LOGIN),
        ("Contoso.api.crm4.dynamics.com", "contoso.crm4.dynamics.com", LOGIN),
        ("contoso.crm9.dynamics.com", "contoso.crm9.dynamics.com", LOGIN),
        ("contoso.crm.microsoftdynamics.us", "contoso.crm.microsoftdynamics.us", LOGIN_US),
        ("contoso.api.crm.microsoftdynamics.us", "contoso.crm.microsoftdynamics.us", LOGIN_US),
        ("contoso.crm.appsplatform.us", "contoso.crm.appsplatform.us", LOGIN_US),
    ],
)
def test_environments_of_each_cloud_are_reached_however_their_host_was_entered(fake, entered, host, login):
    (field,) = [one for one in Dataverse.config_fields if one.name == "host"]
    assert re.fullmatch(field.pattern, entered)
    http = plain_http(Dataverse)
    client = Client({"host": entered, "tenant": "contoso.example.com", "client_id": "c"}, http)
    assert (client.base, http.auth.form["scope"]) == (f"https://{host}/api/data/v9.2", f"https://{host}/.default")
    assert http.auth.url == f"{login}/contoso.example.com/oauth2/v2.0/token"
    for url in (client.base, http.auth.url):
        http.check_host(url)


@pytest.mark.parametrize(
    "host", ["contoso.crm.dynamics.com.evil.example", "crm.microsoftdynamics.us", "a.crm.dynamics.us"]
)
def test_other_hosts_are_no_environments(host):
    (field,) = [one for one in Dataverse.config_fields if one.name == "host"]
    assert not re.fullmatch(field.pattern, host)


def test_columns_that_are_computed_are_not_offered(fake):
    """They change without their row, so that no delta would tell."""
    assert {"new_age", "new_total"} & {one.name for one in let_in(fake).field_catalogue()} == set()
    assert synced(fake, fields=["new_age", "new_segment"]).contacts[guid(1001, 0xC0)].custom.keys() == {"new_segment"}
