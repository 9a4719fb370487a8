"""HubSpot's own client reads from the fake what the adapter reads, so the fake is not only what the adapter expects."""

import pytest
from hubspot import HubSpot as HubSpotClient
from hubspot.crm.contacts import BatchReadInputSimplePublicObjectId, PublicMergeInput, PublicObjectSearchRequest
from hubspot.crm.contacts.exceptions import ApiException

from crm.adapters.hubspot import HubSpot
from crm.testing import Mirror, World, plain_http
from tests.crm.fakes.hubspot import TOKEN, HubSpotFake

NAMES = ["firstname", "lastname", "email", "segment", "hubspot_owner_id"]


@pytest.fixture
def fake():
    """In the version that the client speaks."""
    with HubSpotFake(World(count=23), version="v3") as fake:
        yield fake


@pytest.fixture
def client(fake):
    return HubSpotClient(access_token=TOKEN, host=fake.url)


def adapter(fake, *fields) -> HubSpot:
    return HubSpot(fake.config(), plain_http(HubSpot), fields)


def values(row) -> tuple:
    return tuple(row.properties[name] for name in NAMES)


def test_it_lists_the_contacts_that_the_adapter_lists(fake, client):
    mirror = Mirror()
    mirror.run(adapter(fake, "segment"))
    found = client.crm.contacts.get_all(properties=NAMES)
    assert {row.id: values(row) for row in found} == {
        key: (one.first_name, one.last_name, one.emails[0].value, one.custom["segment"], one.owner_id)
        for key, one in mirror.contacts.items()
    }


def test_it_reads_one_several_and_none(fake, client):
    one = client.crm.contacts.basic_api.get_by_id("6", properties=NAMES)
    asked = BatchReadInputSimplePublicObjectId(
        inputs=[{"id": "6"}, {"id": "99999"}], properties=NAMES, properties_with_history=[]
    )
    several = client.crm.contacts.batch_api.read(asked)
    assert [values(row) for row in several.results] == [values(one)]
    with pytest.raises(ApiException) as missing:
        client.crm.contacts.basic_api.get_by_id("99999")
    assert missing.value.status == 404


def test_it_searches_what_the_adapter_searches(fake, client):
    since = fake.world.tick()
    fake.world.change(1002, city="Ogdenville")
    wanted = [{"propertyName": "lastmodifieddate", "operator": "GTE", "value": str(int(since.timestamp() * 1000))}]
    question = {"filter_groups": [{"filters": wanted}], "properties": NAMES, "sorts": ["hs_object_id"], "limit": 200}
    found = client.crm.contacts.search_api.do_search(PublicObjectSearchRequest(**question, after="0"))
    assert [row.id for row in found.results] == ["7"]
    with pytest.raises(ApiException, match="required fields were not set"):
        client.crm.contacts.search_api.do_search(PublicObjectSearchRequest(**question))


def test_what_it_deletes_lies_in_the_bin_for_both(fake, client):
    mirror = Mirror()
    mirror.run(adapter(fake))
    client.crm.contacts.basic_api.archive("6")
    assert [row.id for row in client.crm.contacts.get_all(archived=True)] == ["6"]
    mirror.run(adapter(fake))
    assert mirror.gone == {"6": ""}


def test_what_it_merges_twice_in_a_row_leads_to_the_last_record(fake, client):
    mirror = Mirror()
    mirror.run(adapter(fake))
    merge = client.crm.contacts.basic_api.merge
    first = merge(PublicMergeInput(primary_object_id="6", object_id_to_merge="7"))
    last = merge(PublicMergeInput(primary_object_id=first.id, object_id_to_merge="8"))
    assert len({"6", "7", "8", first.id, last.id}) == 5
    mirror.run(adapter(fake))
    assert mirror.gone == dict.fromkeys(["6", "7", "8", first.id], last.id)
    assert client.crm.contacts.basic_api.get_by_id("7").id == last.id


def test_it_finds_the_owners_and_properties_that_the_adapter_finds(fake, client):
    theirs = client.crm.owners.get_all() + client.crm.owners.owners_api.get_page(archived=True).results
    assert {one.id: one.email or "" for one in theirs} == {one.remote_id: one.email for one in adapter(fake).owners()}
    properties = {one.name: one.label for one in client.crm.properties.core_api.get_all("contacts").results}
    assert {one.name: one.label for one in adapter(fake).field_catalogue()}.items() <= properties.items()
