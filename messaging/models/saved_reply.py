"""Texts kept for answers: one's own, and those that the whole firm shares."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Lower
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from messaging.models.message import LONGEST


class SavedReplyQuerySet(models.QuerySet):
    """Saved replies, narrowed by who may use or change them."""

    def visible_to(self, user) -> "SavedReplyQuerySet":
        """One's own and the shared ones, for those who write messages."""
        return self.filter(Q(owner=user) | Q(owner=None)) if user.may_edit else self.none()

    def changeable_by(self, user) -> "SavedReplyQuerySet":
        """One's own; admins look after the shared ones too."""
        if user.may_edit and user.is_admin:
            return self.visible_to(user)
        return self.filter(owner=user) if user.may_edit else self.none()


class SavedReply(models.Model):
    """A text with placeholders that staff put into a message and change before they send it."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="saved_replies",
        help_text="Empty: shared by the firm.",
    )
    title = models.CharField(max_length=80)
    text = models.TextField(max_length=LONGEST)

    objects = SavedReplyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "saved replies"
        ordering = [Lower("title"), "pk"]
        constraints = [
            models.UniqueConstraint(
                "owner",
                Lower("title"),
                name="saved_reply_title_unique",
                nulls_distinct=False,
                violation_error_message="There is a saved reply with this title already.",
            ),
            models.CheckConstraint(
                condition=Q(GreaterThan(Length("text"), 0), LessThanOrEqual(Length("text"), LONGEST)),
                name="saved_reply_length",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_shared(self) -> bool:
        """Whether everybody who writes messages has it."""
        return self.owner_id is None
