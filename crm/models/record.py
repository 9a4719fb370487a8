"""A record of the CRM in staging: as it came, as a contact would be made of it, and what it became."""

from collections.abc import Iterable

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Lower, Now

from contacts.models import Contact, Household
from crm.models.connection import Connection, RemoteHousehold
from crm.records import SEVERAL


class Reason(models.TextChoices):
    """Why a record cannot be imported."""

    NO_FIRST_NAME = "no_first_name", "First name missing"
    NO_LAST_NAME = "no_last_name", "Last name missing"
    NO_EMAIL = "no_email", "Email missing"
    BAD_EMAIL = "bad_email", "Email malformed"
    NO_PHONE = "no_phone", "Phone missing"
    BAD_PHONE = "bad_phone", "Phone cannot be dialled"
    NO_ADVISOR = "no_advisor", "Not assigned to anybody"
    UNKNOWN_ADVISOR = "unknown_advisor", "Assigned to somebody unknown here"
    NO_TYPE = "no_type", "Type missing"
    UNKNOWN_TYPE = "unknown_type", "Type not mapped"
    DUPLICATE_EMAIL = "duplicate_email", "A contact here has this email"
    SHARED_EMAIL = "shared_email", "Another record has this email"
    POSSIBLE_MATCH = "possible_match", "May be a contact who is here"
    DELETED_HERE = "deleted_here", "Deleted here"
    NOT_A_PERSON = "not_a_person", "Not a person"
    GONE = "gone", "No longer in the CRM"


# What a record is to contacts: none yet, one who is here, one who was deleted here; and which of it stand in a state.
# One that waits is also found by those it is assigned to besides.
WAITING, ALSO_WAITING, IMPORTED, IN_TRASH = "waiting", "also waiting", "imported", "in trash"
FOUND_AMONG = {
    "ready": (WAITING, ALSO_WAITING),
    "cannot": (WAITING, ALSO_WAITING, IN_TRASH),
    "linked": (IMPORTED,),
}


class RecordQuerySet(models.QuerySet):
    """Questions asked of records."""

    def visible_to(self, user) -> "RecordQuerySet":
        """Records `user` may see: admins and compliance all, others those that wait for them and their contacts'.

        A record waits for the advisors the CRM assigns it to, first and others; one nobody has been found for is
        the admins' to mend. Once imported it follows its contact, into the trash too, whoever it is assigned to.
        """
        return self._seen(user, WAITING, ALSO_WAITING, IMPORTED, IN_TRASH)

    def in_state(self, state: str, user) -> "RecordQuerySet":
        """Records in a state, of those that `user` may see, without looking among those that are never in it."""
        return self._seen(user, *FOUND_AMONG[state]).filter(state=state)

    def _seen(self, user, *kinds: str) -> "RecordQuerySet":
        """Records of these kinds that `user` may see. Each kind has an index, of which an "or" would make no use."""
        if not user.is_authenticated or not user.is_active or not user.is_staff_side:
            return self.none()
        rows = self.filter(connection__removed_at=None)
        if user.sees_everything:
            return rows
        known = Contact.objects.known_to(user).order_by()
        conditions = {
            WAITING: Q(contact=None, advisor=user),
            ALSO_WAITING: Q(contact=None, other_advisors__contains=[user.pk]),
            IMPORTED: Q(contact__in=known.filter(deleted_at=None).values("pk")),
            IN_TRASH: Q(contact__in=known.filter(deleted_at__isnull=False).values("pk")),
        }
        if len(kinds) == 1:
            return rows.filter(conditions[kinds[0]])
        first, *others = (self.model.objects.order_by().filter(conditions[kind]).values("pk") for kind in kinds)
        return rows.filter(pk__in=first.union(*others, all=True))

    def editable_by(self, user) -> "RecordQuerySet":
        """Records `user` may mend and import."""
        return self.visible_to(user) if user.is_authenticated and user.may_edit else self.none()

    def in_categories(self, values: Iterable[str]) -> "RecordQuerySet":
        """Records of any of these categories, also beside others; a few more may be among those of several."""
        wanted = list(values)
        among = Q()
        for value in filter(None, wanted):
            among |= Q(category__contains=value)
        several = Q(category__contains=SEVERAL) & among if among else Q(pk__in=())
        return self.filter(Q(category__in=wanted) | several)

    def compared(self) -> "RecordQuerySet":
        """Linked records with what `crm.domain.differences` asks of their contacts beyond columns of their own.

        `left_out`, fields that the connection does not bring in; `tags_here`, names; `household_here`,
        `household_name_here`, `role_here`, `head_here`; `home_there` and `home_applied`, our household for the CRM's of
        now and for the one that was last taken over.
        """
        worn = Contact.tags.through.objects.filter(contact=OuterRef("contact")).order_by(Lower("tag__name"))
        homes = RemoteHousehold.objects.filter(connection=OuterRef("connection"))
        now = homes.filter(remote_id=OuterRef("household_id_there"))
        before = homes.filter(remote_id=OuterRef("household_id_applied"))
        return self.alias(household_id_applied=KT("applied__household__id")).annotate(
            tags_here=ArraySubquery(worn.values("tag__name")),
            household_here=F("contact__household"),
            household_name_here=F("contact__household__name"),
            role_here=F("contact__household_role"),
            left_out=F("connection__left_out"),
            head_here=Exists(Household.objects.filter(head=OuterRef("contact"))),
            home_there=Subquery(now.values("household")[:1]),
            home_applied=Subquery(before.values("household")[:1]),
        )

    def locked(self) -> "RecordQuerySet":
        """These records as they are once nobody else is writing them, held until the transaction ends."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)

    def write(self, records: list["Record"], fields: Iterable[str]) -> None:
        """Save these fields of whole records, in few statements; `bulk_update` takes ten times as long."""
        self.bulk_create(
            records, update_conflicts=True, unique_fields=["id"], update_fields=list(fields), batch_size=1000
        )


class Record(models.Model):
    """One record, known by `(connection, remote_id)`.

    `payload` is what the adapter brought, allow-listed; `mends` what people here set for the record without touching
    the CRM; `values` the contact's values that come of both. `digest` is that of `values`; `seen_digest` that of the
    values at the last import, update or dismissal: where they differ the CRM is newer. `applied` holds the values that
    were written to the contact, by field: a contact that has another value was changed here by hand. A record whose
    contact lies in the trash keeps the link and cannot be imported: deleted here. Restored, it is linked again.
    """

    class State(models.TextChoices):
        READY = "ready", "Ready to be imported"
        CANNOT = "cannot", "Cannot be imported"
        LINKED = "linked", "Imported"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="records")
    remote_id = models.CharField(max_length=200)
    url = models.CharField(max_length=500, blank=True)
    payload = models.JSONField(default=dict)
    payload_digest = models.CharField(max_length=32)
    mends = models.JSONField(default=dict, blank=True)
    values = models.JSONField(default=dict, blank=True)
    digest = models.CharField(max_length=32, blank=True)
    seen_digest = models.CharField(max_length=32, blank=True)
    applied = models.JSONField(default=dict, blank=True)

    name = models.CharField(max_length=400, blank=True)
    email = models.CharField(max_length=254, blank=True, help_text="In lower case.")
    category = models.CharField(max_length=200, blank=True)
    owner_id_there = models.CharField(max_length=200, blank=True)
    household_id_there = models.CharField(max_length=200, blank=True)
    household_name = models.CharField(max_length=200, blank=True)
    household_role = models.CharField(max_length=20, blank=True)
    household_head = models.BooleanField(default=False)
    other_owners_there = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    other_advisors = ArrayField(
        models.BigIntegerField(), default=list, blank=True, help_text="Keys of those it is also assigned to."
    )
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="crm_records"
    )

    state = models.CharField(max_length=10, choices=State, default=State.CANNOT)
    reasons = models.JSONField(default=list, blank=True)
    match = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    kept_apart = models.BooleanField(default=False, help_text="A person said that this is not the contact proposed.")
    contact = models.OneToOneField(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="crm_record")
    former_contact_id = models.BigIntegerField(null=True, blank=True, help_text="Imported once, then deleted here.")

    remote_created_at = models.DateTimeField(null=True, blank=True)
    remote_updated_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(db_default=Now(), help_text="When a sync last brought something new.")
    updated_here_at = models.DateTimeField(null=True, blank=True, help_text="Last import or update of the contact.")
    gone_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.CharField(max_length=200, blank=True)
    seen_in = models.BigIntegerField(default=0, help_text="The latest sync that met it.")

    objects = RecordQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "remote_id"], name="record_once"),
            models.CheckConstraint(condition=~Q(state="linked") | Q(contact__isnull=False), name="linked_has_contact"),
        ]
        indexes = [
            models.Index(fields=["connection", "state", "name", "id"], name="record_by_name"),
            models.Index(fields=["advisor", "state", "name", "id"], name="record_by_advisor"),
            models.Index(fields=["email", "id"], name="record_by_email"),
            models.Index(fields=["connection", "seen_in"], name="record_by_sync"),
            models.Index(fields=["connection", "owner_id_there"], name="record_by_owner"),
            models.Index(fields=["connection", "category"], name="record_by_category"),
            models.Index(fields=["connection", "merged_into"], name="record_by_heir", condition=~Q(merged_into="")),
            GinIndex(fields=["other_advisors"], name="record_other_advisors"),
            GinIndex(fields=["other_owners_there"], name="record_other_owners"),
            GinIndex(fields=["reasons"], name="record_reasons", opclasses=["jsonb_path_ops"]),
        ]

    def __str__(self) -> str:
        return self.name or self.remote_id

    @property
    def link(self) -> str:
        """The record's address in the CRM when it leads to the web; a CRM, or who writes into it, may say anything."""
        return self.url if self.url.lower().startswith(("https://", "http://")) else ""

    @property
    def is_newer(self) -> bool:
        """Whether the CRM says something that has neither been taken over nor dismissed."""
        return bool(self.contact_id and self.gone_at is None and self.digest != self.seen_digest)
