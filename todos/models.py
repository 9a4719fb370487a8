"""What a client has to do (action items), and what the staff have to do for a client (reminders)."""

from datetime import date

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from contacts.models import Contact
from core.history.events import InsertEvents, UpdateEvents
from experiences.models import Resource
from todos.querysets import ActionItemQuerySet, ReminderQuerySet

TITLE_AT_MOST = 120
TEXT_AT_MOST = 4000
STAFF = {"on_delete": models.PROTECT, "related_name": "+", "db_index": False, "null": True, "blank": True}
BY_CONTACT = {
    "obj_field": pghistory.ObjForeignKey(db_index=False),
    "append_only": True,
}


@pghistory.track(
    InsertEvents(),
    UpdateEvents(),
    meta={"indexes": [models.Index(fields=["contact"], name="actionitemevent_by_contact")]},
    **BY_CONTACT,
)
class ActionItem(models.Model):
    """Something that the client has to do: open, done (by the client or by staff), or withdrawn."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="action_items", db_index=False)
    title = models.CharField(max_length=TITLE_AT_MOST)
    text = models.TextField(blank=True, max_length=TEXT_AT_MOST, db_default="", default="")
    due_on = models.DateField("due", null=True, blank=True, help_text="The last day for it, where the client lives.")
    resource = models.ForeignKey(Resource, null=True, blank=True, on_delete=models.PROTECT, related_name="action_items")
    asks_for_upload = models.BooleanField(
        "ask for a file", default=False, db_default=False, help_text="The client can send PDFs and pictures with it."
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, **STAFF, help_text="Of the staff; empty for the client.")
    done_by_client = models.BooleanField(default=False, db_default=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    overdue_mail_at = models.DateTimeField(
        null=True, blank=True, help_text="When the one mail was planned that says that it is overdue."
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, **STAFF, help_text="Empty: a campaign.")
    step_run = models.BigIntegerField(null=True, blank=True, unique=True, help_text="The campaign's step that made it.")
    created_at = models.DateTimeField(db_default=Now())

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="action_item_titled"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None, done_by_client=False)
                | Q(done_at__isnull=False, done_by=None, done_by_client=True)
                | Q(done_at__isnull=False, done_by__isnull=False, done_by_client=False),
                name="action_item_done_by_one",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(withdrawn_at=None), name="action_item_done_or_withdrawn"
            ),
        ]
        indexes = [
            models.Index(fields=["contact", "-id"], name="action_item_contact"),
            models.Index(
                fields=["due_on"],
                condition=Q(done_at=None, withdrawn_at=None, overdue_mail_at=None, due_on__isnull=False),
                name="action_item_to_remind",
            ),
            models.Index(fields=["done_at"], condition=Q(done_by_client=True), name="action_item_done_by_client"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether the client has still to do it."""
        return self.done_at is None and self.withdrawn_at is None

    def is_overdue(self, today: date) -> bool:
        """Whether it is open and its last day has passed; `today` is the day where the client lives."""
        return self.is_open and self.due_on is not None and self.due_on < today


class ItemFileQuerySet(models.QuerySet):
    """Questions asked of files that clients sent."""

    def visible_to(self, user) -> "ItemFileQuerySet":
        """Those of contacts that `user` may see."""
        return self.filter(item__in=ActionItem.objects.visible_to(user))


class ItemFile(models.Model):
    """A file that the client sent for an action item. It is never changed; `name` is what they call it."""

    item = models.ForeignKey(ActionItem, on_delete=models.CASCADE, related_name="files")
    file = models.FileField(upload_to="action_items/")
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField(help_text="In bytes.")
    sent_at = models.DateTimeField(db_default=Now())

    objects = ItemFileQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(file="") & ~Q(name=""), name="item_file_is_there")]
        indexes = [models.Index(fields=["sent_at"], name="item_file_sent")]

    def __str__(self) -> str:
        return self.name


@pghistory.track(
    InsertEvents(),
    UpdateEvents(),
    exclude=["shows_at"],
    meta={"indexes": [models.Index(fields=["contact"], name="reminderevent_by_contact")]},
    **BY_CONTACT,
)
class Reminder(models.Model):
    """A task for the staff about a contact.

    It names no person: it belongs to whoever is the contact's primary advisor, or in the contact's team, today. A
    contact that is handed over takes its reminders along.
    """

    class Audience(models.TextChoices):
        ADVISOR = "advisor", "Primary advisor"
        TEAM = "team", "Team"

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="reminders", db_index=False)
    title = models.CharField(max_length=TITLE_AT_MOST)
    text = models.TextField(blank=True, max_length=TEXT_AT_MOST, db_default="", default="")
    audience = models.CharField(
        "for", max_length=7, choices=Audience, default=Audience.ADVISOR, db_default=Audience.ADVISOR
    )
    due_at = models.DateTimeField("due")
    snoozed_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, **STAFF)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, **STAFF, help_text="Empty: a campaign.")
    step_run = models.BigIntegerField(null=True, blank=True, unique=True, help_text="The campaign's step that made it.")
    created_at = models.DateTimeField(db_default=Now())
    shows_at = models.GeneratedField(
        expression=Coalesce("snoozed_until", "due_at"), output_field=models.DateTimeField(), db_persist=True
    )

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["shows_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="reminder_titled"),
            models.CheckConstraint(condition=Q(audience__in=["advisor", "team"]), name="reminder_audience_known"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="reminder_done_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["contact", "-id"], name="reminder_contact"),
            models.Index(fields=["shows_at", "id"], condition=Q(done_at=None), name="reminder_open"),
            models.Index(F("done_at").desc(), F("id").desc(), condition=Q(done_at__isnull=False), name="reminder_done"),
        ]

    def __str__(self) -> str:
        return self.title
