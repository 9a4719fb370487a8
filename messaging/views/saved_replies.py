"""Saved replies: the list, making, changing and deleting one, and its text for a contact."""

from types import SimpleNamespace

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import editors_only
from contacts.models import Contact
from core.forms.conflicts import CHANGED, changed_since_shown, for_saving, saved_once, shown_state
from core.forms.pages import FormPage
from core.forms.presses import once
from core.keys import read_key
from core.listing.pages import ListPage
from messaging.domain.saved_replies import text_for
from messaging.models import SavedReply
from messaging.saved_replies import SavedReplyFilter, SavedReplyForm, SavedReplyTable

LIST = "messaging:saved_replies"
TAKEN = "There is a saved reply with this title already."


@editors_only
class SavedReplyList(ListPage):
    """One's own, and those that the firm shares."""

    title = "Saved replies"
    subtitle = "Texts to insert into a message and edit before you send it. Nothing is sent automatically."
    noun = "saved replies"
    table_class = SavedReplyTable
    filterset_class = SavedReplyFilter
    template_name = "messaging/saved_replies.html"
    empty = ("No saved replies yet", "Save what you write again and again. Placeholders stand for the contact’s name.")
    empty_icon = "bookmark"

    def rows(self) -> QuerySet:
        """What the user may use."""
        return SavedReply.objects.visible_to(self.request.user)

    def table_options(self) -> dict:
        """Who looks."""
        return {"user": self.request.user}

    def page_actions(self) -> list:
        """A new one."""
        url = reverse("messaging:saved_reply_add")
        return [SimpleNamespace(label="New saved reply", url=url, icon="plus", primary=True)]


class SavedReplyPage(FormPage):
    """Base: the form of `self.reply`."""

    reply: SavedReply
    submit_label = "Save the reply"

    def make_form(self, data: QueryDict | None) -> SavedReplyForm:
        """For the reply."""
        return SavedReplyForm(data, instance=self.reply, user=self.request.user)

    def save(self, form: SavedReplyForm) -> bool:
        """Save it, unless its title was taken a moment ago."""
        return saved_once(form, form.save, "title", TAKEN)

    def message(self, form: SavedReplyForm) -> str:
        """By its title."""
        return f"“{self.reply.title}” is saved."

    def back_url(self) -> str:
        """The list."""
        return reverse(LIST)


@editors_only
@once
class SavedReplyAdd(SavedReplyPage):
    """A new one: the user's own, or for admins a shared one."""

    title = "New saved reply"

    def load(self) -> None:
        """One of the user's own."""
        self.reply = SavedReply(owner=self.request.user)


@editors_only
class SavedReplyEdit(SavedReplyPage):
    """Change one. Messages that were written with it stay as they are."""

    def load(self, pk: int) -> None:
        """One that the user may change."""
        mine = SavedReply.objects.changeable_by(self.request.user)
        self.reply = get_object_or_404(for_saving(mine, self.request), pk=pk)
        self.title = f"Saved reply “{self.reply.title}”"


@editors_only
@once
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then delete it. Messages that were written with it stay."""
    with transaction.atomic():
        reply = get_object_or_404(for_saving(SavedReply.objects.changeable_by(request.user), request), pk=pk)
        changed = request.method == "POST" and changed_since_shown(reply, request)
        if request.method == "POST" and not changed:
            reply.delete()
            messages.success(request, f"“{reply.title}” is deleted.")
            return redirect(LIST)
    loses = "It is removed for everybody in the firm." if reply.is_shared else "Only you have it."
    context = {
        "consequences": [CHANGED] if changed else [],
        "hidden": {"state": shown_state(reply)},
        "title": f"Delete “{reply.title}”?",
        "text": f"{loses} Messages that were written with it stay as they are.",
        "submit_label": "Delete the saved reply",
        "cancel_url": reverse(LIST),
    }
    return render(request, "core/confirm.html", context, status=409 if changed else 200)


@editors_only
@require_safe
def text(request: HttpRequest, pk: int, reply_pk: int) -> HttpResponse:
    """A saved reply as plain text, filled for a contact; the page puts it into the message."""
    contact = get_object_or_404(Contact.objects.editable_by(request.user).select_related("primary_advisor"), pk=pk)
    reply = get_object_or_404(SavedReply.objects.visible_to(request.user), pk=reply_pk)
    answer = HttpResponse(text_for(reply, contact, request.firm), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = "attachment"  # read by our script; a browser that opens the address downloads it
    return answer


def choices(request: HttpRequest) -> list[SavedReply]:
    """Those that the user may put into a message, without their texts."""
    return list(SavedReply.objects.visible_to(request.user).only("title", "owner"))


def chosen_text(request: HttpRequest, contact: Contact) -> str:
    """The text of the saved reply that the address names, as `reply`, filled for a contact; empty without one."""
    key = read_key(request.GET.get("reply", ""))
    reply = SavedReply.objects.visible_to(request.user).filter(pk=key).first() if key else None
    return text_for(reply, contact, request.firm) if reply else ""
