"""Handing an advisor's book over to another, for admins: it reaches what is in the trash as well."""

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from contacts.domain.handing_over import KEY, words
from contacts.domain.snapshots import Snapshot
from contacts.models import Contact
from contacts.operations.base import BulkAction, skip
from contacts.querysets import ContactQuerySet
from core.domain.recording import record
from core.models import Operation
from core.operations import register


@register
class HandOver(BulkAction):
    """`params`: the keys of those who give and take, "from" and "to"."""

    key = KEY
    label = "Hand over contacts"
    chunk = 2000
    selection_key = ""

    def scope(self, user) -> ContactQuerySet:
        """All, for admins."""
        return Contact.objects.known_to(user) if user.is_active and user.is_admin else Contact.objects.none()

    def undo_scope(self, user) -> ContactQuerySet:
        """The same."""
        return self.scope(user)

    def skips(self, operation: Operation) -> list:
        """All, when nobody is there to take them; else those whom somebody else has by now."""
        if not User.objects.possible_advisors().filter(pk=operation.params.get("to")).exists():
            return [skip("The advisor chosen can no longer have contacts.", Q(pk__isnull=False))]
        return [skip("Has another advisor by now.", ~Q(primary_advisor=operation.params["from"]))]

    def keeps(self, operation: Operation) -> Snapshot:
        """Whose they were."""
        return Snapshot(("primary_advisor_id",))

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Give them away."""
        people = User.objects.in_bulk([operation.params["from"], operation.params["to"]])
        giver, taker = people[operation.params["from"]], people[operation.params["to"]]
        self.reach(operation).filter(pk__among=ids).update(primary_advisor=taker, updated_at=timezone.now())
        sentence = words(giver, taker).replace("Hand", "Handed", 1)
        record("handed_over", sentence, subject_ids=ids, actor=operation.owner, operation=operation)
