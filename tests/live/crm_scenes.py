"""Operations on what a CRM has said, and what is to be found of them once they have ended."""

from django.db.models import Count, F

from contacts.models import Contact
from core.models import Operation
from core.operations import selecting
from crm.domain.judging import JUDGED, Meanings, judge
from crm.domain.staging import HOUSEHOLD
from crm.models import Connection, Record
from tests.live.cast import Cast, operation_name


def _records(cast: Cast) -> list[Record]:
    """A record for each number, of a connection that nobody asks anything."""
    connection = Connection.objects.create(name=cast.name, adapter="demo")
    rows = [
        Record(
            connection=connection,
            remote_id=f"{cast.name}{number}",
            payload={
                "first_name": "Sam",
                "last_name": f"Scene{number}",
                "emails": [{"value": f"{cast.name}{number}@example.com"}],
                "phones": [{"value": "+12125550100"}],
                "addresses": [{"city": "Springfield"}],
                "tags": [f"{cast.name} tag"],
            },
        )
        for number in range(cast.size)
    ]
    return Record.objects.bulk_create(rows)


def update(cast: Cast) -> Operation:
    """All are linked to a record that says another city, a tag and, each two together, a household."""
    cast.people(city="Elsewhere", crm_mark="newer")
    contacts = dict(cast.rows.values_list("email", "pk"))
    records = _records(cast)
    for number, record in enumerate(records):
        record.contact_id = contacts[f"{record.remote_id}@example.com"]
        record.applied = {"city": "Elsewhere"}
        record.household_id_there, record.household_name = f"H{number // 2}", f"{cast.name} {number // 2}"
        record.household_role, record.household_head = ("spouse_partner", False) if number % 2 else ("head", True)
    judge(records, Meanings.of(records[0].connection))
    Record.objects.write(records, ["contact", "applied", *HOUSEHOLD, *JUDGED])
    return cast.operation("crm.update", fields=["city", "tags", "household"])


def judging(cast: Cast) -> Operation:
    """Records that lack a type and an advisor are given both."""
    records = _records(cast)
    mends = {"contact_type": "client", "primary_advisor": cast.owner.pk}
    made = Operation.objects.create(kind="crm.judge", title=cast.name, owner=cast.owner, params={"mends": mends})
    rows = Record.objects.filter(connection=records[0].connection)
    selecting.freeze(made, rows.values_list("pk", flat=True))
    return made


def updated(operation: Operation) -> int:
    """As the record says, marked as such, in households of two with the right head."""
    named = Contact.objects.filter(email__startswith=operation_name(operation), crm_mark="linked", city="Springfield")
    tagged = named.filter(tags__name=f"{operation_name(operation)} tag").exclude(crm_record__applied__tags=None)
    heads = tagged.filter(household_role="Head", head_of=F("household"))
    spouses = tagged.filter(household_role="Spouse or partner", household__head__isnull=False)
    homes = tagged.values("household").annotate(members=Count("pk")).filter(members=2)
    return heads.count() + spouses.count() if homes.count() * 2 == tagged.count() else 0


def judged(operation: Operation) -> int:
    rows = Record.objects.filter(connection__name=operation_name(operation), state=Record.State.READY, reasons=[])
    return rows.filter(advisor=operation.owner, values__contact_type="client").count()
