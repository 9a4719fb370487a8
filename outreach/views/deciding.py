"""Deciding about many mails of unknown fate at once."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import editors_only
from core.keys import read_key
from core.listing.pages import filtered
from core.models import Operation
from core.operations import running, selecting
from core.words import counted
from mail.models import Send
from outreach.domain import deciding
from outreach.filters import SendFilter
from outreach.operations import AGAIN, SENT, Decide

TITLES = {SENT: "Count {} as sent", AGAIN: "Send {} again"}
NAMES_SHOWN = 5


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def decide_many(request: HttpRequest) -> HttpResponse:
    """Decide about all mails of unknown fate that the list's filters leave: those that were shown."""
    rows = filtered(SendFilter, request.GET, deciding.undecided(request.user), request)[1]
    if request.method == "POST":
        rows = rows.filter(pk__lte=read_key(request.POST.get("latest")) or 0)
    count, decision = rows.count(), request.POST.get("decision")
    if not count:
        messages.info(request, "There is nothing to decide, or it has been decided already.")
        return redirect("outreach:sends")
    changed = request.method == "POST" and request.POST.get("count") != str(count)
    if decision in TITLES and not changed:
        operation = _begin(request, rows, decision, count)
        return redirect("core:operation", pk=operation.pk)
    context = {
        "count": count,
        "latest": rows.aggregate(latest=Max("pk"))["latest"],
        "changed": changed,
        "examples": rows.select_related("contact").order_by("pk")[:NAMES_SHOWN],
        "reasons": sorted(set(rows.order_by().values_list("reason", flat=True).distinct()[:NAMES_SHOWN])),
    }
    return render(request, "outreach/decide_many.html", context)


def _begin(request: HttpRequest, rows, decision: str, count: int) -> Operation:
    """Fix which mails are meant, and decide about them as an operation."""
    with transaction.atomic():
        operation = Operation.objects.create(
            kind=Decide.key,
            title=TITLES[decision].format(counted(count, "mail")),
            owner=request.user,
            selection=f"{counted(count, 'mail')} of which it was not known whether they left",
            params={"decision": decision},
        )
        selecting.freeze(operation, Send.objects.filter(pk__in=rows.values("pk")).values_list("pk", flat=True))
    return running.start(operation)
