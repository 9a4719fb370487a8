"""The base of every kind of operation on contacts: one rule for who is skipped, in the preview as in the doing.

    @register
    class SetTeam(BulkAction):
        key = "contacts.set_team"
        label = "Set team"

        def keeps(self, operation):                   # what it touches: exact values before and after, for undoing
            return Snapshot(("team_id",))

        def skips(self, operation):                   # the first that applies is the reason
            return [skip("In this team already.", team=operation.params["team"])]

        def change(self, operation, ids):             # set-based, in the chunk's transaction; ids are those not skipped
            Contact.objects.filter(pk__among=ids).update(team=operation.params["team"])
            record("team_set", "…", subject_ids=ids, actor=operation.owner, operation=operation)

`operation.params` is what the form chose, as JSON. Rights are those of `operation.owner`, asked again for each chunk.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from contacts.drift import Watch
from contacts.filters import ContactFilter
from contacts.models import Contact
from contacts.operations.undoable import Undoable
from contacts.querysets import ContactQuerySet
from core.exporting import Column
from core.listing import ListFilter
from core.models import Operation, OperationLine
from core.operations import OUTCOME, Outcome
from core.planning import expecting

GONE = "Deleted meanwhile, or no longer yours to change."
NOT_YOURS, PURGED = "A contact who is no longer yours", "A contact deleted for good"
NAMES_SHOWN = 5
LOOKED_THROUGH = 500
REPORTED = [("first_name", "First name"), ("last_name", "Last name"), ("email", "Email")]


@dataclass(frozen=True)
class Preview:
    """What an operation would do now: how many of `total` change, who for example, and who is skipped why.

    `words` say more where there is more than one thing that happens.
    """

    total: int
    will: int
    names: list[str]
    skipped: list[tuple[str, int]]
    words: list[str] = field(default_factory=list)


def skip(reason: str, *conditions: Q, **lookups) -> When:
    """A reason to leave out the contacts that fulfil all conditions."""
    return When(*conditions, **lookups, then=Value(reason))


class BulkAction(Undoable):
    """Base of operations on contacts; see the head of this file."""

    subject_sort = "sort_name"
    selection_key = "contacts"
    repeatable = True
    filterset_class: type[ListFilter] = ContactFilter  # that of the list from which selections come

    def skips(self, operation: Operation) -> list[When]:
        """Why a contact would be left out, first come first served; see `skip`."""
        return []

    def reach(self, operation: Operation) -> ContactQuerySet:
        """The contacts that the operation's owner may do it to."""
        return self.scope(operation.owner)

    def change(self, operation: Operation, ids: list[int]) -> dict[int, str] | None:
        """Change these contacts; they are locked. Returns reasons for those that could not be changed after all."""
        raise NotImplementedError

    def follow(self, operation: Operation, ids: list[int]) -> dict[int, str]:
        """What comes after the change, for those who were changed; their values of after are read when it is done.

        Returns what the report should say beside "Done" of some, where the kind keeps values.
        """
        return {}

    def with_reason(self, operation: Operation, contacts: ContactQuerySet) -> ContactQuerySet:
        """The contacts with `why`: the reason to skip them, or empty."""
        skips = self.skips(operation)
        nothing = Value("", output_field=CharField())
        return contacts.annotate(why=Case(*skips, default=nothing, output_field=CharField()) if skips else nothing)

    def changing(self, operation: Operation) -> ContactQuerySet:
        """Those of the frozen selection whom it would change now."""
        judged = self.with_reason(operation, self.reach(operation).order_by())
        return judged.filter(why="", pk__in=operation.planned())

    def preview(self, operation: Operation) -> Preview:
        """What would happen now to the frozen selection. `operation` is a draft with its parameters."""
        with expecting(operation.total, Contact):
            return self._preview(operation)

    def _preview(self, operation: Operation) -> Preview:
        judged = self.with_reason(operation, self.reach(operation).order_by())
        rows = judged.filter(pk__in=operation.planned()).annotate(role=self.role(operation)).values_list("why", "role")
        counts: dict[str, int] = {}
        roles: dict[str, int] = {}
        for why, role, number in rows.annotate(number=Count("pk")):
            counts[why] = counts.get(why, 0) + number
            if not why:
                roles[role] = number
        will = counts.pop("", 0)
        gone = operation.total - operation.skipped - will - sum(counts.values())
        if gone:
            counts[GONE] = gone
        if operation.skipped:
            left_out = operation.lines.filter(state=OperationLine.State.SKIPPED)
            counts |= dict(left_out.values_list("reason").annotate(number=Count("pk")))
        skipped = sorted(counts.items(), key=lambda pair: -pair[1])
        names = _names(operation, judged.filter(why=""), min(will, NAMES_SHOWN))
        return Preview(operation.total, will, names, skipped, self.words(operation, roles))

    def role(self, operation: Operation) -> Case | Value:
        """The expression of what tells apart contacts to whom different things happen; empty: all alike."""
        return Value("", output_field=CharField())

    def words(self, operation: Operation, roles: dict[str, int]) -> list[str]:
        """Sentences on what happens to so many contacts of each role."""
        return []

    def apply(self, operation: Operation, subject_ids: Sequence[int]) -> Outcome:
        """Lock the chunk, leave out whom the rule skips now, and change the rest."""
        with connection.cursor() as cursor:
            # Deferred checks pile up over a chunk's triggers and are walked again for each row otherwise.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        chunk = self.reach(operation).filter(pk__among=subject_ids).order_by("pk")
        locked = list(chunk.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
        rows = self.with_reason(operation, self.reach(operation).filter(pk__among=locked))
        reasons = dict(rows.order_by().values_list("pk", "why"))
        skipped = {pk: reasons.get(pk, GONE) for pk in subject_ids if reasons.get(pk, GONE)}
        skipped |= self.astray(operation, [pk for pk in subject_ids if pk not in skipped])
        ids = [pk for pk in subject_ids if pk not in skipped]
        snapshot = self.keeps(operation)
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

    def astray(self, operation: Operation, ids: list[int]) -> dict[int, str]:
        """Those who were chosen by a filter and left it since the operation began, with that as the reason.

        Each is asked about before its own change; nothing a kind does to one contact may let another leave a filter.
        """
        if not operation.query or not ids:
            return {}
        notes = operation.run_notes
        if "watch" not in notes:
            notes["watch"] = Watch.over(operation, self.reach(operation), self.filterset_class)
        return notes["watch"].astray(ids)

    def subject_rows(self, user) -> ContactQuerySet:
        """Contacts, those in the trash included."""
        return Contact.objects.known_to(user)

    def subjects(self, subject_ids: Sequence[int], rows: QuerySet) -> dict[int, tuple[str, str]]:
        """Name and address of each contact, for the report; of one that is not among `rows`, what became of them."""
        from contacts.tables import detail_address

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


def _names(operation: Operation, changing: ContactQuerySet, number: int) -> list[str]:
    """Names of so many of those who will change, the first by name.

    Of a large selection only its first rows are looked through, unless that is not enough: to find the very first by
    name means judging everybody once more.
    """
    whole, named = operation.planned(), changing.order_by("sort_name", "pk").only("first_name", "last_name")
    if operation.total > LOOKED_THROUGH:
        near = named.filter(pk__among=list(whole[:LOOKED_THROUGH]))
        names = [contact.name for contact in near[:number]]
        if len(names) == number:
            return names
    return [contact.name for contact in named.filter(pk__in=whole)[:number]]
