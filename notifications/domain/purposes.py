"""The daily summary, as the mail ledger sees it."""

from collections.abc import Sequence
from datetime import timedelta
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.domain.purposes import StaffMail
from accounts.models import Firm, User
from core.mailing.delivery import new_headers, sender_address
from mail.models import Send
from mail.purposes import Prepared
from notifications.domain.digests import KEY, lines_for, since_last
from notifications.models import Digest, StaffPreference

NOTHING = "There is nothing to tell any more."
AT_ONCE = "They have chosen to be told at once."


class DigestMail(StaffMail):
    """Numbers and links, no names: what waits for one of the staff."""

    key, label = KEY, "Daily summary for staff"
    rank, latest = 60, timedelta(hours=12)
    pauses = (timedelta(hours=1),)

    def prepare(self, sends: Sequence[Send]) -> dict[int, Prepared | str]:
        """Ask again who still wants it, then what is asked of all mail to the staff, and whether there is anything."""
        users = {send.user_id for send in sends}
        daily = StaffPreference.objects.filter(user__in=users, daily_at__isnull=False)
        wanting = set(daily.values_list("user", flat=True))
        found: dict[int, Prepared | str] = {send.pk: AT_ONCE for send in sends if send.user_id not in wanting}
        return found | super().prepare([send for send in sends if send.pk not in found])

    def written(self, send: Send, user: User, firm: Firm) -> Prepared | str:
        """The lines as they are at this moment."""
        digest = Digest.objects.filter(pk=send.subject_id).first()
        lines = lines_for(user, since_last(user, send.created_at, before=digest)) if digest else []
        if not lines:
            return NOTHING
        context = {
            "user": user,
            "firm": firm,
            "lines": [(line.sentence, settings.BASE_URL + line.path) for line in lines],
            "url": settings.BASE_URL + reverse("notifications:own"),
        }
        subject, text = f"Your day at {firm.name}", render_to_string("notifications/digest_mail.txt", context)
        message = EmailMultiAlternatives(
            subject=subject,
            body=text,
            from_email=formataddr((firm.name, sender_address())),
            to=[user.email],
            headers=new_headers(),
        )
        return Prepared(message, firm.name, subject, text)
