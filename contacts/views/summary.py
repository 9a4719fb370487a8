"""The Contact Summary Page: everything about one contact, edited in place."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from accounts.access import editors_only, staff_only
from accounts.models import Firm
from contacts.domain.households import make_head
from contacts.domain.photos import put_photo
from contacts.domain.timeline import KINDS, timeline
from contacts.forms import ContactForm
from contacts.models import Contact
from contacts.registry import contact_actions, contact_integrations, contact_next_steps, contact_sections
from contacts.section_forms import SECTIONS, NoteForm
from contacts.tables import no_contact_badges
from contacts.views.editing import saved
from core.forms.conflicts import for_saving
from core.forms.photos import PhotoForm
from experiences.models import TeamMember

PAGE = "contacts/summary.html"
BESIDE = ("primary_advisor", "team", "household")


@staff_only
@require_GET
def contact_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole page."""
    contact = _visible(request, pk)
    return render(request, PAGE, page_context(request, contact))


@staff_only
@require_GET
def timeline_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Earlier entries of the timeline, or those of one kind; a fragment for htmx, the whole page without it."""
    contact = _visible(request, pk)
    if request.htmx:
        return render(request, f"{PAGE}#entries", timeline_context(request, contact))
    return render(request, PAGE, page_context(request, contact))


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def section_edit(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """One section as a form, in its place on the page, or as a page of its own without htmx."""
    if section not in SECTIONS:
        raise Http404
    title, fields = SECTIONS[section]
    with transaction.atomic():
        contact = get_object_or_404(for_saving(Contact.objects.editable_by(request.user), request), pk=pk)
        form = ContactForm(
            request.POST if request.method == "POST" else None,
            instance=contact,
            user=request.user,
            firm=Firm.get(),
            only=fields,
        )
        if request.method == "POST" and form.is_valid() and saved(form, request):
            for sentence in form.kept:
                messages.warning(request, sentence)
            return _after(request, contact.pk, section, f"{title} saved.")
    context = {
        "contact": contact,
        "form": form,
        "section": section,
        "title": title,
        "submit_label": "Save",
        "cancel_url": f"{reverse('contacts:detail', args=[pk])}#{section}",
    }
    template = f"{PAGE}#section_form" if request.htmx else "core/form_page.html"
    return render(request, template, context, status=422 if form.errors else 200)


@editors_only
@require_POST
def household_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the contact the head of their household."""
    contact = get_object_or_404(Contact.objects.editable_by(request.user).select_related("household"), pk=pk)
    if contact.household is None:
        raise Http404
    make_head(contact, by=request.user)
    return _after(request, pk, "household", f"{contact.name} is the head of the household.")


@staff_only
@require_GET
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """The contact's photo, for those who may see the contact."""
    contact = _visible(request, pk)
    if not contact.photo:
        raise Http404
    try:
        response = FileResponse(contact.photo.open("rb"), content_type="image/jpeg")
    except FileNotFoundError:
        raise Http404 from None
    response["Cache-Control"] = "private, max-age=3600"
    return response


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def photo_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a photo in place, or take it away."""
    with transaction.atomic():
        contact = get_object_or_404(for_saving(Contact.objects.editable_by(request.user), request), pk=pk)
        posted = request.POST if request.method == "POST" else None
        form = PhotoForm(posted, request.FILES or None, person=contact)
        if request.method == "POST" and form.is_valid():
            if form.changes:
                put_photo(contact, form.chosen, by=request.user)
            for sentence in form.kept:
                messages.warning(request, sentence)
            return _after(request, pk, "", "The photo has been saved.")
    context = {
        "form": form,
        "title": f"Photo of {contact.name}",
        "submit_label": "Save the photo",
        "cancel_url": reverse("contacts:detail", args=[pk]),
    }
    return render(request, "core/form_page.html", context, status=422 if form.errors else 200)


def page_context(request: HttpRequest, contact: Contact) -> dict:
    """All that the page shows."""
    user, may_edit = request.user, request.user.may_edit
    return {
        "contact": contact,
        "may_edit": may_edit,
        "photo_url": f"{reverse('contacts:photo', args=[contact.pk])}?v={contact.photo.name}" if contact.photo else "",
        "actions": offered(contact, user),
        "next_step": next((step for ask in contact_next_steps if (step := ask(contact, user))), None),
        "tags": contact.tags.all(),
        "no_contact": no_contact_badges(contact),
        "mates": _mates(contact, user) if contact.household_id else [],
        "assignment": contact.assignments.filter(ended_at=None)
        .select_related("experience", "campaign", "card_template", "resource_template", "featured_template")
        .first(),
        "members": list(TeamMember.objects.filter(team=contact.team_id).select_related("user"))
        if contact.team_id
        else [],
        "notes": list(contact.notes.select_related("author")[:50]),
        "note_form": NoteForm(),
        "integrations": [made for make in contact_integrations if (made := make(contact, request))],
        "more_sections": [made for make in contact_sections if (made := make(contact, request))],
        **timeline_context(request, contact),
    }


def _mates(contact: Contact, user) -> list[Contact]:
    """Who belongs to the contact's household, of those that the user sees."""
    mates = Contact.objects.visible_to(user).filter(household=contact.household_id)
    return list(mates.only("first_name", "last_name", "household_role", "contact_type"))


def timeline_context(request: HttpRequest, contact: Contact) -> dict:
    """One page of the timeline, as the address asks for it; what cannot be read is left out."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    before = _moment(request.GET.get("before", ""))
    entries, earlier = timeline(contact, before=before, kind=kind)
    return {
        "contact": contact,
        "entries": entries,
        "earlier_query": _earlier_query(earlier, kind),
        "kind": kind,
        "kinds": list(KINDS.items()),
        "continued": before is not None,
    }


def _earlier_query(earlier: datetime | None, kind: str) -> str:
    """The query of the page with what came before; empty when there is nothing."""
    if earlier is None:
        return ""
    return urlencode({"before": earlier.isoformat()} | ({"kind": kind} if kind else {}))


def _moment(text: str) -> datetime | None:
    """A moment with its zone, in UTC: PostgreSQL knows no zone as far from it as Python does. None if there is none."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def offered(contact: Contact, user) -> list[dict]:
    """The actions this user may take on this contact, with their addresses."""
    found = []
    for action in contact_actions:
        if action.allowed(user) and action.applies(contact):
            try:
                url = action.url(contact.pk)
            except NoReverseMatch:
                continue
            found.append({"label": action.label, "icon": action.icon, "url": url, "danger": action.danger})
    return found


def _visible(request: HttpRequest, pk: int) -> Contact:
    """The contact, if the user may see them; else a 404."""
    return get_object_or_404(Contact.objects.visible_to(request.user).select_related(*BESIDE), pk=pk)


def _after(request: HttpRequest, pk: int, section: str, sentence: str) -> HttpResponse:
    """Back to the section on the page, or to the list when the contact went out of one's own reach."""
    if not Contact.objects.visible_to(request.user).filter(pk=pk).exists():
        messages.success(request, f"{sentence} The contact is no longer among yours.")
        url = reverse("contacts:list")
        return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
    messages.success(request, sentence)
    if request.htmx:
        return HttpResponseClientRefresh()  # header, timeline and other sections have changed too
    return redirect(reverse("contacts:detail", args=[pk]) + (f"#{section}" if section else ""))
