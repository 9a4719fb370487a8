"""Giving contacts an experience, changing it, taking it away. Nothing else writes these columns.

Every verb is written for a set: some statements for one contact or for many thousand. It must run in a
transaction of the caller's making (an operation's chunk, or `transaction.atomic()`), answers with an Outcome
in which each contact appears once, and never raises because of a contact's state.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Greatest, Now

from accounts.models import User
from contacts.domain.assignment_words import words_for_assigned, words_for_changed
from contacts.domain.local_days import local_days
from contacts.models import Assignment, Contact
from contacts.querysets import ContactQuerySet
from core.history.recording import record
from core.listing.lookups import key_array
from core.models import Operation
from core.operations.types import Outcome
from experiences.models import Campaign, CardTemplate, Experience, FeaturedTemplate, ResourceTemplate, Team


class _Keep:
    """Stands for "leave it as it is", where None means "set it to nothing"."""

    def __repr__(self) -> str:
        return "KEEP"


KEEP: Any = _Keep()
# What an assignment holds; the team stands on the contact itself.
PARTS = ("experience", "campaign", "card_template", "resource_template", "featured_template")
MODELS = {
    "experience": Experience,
    "campaign": Campaign,
    "card_template": CardTemplate,
    "resource_template": ResourceTemplate,
    "featured_template": FeaturedTemplate,
    "team": Team,
}
ELEMENTS = (*PARTS, "team")

IN_TRASH = "In the trash."
DEACTIVATED = "Deactivated: gets nothing until reactivated."
SAME_ALREADY = "Has exactly this already."
NO_EXPERIENCE = "Has no experience that could be changed. Assign one first."
NOTHING_TO_CHANGE = "Is as wanted already."
NOTHING_TO_END = "Has no experience."


@dataclass(frozen=True)
class AssignmentSpec:
    """What `assign` gives. The own templates beat the experience's; `team` KEEP leaves the contact's present one.

    With `start_over`, contacts who have exactly this already begin anew instead of being skipped.
    """

    experience: Experience
    campaign: Campaign | None = None
    card_template: CardTemplate | None = None
    resource_template: ResourceTemplate | None = None
    featured_template: FeaturedTemplate | None = None
    team: Team | _Keep | None = KEEP
    start_over: bool = False

    def parts(self) -> dict[str, Any]:
        """The assignment's columns by name."""
        return {part: getattr(self, part) for part in PARTS}


@dataclass(frozen=True)
class Change:
    """What `change` swaps: KEEP leaves an element, None clears it. An experience can be swapped, not cleared."""

    experience: Experience | _Keep = KEEP
    campaign: Campaign | _Keep | None = KEEP
    card_template: CardTemplate | _Keep | None = KEEP
    resource_template: ResourceTemplate | _Keep | None = KEEP
    featured_template: FeaturedTemplate | _Keep | None = KEEP
    team: Team | _Keep | None = KEEP

    def elements(self) -> dict[str, Any]:
        """The elements that are not left as they are."""
        return {name: getattr(self, name) for name in ELEMENTS if getattr(self, name) is not KEEP}

    def parts(self) -> dict[str, Any]:
        """Those of them that the assignment holds."""
        return {name: value for name, value in self.elements().items() if name != "team"}


def assign(
    contacts: ContactQuerySet | Sequence[int],
    spec: AssignmentSpec,
    *,
    by: User | None,
    operation: Operation | None = None,
) -> Outcome:
    """End each contact's assignment, if any, and start a new one. Tells the contacts nothing.

    The campaign of somebody who has signed in before starts today, in their own time zone; of others with
    their first sign-in.
    """
    ids, skipped = _take(contacts, assign_skip_reasons(spec))
    if ids:
        assign_locked(ids, spec, by=by, operation=operation)
    return Outcome(done=ids, skipped=skipped)


def assign_locked(ids: list[int], spec: AssignmentSpec, *, by: User | None, operation: Operation | None = None) -> None:
    """`assign` for contacts that are locked, and that `assign_skip_reasons` refuses none of."""
    replaced = _end(ids)
    _start(ids, spec, by)
    moved = {"experience": spec.experience, "campaign": spec.campaign}
    _move(ids, moved if spec.team is KEEP else moved | {"team": spec.team})
    for sentence, subject_ids in words_for_assigned(spec, replaced, ids, has_team=spec.team is not KEEP):
        record("assigned", sentence, subject_ids=subject_ids, actor=by, operation=operation)


def change(
    contacts: ContactQuerySet | Sequence[int], wanted: Change, *, by: User | None, operation: Operation | None = None
) -> Outcome:
    """Swap the experience or single elements inside the open assignment: start date, day and progress stay.

    A changed campaign goes on from the same day; one given to an active contact who had none starts today.
    """
    ids, skipped = _take(contacts, change_skip_reasons(wanted))
    if ids:
        change_locked(ids, wanted, by=by, operation=operation)
    return Outcome(done=ids, skipped=skipped)


def change_locked(ids: list[int], wanted: Change, *, by: User | None, operation: Operation | None = None) -> None:
    """`change` for contacts that are locked, and that `change_skip_reasons` refuses none of."""
    if wanted.experience is None:
        raise ValueError("An experience is swapped for another or taken away with unassign, never cleared.")
    sentences = words_for_changed(ids, wanted.elements())
    if wanted.parts():
        _swap(ids, wanted.parts())
    moved = {name: value for name, value in wanted.elements().items() if name in ("experience", "campaign", "team")}
    if moved:
        _move(ids, moved)
    for sentence, subject_ids in sentences:
        record("experience_changed", sentence, subject_ids=subject_ids, actor=by, operation=operation)


def unassign(
    contacts: ContactQuerySet | Sequence[int], *, by: User | None, operation: Operation | None = None
) -> Outcome:
    """Take the experience and campaign away. The team stays, and nobody stops being active by it."""
    ids, skipped = _take(contacts, unassign_skip_reasons())
    if ids:
        unassign_locked(ids, by=by, operation=operation)
    return Outcome(done=ids, skipped=skipped)


def unassign_locked(ids: list[int], *, by: User | None, operation: Operation | None = None) -> None:
    """`unassign` for contacts that are locked, and that `unassign_skip_reasons` refuses none of."""
    ended = _end(ids)
    _move(ids, {"experience": None, "campaign": None})
    for name, subject_ids in ended.items():
        record("unassigned", f"{name} removed", subject_ids=subject_ids, actor=by, operation=operation)


def assign_skip_reasons(spec: AssignmentSpec) -> list[When]:
    """Why `assign` would skip a contact; the first that applies is the reason."""
    whens = [When(deleted_at__isnull=False, then=Value(IN_TRASH)), _closed()]
    if not spec.start_over:
        # What the contact repeats is compared first: most have another experience, and need no look at the assignment.
        same = Q(experience=spec.experience, campaign=spec.campaign) & Q(Exists(_open().filter(**spec.parts())))
        whens.append(When(same if spec.team is KEEP else same & Q(team=spec.team), then=Value(SAME_ALREADY)))
    return whens


def change_skip_reasons(wanted: Change) -> list[When]:
    """Why `change` would skip a contact; the first that applies is the reason."""
    whens = [When(deleted_at__isnull=False, then=Value(IN_TRASH)), _closed()]
    parts = wanted.parts()
    if parts:
        whens.append(When(experience=None, then=Value(NO_EXPERIENCE)))
    same = Q(Exists(_open().filter(**parts))) if parts else Q()
    if wanted.team is not KEEP:
        same &= Q(team=wanted.team)
    whens.append(When(same if wanted.elements() else Q(pk__gt=0), then=Value(NOTHING_TO_CHANGE)))
    return whens


def unassign_skip_reasons() -> list[When]:
    """Why `unassign` would skip a contact; the first that applies is the reason."""
    return [
        When(deleted_at__isnull=False, then=Value(IN_TRASH)),
        When(experience=None, then=Value(NOTHING_TO_END)),
    ]


def _closed() -> When:
    return When(deactivated_at__isnull=False, then=Value(DEACTIVATED))


def _open():
    """The open assignment of the contact that the outer query is about."""
    return Assignment.objects.filter(contact=OuterRef("pk"), ended_at=None)


def _take(contacts: ContactQuerySet | Sequence[int], skips: list[When]) -> tuple[list[int], dict[int, str]]:
    """Lock the contacts, in the order of their keys, and part them: those to change, and the refused with why.

    Foreign keys are checked at each statement from here on, not at the end: every history trigger would
    otherwise walk through all checks that wait.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    if not isinstance(contacts, ContactQuerySet):
        contacts = Contact.objects.filter(pk__among=contacts)
    locked = contacts.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", flat=True)
    refusal = Case(*skips, default=Value(""), output_field=CharField())
    judged = Contact.objects.filter(pk__among=list(locked)).order_by("pk").values_list("pk", refusal)
    ids, skipped = [], {}
    for pk, reason in judged:
        if reason:
            skipped[pk] = reason
        else:
            ids.append(pk)
    return ids, skipped


def _move(ids: list[int], moved: dict[str, Any]) -> None:
    """Write what the contacts themselves repeat, where it is another: each row written is a new version of the row."""
    Contact.objects.filter(pk__among=ids).exclude(**moved).update(**moved)


def _end(ids: list[int]) -> dict[str, list[int]]:
    """End the open assignments of these contacts. Returns the contacts by the name of the experience that ended."""
    ending = Assignment.objects.filter(contact__among=ids, ended_at=None)
    found: dict[str, list[int]] = {}
    for name, contact_id in ending.order_by("contact_id").values_list("experience__name", "contact_id"):
        found.setdefault(name, []).append(contact_id)
    if found:
        ending.update(ended_at=Greatest(Now(), "assigned_at"))
    return found


def _days(ids: list[int]) -> dict[str, Any]:
    """Today by the time zones that these contacts live in."""
    zones = Contact.objects.filter(pk__among=ids).order_by().values_list("time_zone", flat=True).distinct()
    return local_days(list(zones))


def _start(ids: list[int], spec: AssignmentSpec, by: User | None) -> None:
    """Open an assignment for each contact, in one statement."""
    keys = {f"{part}_id": value.pk if value else None for part, value in spec.parts().items()}
    days = _days(ids) if spec.campaign else {}
    columns = ", ".join(keys)
    marks = ", ".join(["%s::bigint"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            # The columns are the names in PARTS; all values are parameters.
            f"INSERT INTO contacts_assignment (contact_id, {columns}, assigned_by_id, campaign_started_on)"  # noqa: S608
            f" SELECT person.id, {marks}, %s, CASE WHEN person.start_at IS NOT NULL THEN local.day END"
            " FROM contacts_contact AS person"
            " LEFT JOIN unnest(%s::text[], %s::date[]) AS local(zone, day) ON local.zone = person.time_zone"
            " WHERE person.id = ANY(%s::bigint[])",
            [*keys.values(), by.pk if by else None, list(days), list(days.values()), key_array(ids)],
        )


def _swap(ids: list[int], parts: dict[str, Any]) -> None:
    """Write the parts into the open assignments of these contacts, and keep the campaign's clock."""
    rows = Assignment.objects.filter(contact__among=ids, ended_at=None)
    if "campaign" in parts and parts["campaign"] is None:
        rows.update(**parts, campaign_started_on=None)
        return
    if "campaign" in parts:
        zones: dict[Any, list[str]] = {}
        for zone, day in _days(ids).items():
            zones.setdefault(day, []).append(zone)
        for day, names in zones.items():
            fresh = rows.filter(campaign=None, contact__start_at__isnull=False, contact__time_zone__in=names)
            fresh.update(campaign_started_on=day)
    rows.update(**parts)
