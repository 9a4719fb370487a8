"""Contacts as a file. The first columns bear the names by which the file import knows them: what leaves comes
back unchanged. The rest tells what the import does not set."""

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat, Lower, Trim

from contacts.models import Contact, ContactType, Status
from contacts.models.contact import Source
from core.spreadsheets.writing import Column

TYPES, STATUSES, SOURCES = dict(ContactType.choices), dict(Status.choices), dict(Source.choices)

# The primary advisor is named by email: names are not unique.
IMPORTABLE = [
    Column("First name", "first_name"),
    Column("Last name", "last_name"),
    Column("Preferred name", "preferred_name"),
    Column("Email", "email", width=32),
    Column("Phone", "phone"),
    Column("Phone extension", "phone_extension"),
    Column("Type", "contact_type", TYPES.get),
    Column("Primary advisor", "primary_advisor__email", width=32),
    Column("Gender", "gender"),
    Column("Date of birth", "date_of_birth"),
    Column("Address", "address_1", width=28),
    Column("Address, second line", "address_2"),
    Column("City", "city"),
    Column("State", "state"),
    Column("Postal code", "postal_code"),
    Column("Country", "country"),
    Column("Time zone", "time_zone"),
    Column("Household", "household__name", width=24),
    Column("Household role", "household_role"),
    Column("Tags", "tag_names", width=24),
]
TOLD = [
    Column("Advisor name", "advisor_name"),
    Column("Status", "status", STATUSES.get),
    Column("Experience", "experience__name", width=24),
    Column("Campaign", "campaign__name", width=24),
    Column("Team", "team__name"),
    Column("First invited", "first_invited_at"),
    Column("Last invited", "last_invited_at"),
    Column("Invitations sent", "invitations_sent"),
    Column("Start date", "start_at"),
    Column("Last login", "last_login_at"),
    Column("Deactivated", "deactivated_at"),
    Column("Do not contact since", "do_not_contact_since"),
    Column("Do not contact, asked by", "do_not_contact_from", width=24),
    Column("Deceased", "deceased", {True: "Yes", False: ""}.get),
    Column("Date of death", "deceased_on"),
    Column("Source", "source", SOURCES.get),
    Column("Created", "created_at"),
]
COLUMNS = [*IMPORTABLE, *TOLD]


def export_rows(contacts: QuerySet) -> QuerySet:
    """`contacts` with every value the columns name."""
    carried = Contact.tags.through.objects.filter(contact=OuterRef("pk")).order_by().values("contact")
    names = StringAgg("tag__name", ", ", order_by=[Lower("tag__name")])
    return contacts.annotate(
        tag_names=Subquery(carried.annotate(names=names).values("names")),
        advisor_name=Trim(Concat("primary_advisor__first_name", Value(" "), "primary_advisor__last_name")),
    )
