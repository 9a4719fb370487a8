"""Contacts as the experience report sees them."""

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from contacts.models import Assignment, Contact, PortalSignIn, ResourceView
from contacts.querysets import ContactQuerySet


def assigned(user) -> ContactQuerySet:
    """The contacts `user` may see who have an experience now."""
    return Contact.objects.visible_to(user).filter(experience__isnull=False)


def with_progress(rows: QuerySet) -> QuerySet:
    """`rows` with the open assignment's dates and what each contact did in the portal.

    Adds `assigned_at`, `campaign_started_on`, `sign_in_count` and `opened_count` (different resources).
    """
    current = Assignment.objects.filter(contact=OuterRef("pk"), ended_at=None).order_by()
    return rows.annotate(
        assigned_at=Subquery(current.values("assigned_at")[:1]),
        campaign_started_on=Subquery(current.values("campaign_started_on")[:1]),
        sign_in_count=_counted(PortalSignIn, Count("pk")),
        opened_count=_counted(ResourceView, Count("resource", distinct=True)),
    )


def _counted(model, count: Count) -> Coalesce:
    """How many rows of `model` a contact has."""
    rows = model.objects.filter(contact=OuterRef("pk")).order_by().values("contact")
    return Coalesce(Subquery(rows.annotate(n=count).values("n"), output_field=IntegerField()), 0)
