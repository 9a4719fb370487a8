"""Who sees a record: whoever the CRM assigns it to while it waits, and whoever sees its contact from then on."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from core.models import Operation, OperationLine
from crm.models import Connection, Record
from tests.factories import ContactFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
PEOPLE = ("there", "here", "mate", "stranger", "admin", "compliance")


@pytest.fixture
def people():
    """The advisor in the CRM, the one here, a mate of the contact's team, and others."""
    mate = UserFactory(role=Role.SUPPORT)
    return {
        "there": UserFactory(),
        "here": UserFactory(),
        "mate": mate,
        "stranger": UserFactory(),
        "admin": UserFactory(role=Role.ADMIN),
        "compliance": UserFactory(role=Role.COMPLIANCE),
        "team": TeamFactory(members=[mate]),
    }


@pytest.fixture
def records(people):
    """By state: one that waits for the advisor in the CRM, one handed over since, and one whose contact was deleted."""
    connection = Connection.objects.create(name="CRM", adapter="demo", config={"size": "3"})
    handed_over = ContactFactory(primary_advisor=people["here"], team=people["team"])
    deleted = ContactFactory(primary_advisor=people["here"], team=people["team"], deleted_at=timezone.now())

    def record(state, contact=None):
        return Record.objects.create(
            connection=connection,
            remote_id=state,
            name=f"Name {state}",
            state=state,
            contact=contact,
            advisor=people["there"],
        )

    return {"ready": record("ready"), "linked": record("linked", handed_over), "cannot": record("cannot", deleted)}


def seers(as_user, people, question):
    """Those of the people for whom something holds, asked with their client."""
    return {name for name in PEOPLE if question(as_user(people[name]))}


EXPECTED = {
    "ready": {"there", "admin", "compliance"},
    "linked": {"here", "mate", "admin", "compliance"},
    "cannot": {"here", "mate", "admin", "compliance"},
}
each_state = pytest.mark.parametrize("state", EXPECTED)


@each_state
def test_a_record_opens_for_those_it_is_for(as_user, people, records, state):
    address = reverse("crm:record", args=[records[state].pk])
    assert seers(as_user, people, lambda client: client.get(address).status_code == 200) == EXPECTED[state]


@each_state
def test_it_is_listed_counted_and_exported_for_the_same(as_user, people, records, state):
    name = records[state].name.encode()

    def listed(client):
        page = client.get(reverse(f"crm:{state}"))
        assert (name in page.content) == (page.context["counts"].get(state, 0) == 1)
        return name in page.content

    def exported(client):
        return name in b"".join(client.get(reverse("crm:export"), {"tab": state}))

    def counted(client):
        page = client.get(reverse("crm:connection", args=[records[state].connection_id]))
        return page.context["counts"].get(state) == 1

    for question in (listed, exported, counted):
        assert seers(as_user, people, question) == EXPECTED[state], question.__name__


@each_state
def test_a_report_names_it_for_the_same(as_user, people, records, state):
    for name in PEOPLE:
        operation = Operation.objects.create(
            kind="crm.import", title="Import", owner=people[name], state="finished", total=1, done=1
        )
        OperationLine.objects.create(operation=operation, subject_id=records[state].pk, state="done")
        client, told = as_user(people[name]), records[state].name.encode()
        page = client.get(reverse("core:operation", args=[operation.pk])).content
        report = b"".join(client.get(reverse("core:operation_report", args=[operation.pk])))
        assert [told in text for text in (page, report)] == [name in EXPECTED[state]] * 2, name


def test_what_was_handed_over_cannot_be_taken_back_by_mending_or_linking(as_user, people, records):
    client, key = as_user(people["there"]), records["linked"].pk
    for action in ("mend_one", "import_one", "link_match", "keep_apart", "bring_back", "follow"):
        assert client.post(reverse(f"crm:{action}", args=[key])).status_code == 404, action
    records["linked"].refresh_from_db()
    assert records["linked"].state == "linked"
