"""A configured adapter, and what the CRM's users and categories mean here."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from contacts.models import ContactType, Household
from crm.base import Adapter
from crm.registry import adapters, unusable

WARNED_BEFORE = timedelta(days=30)


class ConnectionQuerySet(models.QuerySet):
    """Questions asked of connections."""

    def visible_to(self, user) -> "ConnectionQuerySet":
        """Connections `user` may look into: all staff who see contacts; what stands in them is narrowed by `Record`."""
        if not user.is_authenticated or not user.is_active or not user.is_staff_side:
            return self.none()
        return self.filter(removed_at=None)


class Connection(models.Model):
    """One CRM the firm's contacts come from.

    `config` holds the settings that may be shown, `secrets` the others, encrypted (`crm.domain.credentials`);
    `sync_state` is where the adapter goes on, written with each page's records. The health fields say how it is.
    """

    class State(models.TextChoices):
        NEW = "new", "Not synced yet"
        GOOD = "good", "Working"
        WAITING = "waiting", "Waiting for the CRM"
        ATTENTION = "attention", "Needs attention"

    name = models.CharField(max_length=100)
    adapter = models.CharField(max_length=50)
    config = models.JSONField(default=dict, blank=True)
    secrets = models.TextField(blank=True)
    fields = models.JSONField(default=list, blank=True, help_text="Names of the custom fields that are brought in.")
    field_labels = models.JSONField(
        default=dict, blank=True, help_text="What people call the custom fields that are brought in, by name."
    )
    left_out = models.JSONField(default=list, blank=True, help_text="Fields of ours that are not brought in.")
    default_type = models.CharField(
        "type of records without a category",
        max_length=10,
        choices=ContactType,
        blank=True,
        help_text="Empty: such records cannot be imported before their type is set.",
    )
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    trouble = models.TextField(blank=True, help_text="What is wrong, in words.")
    who = models.CharField(max_length=200, blank=True, help_text="Whose credentials these are, as the CRM says.")
    scopes = models.JSONField(default=list, blank=True, help_text="What the credentials allow, in the CRM's words.")
    warnings = models.JSONField(default=list, blank=True)
    credentials_expire_on = models.DateField(null=True, blank=True)
    quota_left = models.IntegerField(null=True, blank=True)
    page_size = models.PositiveIntegerField(
        null=True, blank=True, help_text="Records asked for at once, where larger pages have taken too long."
    )
    sync_state = models.JSONField(default=dict, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True, help_text="When a sync that waits for the CRM goes on.")
    checked_at = models.DateTimeField(null=True, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True)
    compared_at = models.DateTimeField(null=True, blank=True, help_text="When all records were last gone through.")
    read_at = models.DateTimeField(null=True, blank=True, help_text="When they were last read, not only listed by id.")
    compare_days = models.PositiveSmallIntegerField(
        "go through all records every so many days",
        default=7,
        validators=[MaxValueValidator(365)],
        help_text="Finds what the CRM has told of no change for. 0: only when somebody asks for it.",
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_expiring(self) -> bool:
        """Whether the credentials end within a month, or have ended."""
        ends = self.credentials_expire_on
        return ends is not None and ends <= timezone.localdate() + WARNED_BEFORE

    @property
    def adapter_class(self) -> type[Adapter] | None:
        """The adapter, or None when its package is no longer installed."""
        return adapters().get(self.adapter)

    @property
    def adapter_label(self) -> str:
        """What people call the CRM."""
        if self.adapter_class:
            return self.adapter_class.label
        return f"{self.adapter} ({'cannot be used' if self.adapter in unusable() else 'not installed'})"


class Owner(models.Model):
    """A user of the CRM to whom records are assigned, and the advisor here who that is."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="owners")
    remote_id = models.CharField(max_length=200)
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    active = models.BooleanField(default=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="crm_owners"
    )
    by_hand = models.BooleanField(default=False, help_text="Set by a person: not matched by email again.")

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="owner_once")]

    def __str__(self) -> str:
        return self.name or self.remote_id


class CategoryQuerySet(models.QuerySet):
    """Making categories."""

    def learn(self, connection_id: int, values: Iterable[str]) -> dict[str, str]:
        """Add words that are new to a connection. One that is the name of a type means that type from the start.

        Returns what each means.
        """
        names = {label.lower(): value for value, label in ContactType.choices}
        found = {value[:200]: names.get(value.strip().lower(), "") for value in values if value.strip()}
        new = [Category(connection_id=connection_id, value=value, contact_type=kind) for value, kind in found.items()]
        self.bulk_create(new, ignore_conflicts=True)
        return found


class Category(models.Model):
    """A word the CRM puts on records, and the type it means here; empty as long as nobody has said."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="categories")
    value = models.CharField(max_length=200)
    contact_type = models.CharField("type", max_length=10, choices=ContactType, blank=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        ordering = ["value"]
        verbose_name_plural = "categories"
        constraints = [models.UniqueConstraint(fields=["connection", "value"], name="category_once")]

    def __str__(self) -> str:
        return self.value


class RemoteHousehold(models.Model):
    """A household of the CRM, and the one here that its members are put into."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="households")
    remote_id = models.CharField(max_length=200)
    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="crm_households")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="household_once")]

    def __str__(self) -> str:
        return self.remote_id
