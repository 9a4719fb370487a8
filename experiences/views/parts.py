"""Pages of a template's parts: make, edit, move, take away."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from accounts.access import editors_only
from core.forms.conflicts import CHANGED, changed_since_shown, shown_state
from core.forms.presses import once
from core.history.recording import record
from core.words import counted
from experiences.domain.ordering import move, next_position
from experiences.domain.reach import reach_of
from experiences.domain.rights import may_change
from experiences.models import CategoryResource, FeaturedResource, TeamMember
from experiences.parts import PartKind
from experiences.views.lists import section_tabs
from experiences.views.templates import save_label


class PartView(View):
    """Base: one part of `part_kind`, or the template it will be made for."""

    part_kind: PartKind = None

    def found(self, pk: int, *, lock: bool = False) -> Model:
        """The part, or 404; 404 as well for those who may not change its template."""
        rows = self.part_kind.model.objects.all()
        part = get_object_or_404(rows.select_for_update(of=("self",)) if lock else rows, pk=pk)
        self.check(self.part_kind.owner(part))
        return part

    def found_owner(self, pk: int, *, lock: bool = False) -> Model:
        """The template that a new part is for, or 404."""
        rows = self.part_kind.kind.model.objects.visible_to(self.request.user)
        owner = get_object_or_404(rows.select_for_update(of=("self",)) if lock else rows, pk=pk)
        self.check(owner)
        return owner

    def check(self, owner: Model) -> None:
        """404 for those who may not change the template."""
        if not may_change(self.request.user, owner):
            raise Http404

    def frame(self, **context) -> dict:
        """What every page of the room needs."""
        kind = self.part_kind.kind
        return {"kind": kind, "section_tabs": section_tabs(self.request, kind), **context}

    def owner_url(self, owner: Model, part: Model | None = None) -> str:
        """The template's page, at the part."""
        url = self.part_kind.kind.url(owner.pk)
        return f"{url}#{self.part_kind.one}-{part.pk}" if part else url

    def tell(self, owner: Model, sentence: str) -> None:
        """Record on the template what was done, and mark the template as changed."""
        owner.save(update_fields=["updated_at"])
        record(
            "changed",
            sentence,
            subject_ids=[owner.pk],
            subject_type=owner._meta.model_name,
            actor=self.request.user,
        )


@editors_only
@once
class PartNew(PartView):
    """Make a part, after the last one."""

    def get(self, request: HttpRequest, owner_pk: int) -> HttpResponse:
        """The form."""
        owner = self.found_owner(owner_pk)
        return answer(self, owner, form_of(self, owner, self._new(owner)))

    def post(self, request: HttpRequest, owner_pk: int) -> HttpResponse:
        """Save, or the form with what is wrong."""
        with transaction.atomic():
            owner = self.found_owner(owner_pk, lock=True)
            part = self._new(owner)
            form = form_of(self, owner, part)
            if not form.is_valid():
                return answer(self, owner, form)
            if self.part_kind.ordered:
                part.position = next_position(self.part_kind.siblings(part))
            form.save()
            self.tell(owner, f"{self.part_kind.noun.capitalize()} {part} added to {owner}")
        messages.success(request, f"{part} has been added.")
        return redirect(self.owner_url(owner, part))

    def _new(self, owner: Model) -> Model:
        return self.part_kind.model(**{self.part_kind.owner_field: owner})


@editors_only
class PartEdit(PartView):
    """Edit a part."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form."""
        part = self.found(pk)
        return answer(self, self.part_kind.owner(part), form_of(self, self.part_kind.owner(part), part))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Save, or the form with what is wrong."""
        with transaction.atomic():
            part = self.found(pk, lock=True)
            owner = self.part_kind.owner(part)
            form = form_of(self, owner, part)
            if not form.is_valid():
                return answer(self, owner, form)
            form.save()
            self.tell(owner, f"{self.part_kind.noun.capitalize()} {part} of {owner} changed")
        messages.success(request, " ".join([f"{part} has been saved.", *form.kept]))
        return redirect(self.owner_url(owner, part))


@editors_only
class PartMove(PartView):
    """Move a part a place up or down."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Move and come back to it."""
        part = self.found(pk)
        if move(part, self.part_kind.siblings(part), up=request.POST.get("to") == "up"):
            self.tell(self.part_kind.owner(part), f"{name_of(part)} moved in {self.part_kind.owner(part)}")
        return redirect(self.owner_url(self.part_kind.owner(part), part))


@editors_only
@once
class PartRemove(PartView):
    """Take a part away, after saying what that means."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask."""
        return self._ask(self.found(pk))

    def _ask(self, part: Model, *changes: str) -> HttpResponse:
        """The question, with what has to be said first."""
        owner = self.part_kind.owner(part)
        reach = reach_of(owner)
        reached = [f"{counted(reach, 'contact')} will no longer have it from {owner}."] if reach else []
        context = self.frame(
            title=f"Take {name_of(part)} out of {owner}?",
            consequences=[*changes, *reached],
            text=self._text(part),
            hidden={"state": shown_state(part)},
            submit_label=f"Take the {self.part_kind.noun} out",
            cancel_url=self.owner_url(owner, part),
        )
        return render(self.request, "experiences/confirm.html", context, status=409 if changes else 200)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take it away."""
        with transaction.atomic():
            part = self.found(pk, lock=True)
            if changed_since_shown(part, request):
                return self._ask(part, CHANGED)
            owner, name = self.part_kind.owner(part), name_of(part)
            part.delete()
            self.tell(owner, f"{self.part_kind.noun.capitalize()} {name} taken out of {owner}")
        messages.success(request, f"{name} has been taken out of {owner}.")
        return redirect(self.owner_url(owner))

    def _text(self, part: Model) -> str:
        """What goes and what stays."""
        if isinstance(part, TeamMember):
            return (
                "They stay in their other teams. Contacts they see only through this team are no longer open to them."
            )
        if isinstance(part, CategoryResource | FeaturedResource):
            return "The resource itself stays in the resource library."
        return f"The {self.part_kind.noun} is deleted; the history keeps what it said."


def form_of(view: PartView, owner: Model, part: Model):
    """The part's form, bound when posted."""
    posted = view.request.method == "POST"
    data, files = (view.request.POST, view.request.FILES) if posted else (None, None)
    return view.part_kind.form(data, files, instance=part, reach=reach_of(owner))


def answer(view: PartView, owner: Model, form) -> HttpResponse:
    """The page with the form."""
    part_kind, part = view.part_kind, form.instance
    saved = part_kind.model.objects.filter(pk=part.pk).first() if part.pk else None
    context = view.frame(
        form=form,
        title=f"Edit {saved}" if saved else f"New {part_kind.noun}",
        submit_label=save_label(form) if saved else f"Add the {part_kind.noun}",
        cancel_url=view.owner_url(owner, saved),
        back_label=str(owner),
    )
    name = f"{part_kind.one}_form" if part_kind.one in {"card", "touchpoint"} else "form"
    return render(view.request, f"experiences/{name}.html", context, status=422 if form.errors else 200)


def name_of(part: Model) -> str:
    """What people call a part."""
    if isinstance(part, TeamMember):
        return part.user.name
    return str(part.resource) if isinstance(part, CategoryResource | FeaturedResource) else str(part)
