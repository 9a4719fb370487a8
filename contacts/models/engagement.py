"""What contacts did in the portal."""

from django.db import models
from django.db.models.functions import Now

from experiences.models import Resource


class PortalSignIn(models.Model):
    """One sign-in to the portal."""

    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="sign_ins")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["contact", "-at"], name="sign_in_contact")]

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

    def __str__(self) -> str:
        return f"{self.contact_id} opened {self.resource_id}"
