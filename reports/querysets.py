"""Contacts as the experience report sees them."""

from django.db.models import BooleanField, ExpressionWrapper, F, FilteredRelation, Q, QuerySet
from django.db.models.functions import Coalesce

from contacts.models import Contact, Listing
from contacts.querysets import ContactQuerySet, ScopedQuerySet

HAS_ONE = Q(experience__isnull=False)


def assigned(user) -> ContactQuerySet:
    """The contacts `user` may see who have an experience now."""
    return Contact.objects.visible_to(user).filter(HAS_ONE)


def listed(rows: ContactQuerySet) -> ScopedQuerySet:
    """The listings of all who have an experience, among the contacts that `rows` are scoped to."""
    return Listing.objects.seen_as(rows).filter(HAS_ONE)


def with_progress(rows: QuerySet) -> QuerySet:
    """`rows` with the open assignment's dates and what each contact did in the portal.

    Adds `assigned_at`, `campaign_started_on`, `sign_in_count` and `opened_count` (different resources), and to sort
    by: `begun`, whether the campaign has, and `engaged`, whether there is anything to count.
    """
    return rows.annotate(
        current=FilteredRelation("assignments", condition=Q(assignments__ended_at=None)),
        assigned_at=F("current__assigned_at"),
        campaign_started_on=F("current__campaign_started_on"),
        sign_in_count=Coalesce(F("engagement__sign_ins"), 0),
        opened_count=Coalesce(F("engagement__opened"), 0),
        begun=_whether(current__campaign_started_on__isnull=False),
        engaged=_whether(engagement__isnull=False),
    )


def _whether(**lookups) -> ExpressionWrapper:
    return ExpressionWrapper(Q(**lookups), output_field=BooleanField())
