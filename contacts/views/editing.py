"""Adding and editing a contact by hand."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import editors_only
from accounts.models import Firm
from contacts.domain.editing import save_added, save_edited
from contacts.forms import DUPLICATE, ContactForm, contact_url, own_words
from contacts.models import Contact
from core.forms.conflicts import for_saving
from core.forms.presses import once

FORM = "contacts/form.html"


@editors_only
@once
@require_http_methods(["GET", "HEAD", "POST"])
def contact_add(request: HttpRequest) -> HttpResponse:
    """A new contact. They are told nothing."""
    form = ContactForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        firm=Firm.get(),
    )
    if request.method == "POST" and form.is_valid():
        contact = form.save(commit=False)
        try:
            save_added(contact, **_beside(form), by=request.user)
        except IntegrityError:
            form.add_error("email", DUPLICATE)
        else:
            messages.success(request, f"{contact.name} has been added.")
            return redirect(contact_url(contact.pk))
    context = {
        "form": form,
        "title": "Add a contact",
        "submit_label": "Add the contact",
        "cancel_url": reverse("contacts:list"),
    }
    return render(request, FORM, context, status=422 if form.errors else 200)


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A contact's own data. Whoever edits at the same time is noticed, and nothing of theirs is lost."""
    with transaction.atomic():
        contact = get_object_or_404(for_saving(Contact.objects.editable_by(request.user), request), pk=pk)
        name = contact.name
        form = ContactForm(
            request.POST if request.method == "POST" else None,
            instance=contact,
            user=request.user,
            firm=Firm.get(),
        )
        if request.method == "POST" and form.is_valid() and saved(form, request):
            for sentence in form.kept:
                messages.warning(request, sentence)
            return _after_edit(request, contact)
    context = {
        "form": form,
        "title": f"Edit {name}",
        "submit_label": "Save the contact",
        "cancel_url": contact_url(pk),
        "editing": True,
    }
    return render(request, FORM, context, status=422 if form.errors else 200)


def saved(form: ContactForm, request: HttpRequest) -> bool:
    """Store the edited contact; False, with the error on the form, when its address was taken a moment ago."""
    labels = [str(form[name].label).lower() for name in form.changed_data if name in form.cleaned_data]
    contact = form.save(commit=False)
    try:
        save_edited(contact, labels, **_beside(form), by=request.user)
    except IntegrityError:
        form.add_error("email", DUPLICATE)
        return False
    return True


def _after_edit(request: HttpRequest, contact: Contact) -> HttpResponse:
    """To the contact, or to the list when they were given out of one's own reach."""
    if Contact.objects.visible_to(request.user).filter(pk=contact.pk).exists():
        messages.success(request, f"{contact.name} has been saved.")
        return redirect(contact_url(contact.pk))
    messages.success(request, f"{contact.name} has been saved, and is no longer among your contacts.")
    return redirect("contacts:list")


def _beside(form: ContactForm) -> dict:
    """What the form holds beside the contact's own columns; what it does not show stays as it is."""
    present = own_words(form.instance) or {"tag_names": [], "household_name": ""}
    return {name: form.cleaned_data.get(name, value) for name, value in present.items()}
