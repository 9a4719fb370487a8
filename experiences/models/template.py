"""What all templates have in common: a name, and being archived instead of deleted."""

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower, Now
from django.utils import timezone


class TemplateQuerySet(models.QuerySet):
    """Questions asked of every kind of template."""

    def visible_to(self, user) -> "TemplateQuerySet":
        """Templates are the firm's: all staff see all of them, contacts none through here."""
        return self if user.is_active and user.is_staff_side else self.none()

    def usable(self) -> "TemplateQuerySet":
        """Those that can still be given to somebody."""
        return self.filter(archived_at=None)

    def named(self, name: str) -> "TemplateQuerySet":
        """Those of this name, whatever its case, as the constraint of names that are given once compares them."""
        return self.alias(low=Lower("name")).filter(low=Lower(Value(name)))


class Template(models.Model):
    """Base of what staff build once and give to many."""

    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = TemplateQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                condition=Q(archived_at=None),
                name="%(class)s_name_unique",
                violation_error_message="Another one in use has this name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_archived(self) -> bool:
        """Whether it can no longer be given to anybody."""
        return self.archived_at is not None

    def archive(self) -> None:
        """Take it out of every choice; contacts who have it keep it."""
        self.archived_at = timezone.now()
        self.save(update_fields=["archived_at", "updated_at"])

    def restore(self) -> None:
        """Offer it again. Raises IntegrityError when its name has been taken meanwhile."""
        self.archived_at = None
        self.save(update_fields=["archived_at", "updated_at"])
