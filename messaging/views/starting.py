"""Writing to a contact from their page, and handing a thread on."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import editors_only
from contacts.models import Contact
from core.forms.presses import once
from messaging.domain import writing
from messaging.domain.attachments import stored
from messaging.domain.handing_on import hand_on
from messaging.domain.reach import reach_of
from messaging.forms import HandOnForm, WriteForm
from messaging.models import Thread
from messaging.views.saved_replies import choices, chosen_text
from messaging.views.thread import editable

FORM, WRITE = "core/form_page.html", "messaging/write.html"
NOBODY_ELSE = "Nobody else looks after {}. Change the primary advisor or the team first."


@editors_only
@once
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """A message to a contact, in the thread with whom they may write to."""
    rows = Contact.objects.editable_by(request.user).select_related("primary_advisor")
    contact = get_object_or_404(rows, pk=pk)
    reach = reach_of(contact)
    posted = request.POST if request.method == "POST" else None
    form = WriteForm(
        posted,
        request.FILES or None,
        initial={"text": chosen_text(request, contact)},
        reach=reach,
        advisor=contact.primary_advisor,
        by=request.user,
    )
    closed = writing.why_not_written_to(contact)
    if posted is not None and form.is_valid():
        try:
            with stored(form.cleaned_data["files"]) as files:
                to = form.counterpart()
                text = form.cleaned_data["text"]
                message = writing.start_as_staff(contact, text, by=request.user, files=files, **to)
        except writing.NotWritten as refusal:
            form.refuse(str(refusal))
        else:
            return redirect("messaging:thread", pk=message.thread_id)
    context = {
        "form": form,
        "contact": contact,
        "saved_replies": choices(request),
        "title": f"Write to {contact.name}",
        "subtitle": "It appears in their portal. A mail says only that there is a message.",
        "notice": closed or writing.what_to_know(contact, reach),
        "submit_label": "Send the message",
        "cancel_url": f"{reverse('contacts:detail', args=[pk])}#messages",
    }
    return render(request, WRITE, context, status=422 if form.errors else 200)


@editors_only
@once
@require_http_methods(["GET", "HEAD", "POST"])
def hand_on_thread(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a direct thread to somebody else who looks after the contact. A thread of a team is the team's."""
    with transaction.atomic():
        thread = editable(request, pk)
        if thread.kind != Thread.Kind.DIRECT:
            raise Http404
        if request.method == "POST":
            writing.hold(thread.contact)
            thread = editable(request, pk)
        form = HandOnForm(request.POST if request.method == "POST" else None, thread=thread)
        if request.method == "POST" and form.is_valid():
            to = form.cleaned_data["to"]
            goes_on = hand_on([thread.pk], of=thread.user, to=to, by=request.user)
            messages.success(request, f"Handed on to {to.name}.")
            return redirect("messaging:thread", pk=goes_on.get(thread.pk, thread.pk))
    context = {
        "form": form,
        "title": f"Hand on: {thread.contact.name} and {thread.user.name}",
        "subtitle": f"The messages go with it. {thread.contact.greeting_name} sees the new name and can write on.",
        "notice": "" if form.fields["to"].queryset.exists() else NOBODY_ELSE.format(thread.contact.name),
        "submit_label": "Hand on",
        "cancel_url": reverse("messaging:thread", args=[pk]),
    }
    return render(request, FORM, context, status=422 if form.errors else 200)
