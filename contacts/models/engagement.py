"""What contacts did in the portal."""

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from core.sql import read_sql
from experiences.models import Resource


def _counted(column: str, what: str, table: str) -> pgtrigger.Trigger:
    """What keeps a column of the engagement: counted again for the contacts of new rows."""
    return pgtrigger.Trigger(
        name="engagement_counted",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_values"),
        func=read_sql("contacts", "engagement_counted").format(column=column, what=what, table=table),
    )


class Engagement(models.Model):
    """How often a contact signed in, and how many different resources they opened, counted by the database.

    For lists that are sorted by it: counting for each of a million contacts takes seconds. No row: nothing yet.
    """

    contact = models.OneToOneField(
        "contacts.Contact", primary_key=True, on_delete=models.CASCADE, related_name="engagement"
    )
    sign_ins = models.PositiveIntegerField()
    opened = models.PositiveIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["sign_ins", "contact"], name="engagement_sign_ins"),
            models.Index(fields=["opened", "contact"], name="engagement_opened"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.sign_ins} sign-ins, {self.opened} opened"


class PortalSignIn(models.Model):
    """One sign-in to the portal."""

    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="sign_ins")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["contact", "-at"], name="sign_in_contact")]
        triggers = [_counted("sign_ins", "*", "contacts_portalsignin")]

    def __str__(self) -> str:
        return f"{self.contact_id} at {self.at:%Y-%m-%d %H:%M}"


class ResourceView(models.Model):
    """A contact opened a resource. `where` says from which part of the portal."""

    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="resource_views")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="views")
    assignment = models.ForeignKey(
        "contacts.Assignment", null=True, blank=True, on_delete=models.SET_NULL, related_name="resource_views"
    )
    where = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["contact", "-at"], name="view_contact"),
            models.Index(fields=["resource", "-at"], name="view_resource"),
        ]
        triggers = [_counted("opened", "DISTINCT resource_id", "contacts_resourceview")]

    def __str__(self) -> str:
        return f"{self.contact_id} opened {self.resource_id}"
