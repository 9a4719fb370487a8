"""The contact: a client, prospect or lead of the firm."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, Func, Q, Value, When
from django.db.models.functions import Lower, Now

from contacts.domain.phone import readable
from contacts.models.household import Household
from contacts.models.listing import listing_triggers
from contacts.models.tags import Tag
from contacts.querysets import ContactQuerySet
from core.fields import EmailField
from core.history.events import InsertEvents, UpdateEvents
from core.sql import read_sql
from experiences.models import Campaign, Experience, Team


class ContactType(models.TextChoices):
    """What a contact is to the firm."""

    CLIENT = "client", "Client"
    PROSPECT = "prospect", "Prospect"
    LEAD = "lead", "Lead"


class Status(models.TextChoices):
    """How far a contact has come. See `Contact.status` for when each applies."""

    NOT_INVITED = "not_invited", "Not invited"
    ASSIGNED = "assigned", "Assigned"
    INVITED = "invited", "Invited"
    ACTIVE = "active", "Active"
    DEACTIVATED = "deactivated", "Deactivated"


class Source(models.TextChoices):
    """Where a contact came from."""

    MANUAL = "manual", "Added by hand"
    FILE = "file", "File import"
    CRM = "crm", "CRM"


class CRMMark(models.TextChoices):
    """How a contact stands to the CRM; empty without a record there."""

    LINKED = "linked", "As in the CRM"
    NEWER = "newer", "Newer in the CRM"
    GONE = "gone", "Gone from the CRM"


class SearchText(Func):
    """Lower-case text without accents, for trigram search: contacts/sql/search_text.sql."""

    function = "contacts_search_text"
    output_field = models.TextField()


class SortName(Func):
    """Last and first name as lists order them: case and accents do not count: contacts/sql/sort_name.sql.

    Compared byte by byte ("C"), so that the order is the same on every server and a beginning is found by index.
    """

    function = "contacts_sort_name"
    output_field = models.TextField(db_collation="C")


LIVE = Q(deleted_at=None)
REQUIRED_FIELDS = ["first_name", "last_name", "email", "phone", "primary_advisor", "contact_type"]


@pghistory.track(
    InsertEvents(),
    UpdateEvents(),
    # What follows from other columns, or from the open assignment, which has a history of its own.
    exclude=[
        "status",
        "search_text",
        "sort_name",
        "last_login_at",
        "purged_at",
        "updated_at",
        "crm_mark",
        "experience",
        "campaign",
    ],
    append_only=True,
)
class Contact(models.Model):
    """A client, prospect or lead of the firm. Reached only through `Contact.objects.visible_to(user)`.

    Status is computed by the database from the facts beside it (a stored generated column), so no code
    path can leave the two apart. The portal account follows its contact by trigger: closed when the contact
    is deactivated, deleted or deceased, which ends every open session, and renamed when the address changes.
    Whom the firm may not write to of itself is not a status: see `may_be_written_to` and decision 0033.
    """

    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    preferred_name = models.CharField(max_length=100, blank=True)
    photo = models.ImageField(upload_to="contacts/", blank=True)
    gender = models.CharField(max_length=30, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    contact_type = models.CharField("type", max_length=10, choices=ContactType)
    primary_advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="advised_contacts", db_index=False
    )
    email = EmailField(max_length=254)
    phone = models.CharField(max_length=20, help_text="Stored as E.164, for example +12125550123.")
    phone_extension = models.CharField(
        max_length=7, blank=True, default="", db_default="", validators=[RegexValidator(r"^\d+$", "Use digits only.")]
    )
    address_1 = models.CharField("address", max_length=200, blank=True)
    address_2 = models.CharField("address, second line", max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=100, blank=True)
    time_zone = models.CharField(max_length=50, blank=True)
    tags = models.ManyToManyField(Tag, blank=True, related_name="contacts")
    household = models.ForeignKey(
        Household, null=True, blank=True, on_delete=models.SET_NULL, related_name="members", db_index=False
    )
    household_role = models.CharField(max_length=40, blank=True)
    custom_data = models.JSONField(default=dict, blank=True)
    do_not_contact_since = models.DateField(
        "do not contact since", null=True, blank=True, help_text="Empty: the firm may write to them."
    )
    do_not_contact_from = models.CharField(
        "do not contact, asked by", max_length=200, blank=True, db_default="", default=""
    )
    deceased = models.BooleanField(default=False, db_default=False)
    deceased_on = models.DateField("date of death", null=True, blank=True, help_text="Empty: not known.")
    source = models.CharField(max_length=6, choices=Source, default=Source.MANUAL)
    locked_fields = models.JSONField(default=list, blank=True)
    crm_mark = models.CharField(
        "CRM",
        max_length=6,
        choices=CRMMark,
        blank=True,
        db_default="",
        default="",
        help_text="How the contact stands to its CRM record, kept up by the CRM room for lists.",
    )

    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts", db_index=False
    )
    experience = models.ForeignKey(
        Experience,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contacts",
        help_text="The open assignment's, repeated here for lists.",
        db_index=False,
        db_constraint=False,  # that of the assignment holds
    )
    campaign = models.ForeignKey(
        Campaign,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contacts",
        help_text="The open assignment's, repeated here for lists.",
        db_index=False,
        db_constraint=False,  # that of the assignment holds
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="contact"
    )

    first_invited_at = models.DateTimeField(null=True, blank=True)
    last_invited_at = models.DateTimeField(null=True, blank=True)
    invitations_sent = models.PositiveSmallIntegerField(default=0)
    start_at = models.DateTimeField("start date", null=True, blank=True, help_text="First sign-in.")
    last_login_at = models.DateTimeField("last login", null=True, blank=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    purged_at = models.DateTimeField(
        null=True, blank=True, help_text="Deleted for good; the row stays, nameless, for what must be kept."
    )
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    status = models.GeneratedField(
        expression=Case(
            When(deactivated_at__isnull=False, then=Value("deactivated")),
            When(start_at__isnull=False, then=Value("active")),
            When(first_invited_at__isnull=False, then=Value("invited")),
            When(experience__isnull=False, then=Value("assigned")),
            default=Value("not_invited"),
        ),
        output_field=models.CharField(max_length=12, choices=Status),
        db_persist=True,
    )
    search_text = models.GeneratedField(
        expression=SearchText("first_name", "last_name", "preferred_name", "email", "phone"),
        output_field=models.TextField(),
        db_persist=True,
    )

    sort_name = models.GeneratedField(
        expression=SortName("last_name", "first_name"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )

    objects = ContactQuerySet.as_manager()
    changes_noted = True  # those of the assignments, whose values it repeats, are too

    class Meta:
        ordering = ["sort_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=LIVE,
                name="contact_email_unique",
                violation_error_message="Another contact has this email address.",
            ),
            models.CheckConstraint(condition=Q(contact_type__in=ContactType.values), name="type_known"),
            models.CheckConstraint(
                condition=~Q(first_name="") & ~Q(last_name="") & ~Q(email="") & ~Q(phone=""),
                name="contact_required_fields",
            ),
            models.CheckConstraint(
                condition=Q(do_not_contact_from="") | Q(do_not_contact_since__isnull=False),
                name="do_not_contact_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(deceased_on=None) | Q(deceased=True), name="date_of_death_of_the_deceased"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="portal_account_follows",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "user", "email", "first_name", "last_name", "deactivated_at", "deleted_at", "deceased"
                ),
                func=read_sql("contacts", "portal_account_follows"),
            ),
            *listing_triggers(),
        ]
        # One index per sort of the list, each ending in the primary key: a total order, read off the index.
        # What a row belongs to has no index of its own besides these: each is one more to write with every change.
        # None may name the experience or the campaign, whose lists have `Listing`.
        indexes = [
            # With what decides who sees a row beside it, the usual order is read without looking at the rows.
            models.Index(
                fields=["sort_name", "id"],
                include=["primary_advisor", "team"],
                name="contact_by_name",
                condition=LIVE,
            ),
            models.Index(
                fields=["contact_type", "sort_name", "id"],
                include=["primary_advisor", "team"],
                name="contact_by_type",
                condition=LIVE,
            ),
            models.Index(
                fields=["status", "sort_name", "id"],
                include=["primary_advisor", "team"],
                name="contact_by_status",
                condition=LIVE,
            ),
            models.Index(
                models.F("last_login_at").desc(nulls_last=True),
                models.F("id").desc(),
                include=["primary_advisor", "team", "status"],
                name="contact_by_login",
                condition=LIVE,
            ),
            models.Index("primary_advisor", "sort_name", "id", name="contact_by_advisor", condition=LIVE),
            models.Index("team", "sort_name", "id", name="contact_by_team", condition=LIVE),
            models.Index("created_at", "id", name="contact_by_creation", condition=LIVE),
            models.Index(
                models.F("start_at").desc(nulls_last=True),
                models.F("id").desc(),
                name="contact_by_start",
                condition=LIVE,
            ),
            models.Index(
                fields=["first_invited_at", "status"],
                include=["primary_advisor", "team"],
                name="contact_by_first_invitation",
                condition=LIVE & Q(first_invited_at__isnull=False),
            ),
            models.Index("deleted_at", name="contact_in_trash", condition=~LIVE),
            models.Index("household", name="contact_in_household", condition=Q(household__isnull=False)),
            models.Index(
                "sort_name", "id", name="contact_crm_marked", condition=LIVE & Q(crm_mark__in=["newer", "gone"])
            ),
            models.Index(
                "sort_name", "id", name="contact_not_contacted", condition=LIVE & Q(do_not_contact_since__isnull=False)
            ),
            models.Index("sort_name", "id", name="contact_deceased", condition=LIVE & Q(deceased=True)),
            GinIndex(OpClass("search_text", "gin_trgm_ops"), name="contact_search"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def greeting_name(self) -> str:
        """How the firm addresses them: preferred, else first name."""
        return self.preferred_name or self.first_name

    @property
    def may_be_written_to(self) -> bool:
        """Whether the firm may write to them of itself: they live, and have not asked to be left alone."""
        return self.do_not_contact_since is None and not self.deceased

    @property
    def readable_phone(self) -> str:
        """The phone number with its extension, as people write it."""
        return readable(self.phone, self.phone_extension)

    @property
    def place(self) -> str:
        """City and state, as far as known."""
        return ", ".join(part for part in (self.city, self.state) if part)
