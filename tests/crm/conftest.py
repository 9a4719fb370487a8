"""What the tests of the CRM room share."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Role
from contacts.models import Contact
from core.models import Operation
from core.operations import running
from crm.domain import syncing
from crm.domain.staging import mark
from crm.models import Category, Connection, Record
from crm.records import digest
from tests.factories import UserFactory


@pytest.fixture
def office(db):
    """The people the Demo CRM's users are: an admin, and two advisors by email."""
    return {
        "admin": UserFactory(role=Role.ADMIN, last_name="Admin"),
        "one": UserFactory(email="advisor@demo.example.com", last_name="One"),
        "two": UserFactory(email="advisor2@demo.example.com", last_name="Two"),
    }


@pytest.fixture
def demo(office):
    """A connection to the Demo CRM that stands still: it began now, so no step has passed."""
    connection = Connection.objects.create(
        name="Our CRM",
        adapter="demo",
        config={"size": "120", "began": datetime.now(UTC).isoformat()},
        fields=["Risk profile"],
    )
    for value, kind in (("Client", "client"), ("Prospect", "prospect"), ("Lead", "lead")):
        Category.objects.create(connection=connection, value=value, contact_type=kind)
    return connection


@pytest.fixture
def sync():
    """`sync(connection, by)`: run a sync to its end, as the worker would, and return its `Sync`."""

    def run(connection: Connection, by, **options):
        operation = syncing.begin(connection, by, **options)
        running.run(operation.pk)
        connection.refresh_from_db()
        return Operation.objects.get(pk=operation.pk).crm_sync

    return run


def tie(connection: Connection, contact: Contact, came: dict, says: dict) -> Record:
    """Link a contact to a record that brought `came` when it was last applied, and says `says` now.

    What both have of the required fields is the contact's own.
    """
    same = {name: getattr(contact, name) for name in ("first_name", "last_name", "email", "phone", "contact_type")}
    same |= {"primary_advisor": contact.primary_advisor_id}
    record = Record.objects.create(
        connection=connection,
        remote_id=f"R-{contact.pk}",
        contact=contact,
        state=Record.State.LINKED,
        name=contact.name,
        email=contact.email,
        values=same | says,
        applied=same | came,
        digest=digest(same | says),
        seen_digest=digest(same | came),
    )
    mark([record])
    return record


def move_on(connection: Connection, steps: int) -> None:
    """Let time pass in the Demo CRM."""
    from crm.adapters.demo.people import STEP

    config = connection.config
    config["began"] = (datetime.fromisoformat(config["began"]) - steps * STEP - timedelta(seconds=1)).isoformat()
    Connection.objects.filter(pk=connection.pk).update(config=config)
    connection.refresh_from_db()
