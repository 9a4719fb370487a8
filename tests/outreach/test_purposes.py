"""A new kind of mail to contacts, as docs/recipes/send-a-new-kind-of-mail.md has it."""

from datetime import timedelta

import pytest
from django.core import mail as postman
from django.utils import timezone
from django.utils.html import linebreaks

from contacts.models import Contact
from core.models import Activity
from mail.domain.planning import plan
from mail.models import Send
from mail.registry import purposes
from mail.tasks import send_due
from outreach.domain.mail_text import MailText
from outreach.domain.purposes import ContactMail, prepared


class Anniversary(ContactMail):
    """A greeting on the day an experience was given."""

    key, label = "anniversary", "Anniversary"
    rank, latest = 60, timedelta(days=1)  # after all others, and not when the day is over
    pauses = (timedelta(hours=1),)  # tried once more when it comes back
    verb, sentence = "anniversary_sent", "Anniversary greeting sent"

    def written(self, sends, firm):
        """The greeting; it has no link."""
        found = {}
        for send in sends:
            words = f"Dear {send.contact.greeting_name},\n\nyou have been with us for a year today."
            mail = MailText(f"A year with {firm.name}", words, linebreaks(words, autoescape=True))
            found[send.pk] = prepared(mail, mail, send, firm)
        return found


@pytest.mark.parametrize("change", [{}, {"start_at": timezone.now()}, {"do_not_contact_since": timezone.now()}])
def test_a_new_kind_of_mail_leaves_by_the_rules_for_contacts(assigned, monkeypatch, change):
    monkeypatch.setitem(purposes._entries, "anniversary", (100, Anniversary()))
    Contact.objects.filter(pk=assigned.pk).update(**change)
    plan("anniversary", subject_id=assigned.pk, recipient=assigned.email, contact=assigned)
    send_due()
    wanted = "do_not_contact_since" not in change
    assert Send.objects.get().state == ("accepted" if wanted else "suppressed")
    assert [sent.to for sent in postman.outbox] == ([[assigned.email]] if wanted else [])
    assert Activity.objects.filter(verb="anniversary_sent", subject_id=assigned.pk).exists() == wanted
