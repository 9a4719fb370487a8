"""The users page: who works here, in which role."""

from types import SimpleNamespace

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import admins_only, staff_only
from accounts.domain import staffing
from accounts.domain.password_links import send_link
from accounts.filters import UserFilter
from accounts.forms import ProfileForm, StaffForm, SuccessorForm
from accounts.models import User
from accounts.registry import staff_actions
from accounts.tables import UserTable
from core.forms.conflicts import for_saving, saved_once
from core.forms.pages import FormPage
from core.forms.presses import once
from core.listing.pages import ListPage
from core.mailing.server_status import promise
from core.models import Operation

TAKEN = "Somebody on the staff already has this email address."


@admins_only
class UserList(ListPage):
    """Everyone who signs in on the firm's side."""

    title = "Users"
    subtitle = "Everyone who signs in on the firm’s side."
    noun = "users"
    table_class = UserTable
    filterset_class = UserFilter
    template_name = "accounts/users.html"
    empty_icon = "users"

    def rows(self) -> QuerySet:
        """The staff; clients are contacts."""
        return User.objects.staff()

    def page_actions(self) -> list:
        """New colleagues are invited."""
        invite = SimpleNamespace(
            label="Invite staff", icon="user-plus", url=reverse("accounts:user_invite"), primary=True
        )
        return [invite]

    def extra(self) -> dict:
        """Who was deactivated and still holds something."""
        return {"left_behind": staffing.left_behind()}


@admins_only
@once
@require_http_methods(["GET", "HEAD", "POST"])
def user_invite(request: HttpRequest) -> HttpResponse:
    """Add somebody; they get a link to choose a password."""
    form = StaffForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = form.save(commit=False)
        if saved_once(form, lambda: staffing.invite_staff(user, by=request.user), "email", TAKEN):
            link = promise("A link to choose a password", user.email, within="seven days")
            tell = messages.success if link.flows else messages.warning
            tell(request, f"{user.name} has been added. {link.words}")
            return redirect("accounts:users")
    context = {"form": form, "title": "Invite staff", "submit_label": "Invite", "cancel_url": "/users/"}
    return render(request, "core/form_page.html", context, status=422 if form.errors else 200)


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def user_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the staff: name, role, and the ways to let them in or shut them out."""
    user = get_object_or_404(User.objects.staff(), pk=pk)
    try:
        with transaction.atomic():
            if request.method == "POST":
                user = staffing.hold(user)
            form = StaffForm(request.POST if request.method == "POST" else None, instance=user)
            if request.method == "POST" and form.is_valid() and _save_staff(form, user, request.user):
                for sentence in form.kept:
                    messages.warning(request, sentence)
                messages.success(request, f"{user.name} has been saved.")
                return redirect("accounts:users")
    except staffing.NotAllowed as refusal:
        form.add_error("role", str(refusal))
    actions = [
        SimpleNamespace(label=action.label, icon=action.icon, url=action.url(pk))
        for action in staff_actions
        if action.applies(user)
    ]
    person = User.objects.get(pk=pk)
    context = {"form": form, "person": person, "last_mail": person.mails.first(), "actions": actions}
    if not person.is_active:
        context |= {"duties": staffing.duties_of(person), "leaving": staffing.leaving(person)}
    return render(request, "accounts/user.html", context, status=422 if form.errors else 200)


def _save_staff(form: StaffForm, user: User, by: User) -> bool:
    """Write the role by its rules and the rest as the form says, both or neither; False when the address was taken."""

    def save() -> None:
        staffing.change_staff(user, by=by, role=form.cleaned_data["role"])
        form.save()
        if "email" in form.changed_data:
            staffing.record_new_email(user, form.initial["email"], by=by)

    return saved_once(form, save, "email", TAKEN)


@admins_only
@require_POST
def user_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail somebody a link to choose a password."""
    user = get_object_or_404(User.objects.staff(), pk=pk, is_active=True)
    send_link(user, by=request.user)
    within = "two hours" if user.has_usable_password() else "seven days"
    link = promise("A link to choose a password", user.email, within=within)
    tell = messages.success if link.flows else messages.warning
    tell(request, link.words)
    return redirect("accounts:user", pk=pk)


@admins_only
@once
@require_http_methods(["GET", "HEAD", "POST"])
def user_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """One guided step: hand over what they hold, then close their access."""
    user = get_object_or_404(User.objects.staff(), pk=pk, is_active=True)
    duties = staffing.duties_of(user)
    form = SuccessorForm(request.POST if request.method == "POST" else None, leaver=user) if duties else None
    refusal = ""
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            successor = form.cleaned_data["successor"] if form else None
            begun = staffing.deactivate_staff(user, by=request.user, successor=successor)
        except staffing.NotAllowed as error:
            refusal = str(error)
        else:
            messages.success(request, f"{user.name} has been deactivated and is signed out everywhere.")
            for operation in begun:
                messages.info(request, handing_over_words(operation))
            return redirect("accounts:users")
    context = {"person": user, "duties": duties, "form": form, "refusal": refusal}
    failed = bool(refusal or (form and form.errors))
    return render(request, "accounts/user_deactivate.html", context, status=422 if failed else 200)


def handing_over_words(operation: Operation) -> str:
    """How far it is with handing over what somebody held, with a link to it."""
    how = "has ended" if operation.is_over else "goes on in the background"
    told = f"“{operation.title}” {how}: {operation.done:,} of {operation.total:,} done."
    url = reverse("core:operation", args=[operation.pk])
    return format_html('{} <a href="{}">Look at the operation</a>', told, url)


@admins_only
@once
@require_POST
def user_reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Open somebody's access again."""
    user = get_object_or_404(User.objects.staff(), pk=pk, is_active=False)
    staffing.reactivate_staff(user, by=request.user)
    messages.success(request, f"{user.name} can sign in again.")
    return redirect("accounts:user", pk=pk)


@staff_only
class Profile(FormPage):
    """One's own name, phone and time zone."""

    template_name = "accounts/profile.html"
    title = "Your profile"
    submit_label = "Save the profile"
    saved_message = "Your profile has been saved."

    def make_form(self, data: QueryDict | None) -> ProfileForm:
        """For oneself, as the database has it now."""
        own = for_saving(User.objects.all(), self.request).get(pk=self.request.user.pk)
        return ProfileForm(data, instance=own)

    def back_url(self) -> str:
        """The contacts."""
        return "/contacts/"

    def next_url(self, form: ProfileForm) -> str:
        """Here again."""
        return "accounts:profile"
