"""Pages of running campaigns: holding all, pausing one, and the calendar of what a campaign is going to do."""

from collections import defaultdict
from datetime import datetime, time, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import admins_only, editors_only, staff_only
from accounts.models import Firm
from contacts.domain.placeholder_values import values_for
from contacts.models import Contact
from core.keys import read_key
from core.limits import take
from core.listing.pages import SEARCHES
from core.words import counted
from experiences.domain.placeholders import PLACEHOLDERS, fill, filled_title, used_placeholders
from experiences.domain.rights import may_change
from experiences.models import Campaign, Touchpoint
from outreach.calendar import WEEKS, Calendar, calendar, first_day
from outreach.campaign_report import report
from outreach.domain.mail_text import step_mail
from outreach.domain.steps import holding, pausing
from outreach.domain.steps.forecast import forecast, on_the_way
from outreach.domain.steps.journey import journey
from outreach.domain.steps.texts import empty_for
from outreach.views.mail_text import sample_contact, send_test

FOUND_AT_ONCE = 8


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def campaigns_hold(request: HttpRequest) -> HttpResponse:
    """Hold all campaigns, or let them go on; the button says which, so that pressing it twice does one of them."""
    firm = Firm.get()
    on_hold = firm.campaigns_held_at is not None
    if request.method == "POST":
        if request.POST.get("action") == "resume":
            holding.resume(by=request.user)
            messages.success(request, "Campaigns go on.")
        else:
            holding.hold(by=request.user)
            messages.success(request, "All campaigns are on hold.")
        return redirect("accounts:firm")
    late = _late(firm)
    context = {
        "title": "Resume all campaigns?" if on_hold else "Hold all campaigns?",
        "text": f"Steps that became due meanwhile happen within minutes. {late}"
        if on_hold
        else f"No step of any campaign happens until you resume. {late}",
        "hidden": {"action": "resume" if on_hold else "hold"},
        "submit_label": "Resume campaigns" if on_hold else "Hold all campaigns",
        "cancel_url": reverse("accounts:firm"),
        "danger": "no" if on_hold else "",
    }
    return render(request, "core/confirm.html", context)


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def campaign_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause a campaign for all who have it, or resume it."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
    if not may_change(request.user, campaign):
        raise Http404
    return _pause(request, campaign, f"“{campaign}”", reverse("experiences:campaign", args=[pk]))


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def contact_campaign_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause whatever campaign a contact has, or resume it."""
    contact = get_object_or_404(Contact.objects.editable_by(request.user), pk=pk)
    url = reverse("contacts:detail", args=[pk]) + "#campaign"
    return _pause(request, contact, f"the campaign of {contact.name}", url)


def _pause(request: HttpRequest, subject: Contact | Campaign, name: str, url: str) -> HttpResponse:
    """Ask, then pause or resume; both pages say what has happened and what will."""
    found = pausing.open_pause(subject)
    if request.method == "POST":
        if request.POST.get("action") == "resume":
            pausing.resume(subject, by=request.user)
            messages.success(request, f"{name[0].upper()}{name[1:]} goes on.")
        else:
            pausing.pause(subject, by=request.user)
            messages.success(request, f"{name[0].upper()}{name[1:]} is paused.")
        return redirect(url)
    firm = request.firm
    if found:
        missed = pausing.meanwhile(found, firm)
        context = {
            "title": f"Resume {name}?",
            "text": f"{counted(missed.done, 'step')} that became due meanwhile will happen {_when(firm)}. "
            f"{counted(missed.skipped, 'step')} will be skipped, and shown as skipped.",
            "hidden": {"action": "resume"},
            "submit_label": "Resume the campaign",
            "danger": "no",
        }
    else:
        done = counted(pausing.done_so_far(subject), "step")
        context = {
            "title": f"Pause {name}?",
            "text": f"No step happens until you resume. Done so far, and not taken back: {done}. {_late(firm)}",
            "hidden": {"action": "pause"},
            "submit_label": "Pause the campaign",
        }
    return render(request, "core/confirm.html", context | {"cancel_url": url})


def _when(firm: Firm) -> str:
    return "once all campaigns are resumed" if firm.campaigns_held_at else "within minutes"


def _late(firm: Firm) -> str:
    return f"Steps that are more than {firm.step_window_hours} hours late are skipped and shown as skipped."


@staff_only
@require_safe
def campaign_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """A dry run: what a campaign is going to do for all who have it, or the whole of it for one contact."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
    people, key = Contact.objects.visible_to(request.user), read_key(request.GET.get("contact", ""))
    contact = get_object_or_404(people.select_related("primary_advisor"), pk=key) if key else None
    context = {"campaign": campaign, "contact": contact, "title": f"Calendar of {campaign}"}
    context |= _of_contact(request, campaign, contact) if contact else _of_all(request, campaign)
    query = request.GET.get("q", "").strip()[:200]
    if query and contact is None:
        take(SEARCHES, request.user.pk)
        context["found"] = people.search(query).order_by("pk")[:FOUND_AT_ONCE]
    texts = [text for step in campaign.touchpoints.all() for text in (step.title, step.text)]
    empty = empty_for(campaign, used_placeholders(*texts), request.firm)
    context |= {
        "empty": [(name, PLACEHOLDERS[name], number) for name, number in empty.items()],
        "query": query,
        "calendar_query": f"contact={key}&" if contact else "",
    }
    return render(request, "outreach/campaign_plan.html", context)


def _of_contact(request: HttpRequest, campaign: Campaign, contact: Contact) -> dict:
    found = journey(contact, campaign, request.firm)
    entries = defaultdict(list)
    for _, step in sorted(found.steps, key=lambda pair: pair[1].at):
        entries[step.at.date()].append(step)
    today = timezone.now().astimezone(found.zone).date()
    begin = first_day(request.GET.get("from", ""), found.first_shown(today))
    return {"journey": found, "steps": found.steps, "calendar": calendar(begin, today, entries)}


def _of_all(request: HttpRequest, campaign: Campaign) -> dict:
    waiting, begun = on_the_way(campaign)
    values = values_for(sample_contact(request.user), request.firm)
    steps = [
        (step, {"title": filled_title(step.title, values), "text": fill(step.text, values)})
        for step in campaign.touchpoints.all()
    ]
    return {"waiting": waiting, "begun": begun, "steps": steps, "calendar": _calendar_of_all(request, campaign)}


def _calendar_of_all(request: HttpRequest, campaign: Campaign) -> Calendar:
    today = timezone.localdate()
    begin = first_day(request.GET.get("from", ""), today)
    until = datetime.combine(begin + timedelta(days=WEEKS * 7), time.max, timezone.get_current_timezone())
    return calendar(begin, today, forecast(campaign, request.firm, until))


@staff_only
@require_safe
def campaign_report(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of each step, among the contacts whom the user may see."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
    context = {
        "campaign": campaign,
        "title": f"Report of {campaign}",
        "as_of": timezone.now(),
        "steps": report(campaign, Contact.objects.visible_to(request.user)),
    }
    return render(request, "outreach/campaign_report.html", context)


@editors_only
@require_POST
def step_test(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail a step to oneself, as the chosen contact would read it."""
    step = get_object_or_404(Touchpoint, pk=pk, campaign__in=Campaign.objects.visible_to(request.user))
    key = read_key(request.POST.get("contact", ""))
    contact = get_object_or_404(Contact.objects.visible_to(request.user), pk=key) if key else None
    values = values_for(contact or sample_contact(request.user), request.firm)
    send_test(request, step_mail(step.title, step.text, values, request.firm))
    plan = reverse("campaigns:plan", args=[step.campaign_id])
    return redirect(f"{plan}?contact={key}" if key else plan)
