"""A bulk action on contacts: one class in one file, at one address, registered once.

    @register  # of core.operations.types
    class SetTeam(BulkAction):
        key, label, icon, in_bar, in_menu = "contacts.set_team", "Set team", "users", 60, 60
        title, verb = "Set the team", "Set the team of"  # heading; button: "Set the team of 298 contacts"
        form = TeamForm                                  # a `contacts.bulk_forms.BulkForm`; left out: nothing to choose
        undo = UndoSpec(Snapshot(("team_id",)))          # exact values before and after; left out: it cannot be undone

        def skip_reasons(self, operation):               # the first that applies is the reason
            return [skip("In this team already.", team=operation.params["team"])]

        def change(self, operation, ids):                # set-based, in the chunk's transaction; without the skipped
            Contact.objects.filter(pk__among=ids).update(team=operation.params["team"])
            record("team_set", "Team set", subject_ids=ids, actor=operation.owner, operation=operation)

`operation.params` is what the form chose, as JSON. The rule that skips contacts is the same in the preview and in the
doing. Rights are those of `operation.owner`, asked again for each chunk. The pages are those of `contacts.views.bulk`,
and docs/recipes/add-a-bulk-action.md shows a whole one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Expression
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from contacts.bulk_forms import BulkForm
from contacts.drift import Watch
from contacts.filters import ContactFilter
from contacts.models import Contact
from contacts.operations.preview import GONE, Preview, preview_of
from contacts.operations.undo_spec import UndoSpec
from contacts.querysets import ContactQuerySet
from contacts.registry import contact_actions, contact_bulk_actions
from contacts.tables import detail_address
from core.listing.pages import ListFilter
from core.listing.planning import expecting
from core.models import Operation
from core.operations.types import OUTCOME, OperationType, Outcome
from core.spreadsheets.writing import Column

NOT_YOURS, PURGED = "A contact who is no longer yours", "A contact deleted for good"
REPORTED = [("first_name", "First name"), ("last_name", "Last name"), ("email", "Email")]
NO_GROUP = Value("", output_field=CharField())


@dataclass(frozen=True)
class SelectionSource:
    """Where the selection of a bulk action comes from, and where its pages lead back to.

    `filterset_class` is that of the list in which contacts are ticked; None where there is no such list, and
    another page begins the operation. `selection_key` is the list's, whose ticks are dropped once it has been started.
    `suffix` is added to the choice in words. `missing` says what to do when the selection is no longer kept.
    """

    url_name: str = "contacts:list"
    filterset_class: type[ListFilter] | None = ContactFilter
    selection_key: str = "contacts"
    suffix: str = ""
    missing: str = "This selection is no longer there: {kept_for} Select the contacts again."


class BulkAction(OperationType):
    """Base of bulk actions on contacts; see the head of this file. `icon` is needed where the action is offered."""

    # What people read.
    title = ""
    verb = ""
    icon = ""
    danger = False  # whether it is red where it is offered
    red_button = False  # whether it is red where it is confirmed
    type_count = False  # whether the number of contacts must be typed when it is large
    consequences: Sequence[str] = ()
    # Where it is offered, for whom, and on what.
    in_bar: int | None = None  # its place in the selection bar of the contact list
    in_menu: int | None = None  # its place in the menu of a contact
    for_one = True  # whether it has a page for a single contact
    for_admins = False
    source = SelectionSource()
    # What is asked.
    form: type[BulkForm] | None = None
    form_template = "contacts/bulk_form.html"
    confirm_template = "contacts/bulk_confirm.html"
    # What is kept.
    undo: UndoSpec | None = None

    subject_sort = "sort_name"
    repeatable = True

    @property
    def selection_key(self) -> str:
        """Whose ticks are dropped once the operation has been started from a list."""
        return self.source.selection_key

    def registered(self) -> None:
        """Offer it where it says."""
        if self.in_bar is not None:
            contact_bulk_actions.register(self.key, self, order=self.in_bar)
        if self.in_menu is not None:
            contact_actions.register(self.key, self, order=self.in_menu)

    def allowed(self, user: User) -> bool:
        """Whether `user` may do this at all. Which contacts they may do it to, `queryset` says."""
        return user.is_admin if self.for_admins else user.may_edit

    def applies(self, contact: Contact) -> bool:
        """Whether the menu of this contact offers it."""
        return True

    def url(self, pk: int | None = None) -> str:
        """Where it begins: for one contact, or for a selection that is posted there."""
        if pk is None:
            return reverse("contacts:bulk", args=[self.key])
        return reverse("contacts:bulk_one", args=[pk, self.key])

    def queryset(self, operation: Operation) -> ContactQuerySet:
        """The contacts that the operation's owner may do it to. `operation` may be unsaved."""
        return Contact.objects.editable_by(operation.owner)

    def skip_reasons(self, operation: Operation) -> list[When]:
        """Why a contact would be left out, first come first served; see `skip`."""
        return []

    def change(self, operation: Operation, ids: list[int]) -> dict[int, str] | None:
        """Change these contacts; they are locked. Returns reasons for those that could not be changed after all."""
        raise NotImplementedError

    def follow(self, operation: Operation, ids: list[int]) -> dict[int, str]:
        """What comes after the change, for those who were changed; their values of after are read when it is done.

        Returns what the report should say beside "Done" of some, where the action can be undone.
        """
        return {}

    def describe(self, operation: Operation) -> str:
        """What the operation is called in reports, by the parameters chosen so far."""
        return self.title

    def started(self, contact: Contact, operation: Operation) -> str:
        """What is said of one contact when a worker does it, and has not done it yet."""
        return f"{contact.name}: {self.describe(operation)}. It is being done."

    def more_consequences(self, operation: Operation) -> list[str]:
        """Consequences that depend on the moment or the operation; unsaved when it is about one contact."""
        return []

    def context(self, operation: Operation, request: HttpRequest) -> dict[str, Any]:
        """More context for the pages and for templates of one's own. `operation` may be unsaved, without a selection.

        `verb` and `cancel_url`, where they are other ones for this operation, stand in it as well.
        """
        return {}

    def group_by(self, operation: Operation) -> Expression:
        """The expression of what tells apart contacts to whom different things happen; empty: all alike."""
        return NO_GROUP

    def describe_groups(self, operation: Operation, counts: dict[str, int]) -> list[str]:
        """Sentences for the preview on what happens to so many contacts of each group."""
        return []

    def with_reason(self, operation: Operation, contacts: ContactQuerySet) -> ContactQuerySet:
        """The contacts with `why`: the reason to skip them, or empty."""
        reasons = self.skip_reasons(operation)
        return contacts.annotate(
            why=Case(*reasons, default=NO_GROUP, output_field=CharField()) if reasons else NO_GROUP
        )

    def changing(self, operation: Operation) -> ContactQuerySet:
        """Those of the frozen selection whom it would change now."""
        judged = self.with_reason(operation, self.queryset(operation).order_by())
        return judged.filter(why="", pk__in=operation.planned())

    def preview(self, operation: Operation) -> Preview:
        """What would happen now to the frozen selection. `operation` is a draft with its parameters."""
        with expecting(operation.total, Contact):
            judged = self.with_reason(operation, self.queryset(operation).order_by())
            return preview_of(operation, judged, self.group_by(operation), self.describe_groups)

    def apply(self, operation: Operation, subject_ids: Sequence[int]) -> Outcome:
        """Lock the chunk, leave out whom the rule skips now, and change the rest."""
        with connection.cursor() as cursor:
            # Deferred checks pile up over a chunk's triggers and are walked again for each row otherwise.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        chunk = self.queryset(operation).filter(pk__among=subject_ids).order_by("pk")
        locked = list(chunk.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
        rows = self.with_reason(operation, self.queryset(operation).filter(pk__among=locked))
        reasons = dict(rows.order_by().values_list("pk", "why"))
        skipped = {pk: reasons.get(pk, GONE) for pk in subject_ids if reasons.get(pk, GONE)}
        skipped |= self._filter_mismatches(operation, [pk for pk in subject_ids if pk not in skipped])
        ids = [pk for pk in subject_ids if pk not in skipped]
        snapshot = self.undo.snapshot_of(operation) if self.undo else None
        if not ids:
            return Outcome(skipped=skipped)
        if snapshot and not operation.undoes_id:  # what is undone says itself what was before: they are as it left them
            snapshot.take(ids)
        skipped |= self.change(operation, ids) or {}
        done = [pk for pk in ids if pk not in skipped]
        words = self.follow(operation, done) if done else {}
        if snapshot and done:
            snapshot.keep(operation, done, words)
        return Outcome(done=done, skipped=skipped, lines_written=bool(snapshot))

    def _filter_mismatches(self, operation: Operation, ids: list[int]) -> dict[int, str]:
        """Those who were chosen by a filter and left it since the operation began, with that as the reason.

        Each is asked about before its own change; nothing an action does to one contact may let another leave a filter.
        """
        if not operation.query or not ids:
            return {}
        notes = operation.run_notes
        if "watch" not in notes:
            notes["watch"] = Watch.over(operation, self.queryset(operation), self.source.filterset_class)
        return notes["watch"].mismatches(ids)

    def subject_rows(self, user) -> ContactQuerySet:
        """Contacts, those in the trash included."""
        return Contact.objects.known_to(user)

    def subjects(self, subject_ids: Sequence[int], rows: QuerySet) -> dict[int, tuple[str, str]]:
        """Name and address of each contact, for the report; of one that is not among `rows`, what became of them."""
        address = detail_address()
        seen = Exists(rows.filter(pk=OuterRef("pk")))
        there = Contact.objects.filter(pk__in=subject_ids, purged_at=None).annotate(seen=seen)
        found = dict.fromkeys(subject_ids, (PURGED, ""))
        for one in there.only("first_name", "last_name", "deleted_at"):
            found[one.pk] = (one.name, "" if one.deleted_at else address.of(one.pk)) if one.seen else (NOT_YOURS, "")
        return found

    def report(self, operation: Operation, user) -> tuple[list[Column], QuerySet]:
        """A row a contact; those that `user` does not see are not named."""
        seen = Contact.objects.known_to(user).filter(pk=OuterRef("subject_id"))
        names = {f"contact_{column}": Subquery(seen.values(column)[:1]) for column, _ in REPORTED}
        columns = [Column(heading, f"contact_{column}") for column, heading in REPORTED]
        return [*columns, *OUTCOME], operation.lines.annotate(**names).order_by("subject_id")


def skip(reason: str, *conditions: Q, **lookups) -> When:
    """A reason to leave out the contacts that fulfil all conditions."""
    return When(*conditions, **lookups, then=Value(reason))
