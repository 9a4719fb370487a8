"""The contact's messages: with whom, what was written, writing, and what has come since."""

from django.db.models import Max, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from core.forms.presses import once
from core.keys import read_key
from core.limits import Limit, take
from experiences.domain.resource_files import serve_download
from experiences.models import Team
from messaging.conversation import for_client, newer
from messaging.domain.attachments import stored
from messaging.domain.reach import Reach, reach_of
from messaging.domain.reading import mark_read_by_client
from messaging.domain.writing import NotWritten, write_as_client
from messaging.forms import MessageForm
from messaging.models import Attachment, Thread
from portal.frame import frame

LIST, PAGE = "portal/messages.html", "portal/thread.html"
MESSAGES_SENT = Limit("client_messages", 60, 3600, "messages in an hour")  # they are kept for good


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """Threads, the latest first, and whom else they may write to. As a poll (`state`): 204 where nothing has come."""
    contact = request.viewing.contact
    rows = Thread.objects.of_portal(contact)
    figures = rows.aggregate(latest=Max("last_message_at"), unread=Sum("client_unread"))
    state = f"{figures['latest'].timestamp() if figures['latest'] else 0}-{figures['unread'] or 0}"
    if request.htmx and request.GET.get("state") == state:
        return HttpResponse(status=204)
    threads = list(rows.with_last(notes=False).select_related("user", "team").order_by("-last_message_at", "-pk"))
    reach = reach_of(contact)
    context = frame(request, "messages") | {
        "threads": threads,
        "others": _without_thread(reach, threads),
        "faces": {user.pk for user in reach.users if user.photo},
        "closed": reach.closed,
        "state": state,
    }
    return render(request, f"{LIST}#threads" if request.htmx else LIST, context)


@require_safe
def thread(request: HttpRequest, thread_pk: int) -> HttpResponse:
    """One thread; `before` in the address shows earlier messages."""
    return _page(request, _own(request, thread_pk))


@require_safe
def thread_poll(request: HttpRequest, thread_pk: int) -> HttpResponse:
    """What has been written after the message `after`, as a fragment; 204 where there is nothing new."""
    after = read_key(request.GET.get("after", "")) or 0
    # Of a thousand open pages nearly all are answered by this one small query.
    rows = Thread.objects.of_portal(request.viewing.contact).filter(pk=thread_pk)
    newest = get_object_or_404(rows.with_newest().only("pk")).newest
    if newest is None or newest <= after:
        return HttpResponse(status=204)
    found = _own(request, thread_pk)
    written = newer(found.messages.shown_to_client(), after)
    context = {"viewing": request.viewing, "thread": found, "written": written, "last": written[-1].pk}
    return render(request, f"{PAGE}#newer", context)


@require_safe
def attachment(request: HttpRequest, attachment_pk: int) -> HttpResponse:
    """A file of a message, as a download."""
    found = get_object_or_404(Attachment.objects.of_portal(request.viewing.contact), pk=attachment_pk)
    return serve_download(found.file, found.name)


@require_POST
def thread_read(request: HttpRequest, thread_pk: int) -> HttpResponse:
    """Record that the contact has read the thread up to a message; the page sends it when it is shown."""
    found = _own(request, thread_pk)
    mark_read_by_client(found, read_key(request.POST.get("upto")) or 0)
    return HttpResponse(status=204) if request.htmx else redirect("portal:thread", thread_pk=found.pk)


@require_safe
def message_to(request: HttpRequest, user_pk: int) -> HttpResponse:
    """A first message to one of the staff; leads to the thread where there is one."""
    user = next((user for user in reach_of(request.viewing.contact).users if user.pk == user_pk), None)
    return _begin(request, user=user, team=None)


@require_safe
def message_team(request: HttpRequest) -> HttpResponse:
    """A first message to the team; leads to the thread where there is one."""
    return _begin(request, user=None, team=reach_of(request.viewing.contact).team)


@require_POST
def write(request: HttpRequest, thread_pk: int) -> HttpResponse:
    """Write on in a thread."""
    take(MESSAGES_SENT, request.user.pk)  # before the transaction that `once` begins
    return _write_on(request, thread_pk=thread_pk)


@require_POST
def write_to(request: HttpRequest, user_pk: int) -> HttpResponse:
    """The first message to one of the staff."""
    take(MESSAGES_SENT, request.user.pk)
    return _write_to(request, user_pk=user_pk)


@require_POST
def write_team(request: HttpRequest) -> HttpResponse:
    """The first message to the team."""
    take(MESSAGES_SENT, request.user.pk)
    return _write_team(request)


@once
def _write_on(request: HttpRequest, thread_pk: int) -> HttpResponse:
    found = _own(request, thread_pk)
    return _write(request, found, user=found.user, team=found.team)


@once
def _write_to(request: HttpRequest, user_pk: int) -> HttpResponse:
    reach = reach_of(request.viewing.contact)
    user = next((user for user in reach.users if user.pk == user_pk), None)
    if user is None:
        raise Http404
    return _write(request, None, user=user, team=None)


@once
def _write_team(request: HttpRequest) -> HttpResponse:
    team = reach_of(request.viewing.contact).team
    if team is None:
        raise Http404
    return _write(request, None, user=None, team=team)


def _own(request: HttpRequest, pk: int) -> Thread:
    """A thread of the contact's own; else a 404."""
    rows = Thread.objects.of_portal(request.viewing.contact).select_related("user", "team")
    return get_object_or_404(rows, pk=pk)


def _without_thread(reach: Reach, threads: list[Thread]) -> list[User | Team]:
    """Whom they may write to and have not yet."""
    users, teams = {thread.user_id for thread in threads}, {thread.team_id for thread in threads}
    others: list[User | Team] = [user for user in reach.users if user.pk not in users]
    return [reach.team, *others] if reach.team and reach.team.pk not in teams else others


def _begin(request: HttpRequest, *, user: User | None, team: Team | None) -> HttpResponse:
    """The page for a first message. A 404 for whom they may not write to."""
    if user is None and team is None:
        raise Http404
    rows = Thread.objects.of_portal(request.viewing.contact)
    found = (rows.filter(user=user) if user else rows.filter(team=team)).first()
    if found:
        return redirect(request.viewing.url("thread", thread_pk=found.pk))
    return _page(request, None, user=user, team=team)


def _write(request: HttpRequest, found: Thread | None, *, user: User | None, team: Team | None) -> HttpResponse:
    """Write the message, or show the page again with what stops it."""
    form = MessageForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, found, user=user, team=team, form=form, status=422)
    try:
        text, seen = form.cleaned_data["text"], form.cleaned_data["seen"]
        with stored(form.cleaned_data["files"]) as files:
            message = write_as_client(request.viewing.contact, text, user=user, team=team, seen=seen, files=files)
    except NotWritten as refusal:
        form.refuse(str(refusal))
        return _page(request, found, user=user, team=team, form=form, status=409)
    return redirect("portal:thread", thread_pk=message.thread_id)


def _page(
    request: HttpRequest,
    found: Thread | None,
    *,
    user: User | None = None,
    team: Team | None = None,
    form: MessageForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """A thread, or what will be one: `found` is None before the first message to `user` or `team`."""
    shown = for_client(found, read_key(request.GET.get("before", ""))) if found else None
    reading = found.client_unread if found and not request.viewing.preview else 0
    context = frame(request, "messages", reading=reading) | {
        "thread": found,
        "person": user,
        "team": team,
        "name": found.counterpart if found else (user or team).name,
        "form": form or MessageForm(initial={"seen": str(shown.last) if shown else ""}),
        "closed": reach_of(request.viewing.contact).why_closed(found) if found else "",
        "shown": shown,
    }
    return render(request, PAGE, context, status=status)
