"""What lists by experience and by campaign read instead of the contact."""

import pgtrigger
from django.conf import settings
from django.db import models

from contacts.querysets import ScopedQuerySet
from core.history.events import planned_anew
from experiences.models import Campaign, Experience, Team


class Listing(models.Model):
    """A contact in the lists by experience and by campaign: few columns, written by the database with the contact's.

    That the contact's own row has no index by these is what makes giving an experience cheap: a contact whose indexed
    columns stay is written beside its old version, and into no index. See docs/decisions/0024-listings.md.
    """

    contact = models.OneToOneField(
        "contacts.Contact",
        primary_key=True,
        on_delete=models.DO_NOTHING,  # the trigger does
        related_name="listing",
        db_constraint=False,
    )
    experience = models.ForeignKey(
        Experience, null=True, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    campaign = models.ForeignKey(
        Campaign, null=True, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    primary_advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    team = models.ForeignKey(
        Team, null=True, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    status = models.CharField(max_length=12)
    contact_type = models.CharField(max_length=10)
    deleted_at = models.DateTimeField(null=True)
    sort_name = models.TextField(db_collation="C")

    objects = ScopedQuerySet.as_manager()
    changes_noted = True  # those of contacts and assignments, whose values it repeats

    class Meta:
        # Who may see a row, and what else it is narrowed and counted by, stands beside its place, so that the index
        # answers alone. For whoever sees few of them, the last two find those.
        indexes = [
            *(
                models.Index(
                    fields=[given, "sort_name", "contact"],
                    include=["primary_advisor", "team", "status", "contact_type"],
                    condition=models.Q(deleted_at=None),
                    name=f"listing_by_{given}",
                )
                for given in ("experience", "campaign")
            ),
            *(
                models.Index(fields=[column], condition=models.Q(deleted_at=None), name=f"listing_by_{name}")
                for name, column in (("advisor", "primary_advisor"), ("team", "team"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.sort_name}"


def listing_triggers() -> list[pgtrigger.Trigger]:
    """What keeps a contact and its listing alike: by statement, with a fresh plan each time, see core.history.events.

    A row in which nothing is another is not written.
    """
    columns = [field.column for field in Listing._meta.concrete_fields if not field.primary_key]
    names = ", ".join(columns)
    theirs, ours = (", ".join(f"{row}.{name}" for name in columns) for row in ("contact", "listing"))
    return [
        _for_each_statement(
            "listing_begins",
            pgtrigger.Insert,
            "new_values",
            f"INSERT INTO contacts_listing (contact_id, {names}) SELECT id, {theirs} FROM new_values AS contact",  # noqa: S608
        ),
        _for_each_statement(
            "listing_follows",
            pgtrigger.Update,
            "new_values",
            f"UPDATE contacts_listing AS listing SET ({names}) = ROW({theirs}) FROM new_values AS contact"  # noqa: S608
            f" WHERE listing.contact_id = contact.id AND ({ours}) IS DISTINCT FROM ({theirs})",
        ),
        _for_each_statement(
            "listing_ends",
            pgtrigger.Delete,
            "old_values",
            "DELETE FROM contacts_listing WHERE contact_id IN (SELECT id FROM old_values)",
        ),
    ]


def _for_each_statement(name: str, operation: pgtrigger.Operation, rows: str, statement: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**{rows.removesuffix("_values"): rows}),
        func=planned_anew(rows, statement, "listing"),
    )
