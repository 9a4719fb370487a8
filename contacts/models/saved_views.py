"""A state of the contact list that somebody wants to come back to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.urls import reverse


class SavedViewQuerySet(models.QuerySet):
    """Questions asked of saved views."""

    def visible_to(self, user) -> "SavedViewQuerySet":
        """One's own and those that others share. What a view shows still depends on who looks."""
        return self.filter(Q(owner=user) | Q(is_shared=True)) if user.is_staff_side else self.none()

    def changeable_by(self, user) -> "SavedViewQuerySet":
        """One's own; admins look after the shared ones too."""
        if user.is_admin:
            return self.visible_to(user)
        return self.filter(owner=user) if user.is_staff_side else self.none()


class SavedView(models.Model):
    """Filters, order, columns and page size of the contact list, as its address holds them, under a name."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True, help_text="The list's query string, without its page.")
    is_shared = models.BooleanField("shared with everybody", default=False)
    created_at = models.DateTimeField(db_default=Now())

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint(
                "owner",
                Lower("name"),
                name="saved_view_name_unique",
                violation_error_message="You have a view of this name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        """The list in this state."""
        address = reverse("contacts:list")
        return f"{address}?{self.query}" if self.query else address
