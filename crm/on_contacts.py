"""What contacts' pages show of the CRM: the section Integrations, and the next step."""

from django.http import HttpRequest
from django.template.context_processors import csrf
from django.template.loader import render_to_string
from django.urls import reverse

from contacts.models import Contact
from crm.domain.differences import differences
from crm.models import Connection, Record


def integrations(contact: Contact, request: HttpRequest) -> str:
    """The record a contact is linked to, how it stands, and what can be done."""
    user = request.user
    linked = Record.objects.filter(contact=contact, connection__removed_at=None).select_related("connection").compared()
    record = linked.first() if contact.crm_mark else None  # the mark spares asking for the many without a record
    context = {
        "contact": contact,
        "record": record,
        "may_edit": user.may_edit,
        "count": len(differences(record, contact)) if record and record.gone_at is None else 0,
        "may_link": record is None and user.may_edit and Connection.objects.visible_to(user).exists(),
        **csrf(request),
    }
    return render_to_string("crm/section.html", context)


def next_step(contact: Contact, user) -> tuple[str, str, str] | None:
    """That the CRM says something new, or that the record is gone from it."""
    if not user.may_edit or contact.crm_mark not in ("newer", "gone"):
        return None
    if contact.crm_mark == "gone":
        record = Record.objects.filter(contact=contact, connection__removed_at=None).first()
        words = "merged into another in" if record and record.merged_into else "gone from"
        address = reverse("crm:record", args=[record.pk]) if record else ""
        return (f"The record is {words} the CRM.", address, "See what can be done") if record else None
    return "The CRM has newer data.", reverse("crm:update_one", args=[contact.pk]), "See what is different"
