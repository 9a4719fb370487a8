"""File imports: the file, its rows, and what will become of each."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class ColumnMapping(models.Model):
    """Which column meant what, remembered per person and set of headings."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the headings.")
    mapping = models.JSONField()
    used_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "fingerprint"], name="one_mapping_per_headings")]

    def __str__(self) -> str:
        return f"{self.owner_id}: {self.fingerprint[:8]}"


class FileImportQuerySet(models.QuerySet):
    """Questions asked of imports."""

    def visible_to(self, user) -> "FileImportQuerySet":
        """Imports that `user` may open: their own, admins all, and only while they may change contacts."""
        if not user.may_edit:
            return self.none()
        return self if user.is_admin else self.filter(owner=user)


class FileImport(models.Model):
    """One uploaded file on its way to contacts. Visible to whoever uploaded it, and to admins."""

    class State(models.TextChoices):
        MAPPING = "mapping", "Columns to be mapped"
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Checked"
        APPLYING = "applying", "Being applied"
        APPLIED = "applied", "Applied"
        FAILED = "failed", "Failed"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    file = models.FileField(upload_to="imports/")
    file_name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.MAPPING)
    headings = models.JSONField(default=list)
    sample = models.JSONField(default=list)
    reading = models.JSONField(default=dict, help_text="Encoding, delimiter, sheet.")
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict, help_text="Values for columns the file lacks.")
    row_count = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    check_operation = models.ForeignKey(
        "core.Operation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    apply_operation = models.ForeignKey(
        "core.Operation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(
        null=True, blank=True, help_text="When the file and its rows were removed; the totals stay."
    )
    kept_totals = models.JSONField(
        default=dict, blank=True, help_text="Rows by verdict, and those left alone, as they were when removed."
    )

    objects = FileImportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def columns_may_change(self) -> bool:
        """Whether its columns can still be mapped in another way: checked and not begun, or failed and kept."""
        if self.state == self.State.CHECKED:
            return self.apply_operation_id is None
        return self.state == self.State.FAILED and self.cleared_at is None


class ImportRow(models.Model):
    """One row of the file and its verdict: exactly one of create, update, unchanged, cannot be imported."""

    class Verdict(models.TextChoices):
        CREATE = "create", "Create"
        UPDATE = "update", "Update"
        UNCHANGED = "unchanged", "Unchanged"
        CANNOT = "cannot", "Cannot be imported"

    file_import = models.ForeignKey(FileImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="Line of the file, headings being line 1.")
    key = models.CharField(max_length=254, blank=True, help_text="The email address in lower case, for matching.")
    values = models.JSONField(help_text="What the file says, by field, after mending.")
    verdict = models.CharField(max_length=9, choices=Verdict)
    reasons = models.JSONField(default=list, help_text="List of {field, code, message}.")
    changes = models.JSONField(default=dict, help_text="Field: [from, to], for updates.")
    match = models.ForeignKey("contacts.Contact", null=True, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=9, blank=True, help_text="What applying did: as the verdict, or stale.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file_import", "number"], name="import_row_once"),
            models.CheckConstraint(condition=~Q(verdict="cannot") | ~Q(reasons=[]), name="cannot_says_why"),
        ]
        indexes = [
            models.Index(fields=["file_import", "verdict", "number"], name="import_row_verdict"),
            models.Index(fields=["file_import", "key"], name="import_row_key"),
        ]

    def __str__(self) -> str:
        return f"Line {self.number}: {self.verdict}"


class ImportedContact(models.Model):
    """What an import of any kind did to one contact: the exact values before it and right after it, to undo it by.

    An import's own lines are of its file or of its CRM; this is the line of the contact. It has the names that a line
    has, so that undoing reads both alike.
    """

    # Written, as lines are, only while the operation's row is locked.
    operation = models.ForeignKey(
        "core.Operation", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    subject_id = models.BigIntegerField(help_text="The contact's key; a purge removes it.")
    before = models.JSONField(null=True, blank=True, help_text="Nothing for a contact that the import added.")
    after = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operation", "subject_id"], name="imported_contact_once")]

    def __str__(self) -> str:
        return f"{self.operation_id}/{self.subject_id}: {'added' if self.before is None else 'changed'}"
