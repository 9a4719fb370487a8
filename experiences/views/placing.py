"""Choosing from a list: resources for a shelf or a featured set, staff for a team."""

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import editors_only
from accounts.models import User
from core.forms.presses import once
from core.keys import read_key
from core.limits import take
from core.listing.pages import SEARCHES
from core.listing.searching import narrow
from core.words import counted
from experiences.domain.ordering import next_position
from experiences.domain.reach import reach_of
from experiences.models import Category, Resource, TeamMember
from experiences.parts import MEMBER, PINNED, SHELVED, PartKind
from experiences.views.parts import PartView

SHOWN = 100


@dataclass(frozen=True)
class Candidate:
    """A row of the list to choose from."""

    pk: int
    name: str
    note: str


class AddView(PartView):
    """Base: a searchable list of what is not there yet; what is ticked is added at the end."""

    title = ""
    field = "resource"

    def owner_and_place(self, pk: int, *, lock: bool = False) -> tuple[Model, dict]:
        """The template, and the columns that a placement in it has."""
        owner = self.found_owner(pk, lock=lock)
        return owner, {self.part_kind.owner_field: owner}

    def candidates(self, place: dict) -> QuerySet:
        """What may be added."""
        there = self.part_kind.model.objects.filter(**place).values(self.field)
        return Resource.objects.usable().exclude(pk__in=there)

    def narrowed(self, rows: QuerySet, query: str) -> QuerySet:
        """Rows that have every word of the search."""
        return narrow(rows, query, lambda word: Q(name__icontains=word) | Q(description__icontains=word))

    def shown(self, row: Model) -> Candidate:
        """A row as people read it."""
        draft = "" if row.state == Resource.State.PUBLISHED else "Draft: clients do not see it yet. "
        return Candidate(row.pk, row.name, f"{row.get_kind_display()}. {draft}{row.description}")

    def get(self, request: HttpRequest, pk: int, error: str = "") -> HttpResponse:
        """The list, narrowed by a search."""
        owner, place = self.owner_and_place(pk)
        query = request.GET.get("q", "").strip()[:100]
        if query:
            take(SEARCHES, request.user.pk)
        rows = list(self.narrowed(self.candidates(place), query)[: SHOWN + 1])
        reach = reach_of(owner)
        context = self.frame(
            title=self.title,
            owner=owner,
            place=next(iter(place.values())),
            query=query,
            candidates=[self.shown(row) for row in rows[:SHOWN]],
            more=len(rows) > SHOWN,
            reach=reach,
            reach_words=counted(reach, "contact"),
            error=error,
            ticked=set(request.POST.getlist("pick")),
            back_url=self.owner_url(owner),
        )
        return render(request, "experiences/add.html", context, status=422 if error else 200)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Add selected."""
        chosen = [key for one in request.POST.getlist("pick") if (key := read_key(one)) is not None]
        with transaction.atomic():
            owner, place = self.owner_and_place(pk, lock=True)
            reach = reach_of(owner)
            if not chosen:
                return self.get(request, pk, error="Tick at least one.")
            if reach and request.POST.get("reach_confirmed") != str(reach):
                return self.get(
                    request, pk, error=f"This reaches {counted(reach, 'contact')} at once. Tick the box to confirm it."
                )
            found = list(self.candidates(place).filter(pk__in=chosen))
            first = next_position(self.part_kind.model.objects.filter(**place))
            self.part_kind.model.objects.bulk_create(
                self.part_kind.model(**place, **{self.field: one}, position=first + number)
                for number, one in enumerate(found)
            )
            if found:
                self.tell(owner, f"{', '.join(str(one) for one in found)[:400]} added to {owner}")
        messages.success(request, f"{len(found)} added.")
        return redirect(self.owner_url(owner))


@editors_only
@once
class AddToFeatured(AddView):
    """Pin resources."""

    part_kind: PartKind = PINNED
    title = "Pin resources"


@editors_only
@once
class AddToCategory(AddView):
    """Put resources into a category."""

    part_kind: PartKind = SHELVED
    title = "Add resources"

    def owner_and_place(self, pk: int, *, lock: bool = False) -> tuple[Model, dict]:
        """The category is the place, its template the owner."""
        category = get_object_or_404(Category, pk=pk)
        return self.found_owner(category.template_id, lock=lock), {"category": category}


@editors_only
@once
class AddToTeam(AddView):
    """Take staff into a team."""

    part_kind: PartKind = MEMBER
    title = "Add members"
    field = "user"

    def candidates(self, place: dict) -> QuerySet:
        """Active staff who are not in it."""
        there = TeamMember.objects.filter(**place).values("user")
        staff = User.objects.staff().filter(is_active=True).exclude(pk__in=there)
        return staff.order_by("last_name", "first_name", "pk")

    def narrowed(self, rows: QuerySet, query: str) -> QuerySet:
        """By name and email."""
        return rows.search(query)

    def shown(self, row: User) -> Candidate:
        """Name, role and address."""
        return Candidate(row.pk, row.name, f"{row.get_role_display()}, {row.email}")
