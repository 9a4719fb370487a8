"""Pages of one template, whatever its kind: look, make, edit, duplicate, archive, delete."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.views import View

from accounts.access import editors_only, staff_only
from core.forms.conflicts import CHANGED, changed_since_shown, saved_once, shown_state
from core.forms.presses import once
from core.history.recording import record
from core.words import counted
from experiences.domain.duplicating import duplicate
from experiences.domain.reach import InUse, delete_template, reach_of, uses_of
from experiences.domain.rights import may_change
from experiences.forms.shared import NAME_TAKEN
from experiences.forms.templates import TEMPLATE_FORMS
from experiences.kinds import TemplateKind
from experiences.models import Resource, Team
from experiences.registry import template_panels
from experiences.views.content import content_of
from experiences.views.lists import section_tabs


class TemplateView(View):
    """Base: one template of `kind`, with the frame around it."""

    kind: TemplateKind = None

    def found(self, pk: int, *, to_change: bool = False, lock: bool = False) -> Model:
        """The template, or 404; with `to_change` also 404 for those who may not."""
        rows = self.kind.model.objects.visible_to(self.request.user)
        template = get_object_or_404(rows.select_for_update(of=("self",)) if lock else rows, pk=pk)
        if to_change and not may_change(self.request.user, template):
            raise Http404
        return template

    def frame(self, **context) -> dict:
        """What every page of the room needs."""
        return {"kind": self.kind, "section_tabs": section_tabs(self.request, self.kind), **context}

    def tell(self, template: Model, verb: str, sentence: str) -> None:
        """Record what was done."""
        record(
            verb,
            sentence,
            subject_ids=[template.pk],
            subject_type=self.kind.model._meta.model_name,
            actor=self.request.user,
        )


@staff_only
class TemplatePage(TemplateView):
    """What is in a template, whom it reaches and what can be done with it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page."""
        template = self.found(pk)
        reach = reach_of(template)
        context = self.frame(
            template=template,
            title=template.name,
            reach=counted(reach, "contact"),
            reach_number=reach,
            reach_url=contacts_url(self.kind, template) if reach else "",
            may_change=may_change(request.user, template),
            urls={verb: self.kind.url(pk, verb) for verb in ("edit", "duplicate", "archive", "restore", "delete")},
            panels=[made for make in template_panels if (made := make(template, request))],
            **content_of(template),
        )
        return render(request, f"experiences/{self.kind.one}.html", context)


@editors_only
class TemplateEdit(TemplateView):
    """Make one, or edit one; a shared one says first whom it reaches."""

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """The form."""
        template = self.found(pk, to_change=True) if pk else self._new()
        return self._answer(template, self._form(template))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Save, or the form with what is wrong."""
        with transaction.atomic():
            template = self.found(pk, to_change=True, lock=True) if pk else self._new()
            form = self._form(template)
            if not form.is_valid() or not saved_once(form, form.save, "name", NAME_TAKEN):
                return self._answer(template, form)
            if pk:
                self.tell(template, "changed", f"{self.kind.noun.capitalize()} {template} changed")
            else:
                self.tell(template, "created", f"{self.kind.noun.capitalize()} {template} made")
            if not pk and isinstance(template, Team):
                template.memberships.create(user=request.user)
        messages.success(request, " ".join([f"{template} has been saved.", *form.kept]))
        return redirect(self.kind.url(template.pk))

    def _new(self) -> Model:
        return self.kind.model(created_by=self.request.user)

    def _form(self, template: Model):
        """The form of this kind, bound when posted."""
        posted = self.request.method == "POST"
        data, files = (self.request.POST, self.request.FILES) if posted else (None, None)
        reach = reach_of(template) if template.pk else 0
        return TEMPLATE_FORMS[self.kind.model](data, files, instance=template, reach=reach)

    def _answer(self, template: Model, form) -> HttpResponse:
        """The page with the form."""
        saved = self.kind.model.objects.filter(pk=template.pk).first() if template.pk else None
        context = self.frame(
            form=form,
            title=f"Edit {saved}" if saved else f"New {self.kind.noun}",
            submit_label=save_label(form) if saved else f"Make the {self.kind.noun}",
            cancel_url=self.kind.url(saved.pk) if saved else self.kind.list_url,
            back_label=str(saved) if saved else self.kind.title,
        )
        name = "resource_form" if self.kind.model is Resource else "form"
        return render(self.request, f"experiences/{name}.html", context, status=422 if form.errors else 200)


@editors_only
@once
class TemplateNew(TemplateEdit):
    """Make one; however often the button is pressed."""


@editors_only
@once
class TemplateDuplicate(TemplateView):
    """A copy under a name of its own."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Copy and open the copy."""
        copy = duplicate(self.found(pk), by=request.user)
        messages.success(request, f"This is {copy}. Contacts stay with the original.")
        return redirect(self.kind.url(copy.pk))


@editors_only
class TemplateArchive(TemplateView):
    """Take a template out of every choice, after saying what that means."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask."""
        template = self.found(pk, to_change=True)
        reach = reach_of(template)
        context = self.frame(
            title=f"Archive {template}?",
            text="It can no longer be chosen. You can take it back from the archive at any time.",
            consequences=[self._consequence(template, reach)] if reach else [],
            submit_label="Archive",
            cancel_url=self.kind.url(pk),
            danger="no",
        )
        return render(request, "experiences/confirm.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Archive."""
        with transaction.atomic():
            template = self.found(pk, to_change=True, lock=True)
            if not template.is_archived:
                template.archive()
                self.tell(template, "archived", f"{self.kind.noun.capitalize()} {template} archived")
        messages.success(request, f"{template} has been archived.")
        return redirect(self.kind.url(pk))

    def _consequence(self, template: Model, reach: int) -> str:
        """What contacts notice."""
        if isinstance(template, Resource):
            return f"{counted(reach, 'contact')} will no longer see it."
        return f"{counted(reach, 'contact')} who have it keep it, and notice nothing."


@editors_only
class TemplateRestore(TemplateView):
    """Take a template back from the archive."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Restore, unless its name has been taken."""
        template = self.found(pk, to_change=True)
        try:
            with transaction.atomic():
                template.restore()
                self.tell(template, "restored", f"{self.kind.noun.capitalize()} {template} taken from the archive")
        except IntegrityError:
            messages.error(request, f"Another {self.kind.noun} is called {template} by now. Rename one of the two.")
        else:
            messages.success(request, f"{template} can be used again.")
        return redirect(self.kind.url(pk))


@editors_only
@once
class TemplateDelete(TemplateView):
    """Delete what nothing uses; otherwise say who uses it and offer the archive."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, or refuse."""
        template = self.found(pk, to_change=True)
        uses = uses_of(template)
        return self._refusal(template, uses) if uses else self._question(template)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Delete, or refuse."""
        template = self.found(pk, to_change=True, lock=True)
        if changed_since_shown(template, request):
            return self._question(template, CHANGED)
        name = str(template)
        try:
            delete_template(template, by=request.user)
        except InUse as refusal:
            return self._refusal(self.found(pk), refusal.uses, status=409)
        messages.success(request, f"{name} has been deleted.")
        return redirect(self.kind.list_url)

    def _question(self, template: Model, *changes: str) -> HttpResponse:
        context = self.frame(
            title=f"Delete {template}?",
            consequences=changes,
            hidden={"state": shown_state(template)},
            text=f"Nothing uses this {self.kind.noun}. Deleting it cannot be taken back.",
            submit_label=f"Delete the {self.kind.noun}",
            cancel_url=self.kind.url(template.pk),
        )
        return render(self.request, "experiences/confirm.html", context, status=409 if changes else 200)

    def _refusal(self, template: Model, uses: list[tuple[str, str]], status: int = 200) -> HttpResponse:
        context = self.frame(
            template=template,
            title=f"{template} cannot be deleted",
            uses=uses,
            archive_url="" if template.is_archived else self.kind.url(template.pk, "archive"),
            back_url=self.kind.url(template.pk),
        )
        return render(self.request, "experiences/in_use.html", context, status=status)


def save_label(form) -> str:
    """What the button does, with the number of people it does it to."""
    return f"Save for {counted(form.reach, 'contact')}" if form.reach else "Save"


def contacts_url(kind: TemplateKind, template: Model) -> str:
    """The contact list narrowed to those who have it; empty for kinds that the list has no filter for."""
    if kind.one not in ("experience", "campaign", "team"):
        return ""
    try:
        return f"{reverse('contacts:list')}?{kind.one}={template.pk}"
    except NoReverseMatch:
        return ""
