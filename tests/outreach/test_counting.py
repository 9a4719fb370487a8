"""Which invitations count: the table of docs/decisions/0027, row by row, through what people do."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from mail.models import Send
from outreach.domain import inviting, reinviting
from outreach.domain.inviting import Mode
from outreach.models import Link, Suppression
from tests.markup import one_line
from tests.outreach.mails import mailed

DOCUMENT = settings.BASE_DIR / "docs" / "decisions" / "0027-invitations-that-count.md"
ROWS = [
    tuple(cell.strip() for cell in line.strip("|\n ").split("|"))
    for line in DOCUMENT.read_text().splitlines()
    if line.startswith(("| 5 inv", "| 1 inv"))
]


def change(contact, **values):
    Contact.objects.filter(pk=contact.pk).update(**values)


def there_and_back(column, value):
    """A column is set, and is what it was before again."""

    def act(client, contact):
        before = getattr(Contact.objects.get(pk=contact.pk), column)
        change(contact, **{column: value})
        change(contact, **{column: before})

    return act


def allow_mail(client, contact):
    Suppression.objects.create(email=contact.email, reason="Bounced")
    assert client.post(reverse("outreach:allow_mail", args=[contact.pk])).status_code == 302


# What the second half of a row says: each a function of the advisor's client and the contact.
ACTS = {
    "": lambda client, contact: None,
    "the firm's maximum": lambda client, contact: None,
    "their links expired since": lambda client, contact: Link.objects.update(expires_at=timezone.now()),
    "then the address written in capitals": lambda client, contact: change(contact, email=contact.email.upper()),
    "then the experience taken away and given back": there_and_back("experience", None),
    "then corrected": lambda client, contact: change(contact, email="right@example.com"),
    "then the address changed": lambda client, contact: change(contact, email="right@example.com"),
    "then withdrawn": lambda client, contact: client.post(reverse("outreach:revoke", args=[contact.pk])),
    "then deactivated and reactivated": there_and_back("deactivated_at", timezone.now()),
    "then deleted and restored": there_and_back("deleted_at", timezone.now()),
    "then mail to the address allowed again": allow_mail,
}


@pytest.mark.parametrize(("happened", "said"), ROWS, ids=[row[0] for row in ROWS])
def test_the_next_invitation_follows_the_table(as_user, advisor, assigned, happened, said):
    what, _, then = happened.partition(", ")
    number = int(what.split()[0])
    at = timezone.now() - (timedelta(hours=1) if "an hour ago" in what else timedelta(days=3))
    state = "bounced" if "bounced" in what else "failed" if "failed" in what else "accepted"
    mailed(assigned, at, number=number, state=state)
    ACTS[then](as_user(advisor), assigned)
    expected = "" if said == "can be invited at once" else said
    assert inviting.refusal_of(assigned, Mode.EITHER) == expected


def test_the_table_is_all_there():
    assert len(ROWS) == 14


def test_the_page_of_the_contact_says_what_counts(as_user, advisor, assigned):
    mailed(assigned, timezone.now() - timedelta(days=3), number=5)
    Contact.objects.filter(pk=assigned.pk).update(email="right@example.com")
    page = one_line(as_user(advisor).get(f"/contacts/{assigned.pk}/"))
    assert "0 of at most 5 (5 sent in all)" in page
    assert "the links no longer work" in page


def test_after_a_correction_five_more_can_be_sent_and_no_sixth(as_user, advisor, assigned):
    mailed(assigned, timezone.now() - timedelta(days=9), number=5)
    Contact.objects.filter(pk=assigned.pk).update(email="right@example.com")
    assigned.refresh_from_db()
    mailed(assigned, timezone.now() - timedelta(days=3), number=4)
    assert inviting.refusal_of(assigned, Mode.AGAIN) == ""
    mailed(assigned, timezone.now() - timedelta(days=2))
    assert inviting.refusal_of(assigned, Mode.AGAIN) == "Invited 5 times already, which is the most."


@pytest.fixture
def reminding():
    """The firm sends reminders."""
    Firm.objects.update(auto_reinvite=True)
    return Firm.get()


def test_nobody_is_reminded_of_an_invitation_that_was_withdrawn(as_user, advisor, assigned, reminding):
    mailed(assigned, timezone.now() - timedelta(days=3, minutes=5))
    as_user(advisor).post(reverse("outreach:revoke", args=[assigned.pk]))
    assert reinviting.reinvite_due(reminding) == 0
    assert reinviting.judged(Contact.objects.all(), reminding).get().refusal == reinviting.NOTHING_WORKS


def test_reminders_count_from_the_corrected_address(assigned, reminding):
    mailed(assigned, timezone.now() - timedelta(days=40))
    Contact.objects.filter(pk=assigned.pk).update(email="right@example.com")
    assigned.refresh_from_db()
    mailed(assigned, timezone.now() - timedelta(days=3, minutes=5))
    assert reinviting.reinvite_due(reminding) == 1
    assert Send.objects.get(state="planned").recipient == "right@example.com"
