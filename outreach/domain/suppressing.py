"""Addresses that get no more mail: how one comes to be on the list, why, and how it gets off it."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from core.history.recording import record
from outreach.models import Bounce, Suppression

# So many mails came back within so many days, and none arrived between: nobody reads there any more.
BOUNCES_AT_MOST = 5
WITHIN = timedelta(days=30)
Kind = Suppression.Kind
# Why somebody gets no mail, for the previews, reports and pages where they are left out.
WHY = {
    Kind.DEAD: "The address gets no mail: it bounced for good.",
    Kind.REPEATED: f"The address gets no mail: it bounced {BOUNCES_AT_MOST} times.",
    Kind.COMPLAINED: "The address gets no mail: its owner marked our mail as spam.",
    Kind.UNSUBSCRIBED: "The address gets no mail: its owner unsubscribed.",
    Kind.FIRM: "The address gets no mail: the firm says so.",
}


def suppress(email: str, kind: str, reason: str) -> None:
    """Put an address on the list. What its owner said outweighs what a server said; else the first reason stays."""
    fresh = Suppression(email=email.lower(), kind=kind, reason=reason[:200])
    Suppression.objects.bulk_create([fresh], ignore_conflicts=True)
    if kind in {Kind.COMPLAINED, Kind.UNSUBSCRIBED}:
        by_server = Suppression.objects.with_email(email).filter(kind__in=[Kind.DEAD, Kind.REPEATED])
        by_server.update(kind=kind, reason=fresh.reason)


def bounces_again_and_again(email: str) -> bool:
    """Whether so many mails to the address came back that it is enough."""
    return Bounce.objects.to_address(email).filter(at__gt=timezone.now() - WITHIN).count() >= BOUNCES_AT_MOST


def note_arrival(email: str, *, was_read: bool = False) -> None:
    """A mail has arrived at the address: those that came back before are forgotten.

    A server's word that it took a mail ends what too many returns began; that somebody used the link in a mail
    (`was_read`) proves a server wrong which had called the address dead.
    """
    Bounce.objects.to_address(email).filter(permanent=False).delete()
    kinds = [Kind.REPEATED, Kind.DEAD] if was_read else [Kind.REPEATED]
    Suppression.objects.with_email(email).filter(kind__in=kinds).delete()


@transaction.atomic
def allow_again(email: str, *, contact_id: int, by) -> bool:
    """Take an address off the list, and begin to count anew. False when it was not on it."""
    gone = list(Suppression.objects.with_email(email).values_list("pk", "kind", "reason"))
    if not gone:
        return False
    Suppression.objects.filter(pk__in=[pk for pk, _, _ in gone]).delete()
    Bounce.objects.to_address(email).delete()
    why = "; ".join(f"{Kind(kind).label}{f' ({reason})' if reason else ''}" for _, kind, reason in gone)
    sentence = f"Mail to {email} allowed again. It had been stopped: {why}"
    record("mail_allowed", sentence, subject_ids=[contact_id], actor=by)
    return True
