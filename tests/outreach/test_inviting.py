"""Who is invited, who is skipped and why: the same for one as for many."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from mail.models import Send
from outreach.domain import inviting, suppressing
from outreach.domain.inviting import Mode
from outreach.models import Invitation, Suppression
from tests.factories import AssignmentFactory, ContactFactory
from tests.outreach.mails import mailed

LONG_AGO = timezone.now() - timedelta(days=40)
INVITED = {"first_invited_at": LONG_AGO, "last_invited_at": LONG_AGO, "invitations_sent": 1}


def change(contact, **values):
    Contact.objects.filter(pk=contact.pk).update(**values)


def refusal(contact, mode=Mode.EITHER):
    return inviting.refusal_of(contact, mode)


def test_an_assigned_contact_can_be_invited(assigned):
    assert refusal(assigned) == ""


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"experience": None}, inviting.NO_EXPERIENCE),
        ({"deactivated_at": LONG_AGO}, inviting.DEACTIVATED),
        ({"start_at": LONG_AGO}, inviting.ACTIVE),
    ],
)
def test_a_contact_is_skipped_with_the_reason(assigned, values, reason):
    change(assigned, **values)
    assert refusal(assigned) == reason


def test_an_address_that_bounced_is_skipped_whatever_its_case(assigned):
    Suppression.objects.create(email=assigned.email.upper(), reason="Bounced")
    assert refusal(assigned) == suppressing.WHY["firm"]


def test_first_invitations_and_repeated_ones_are_two_things(assigned):
    assert (refusal(assigned, Mode.FIRST), refusal(assigned, Mode.AGAIN)) == ("", inviting.NOT_YET_INVITED)
    change(assigned, **INVITED)
    assert (refusal(assigned, Mode.FIRST), refusal(assigned, Mode.AGAIN)) == (inviting.INVITED_ALREADY, "")


def test_the_firms_own_limits_hold(assigned):
    Firm.objects.update(reinvite_gap_hours=1, invitations_at_most=2)
    mailed(assigned, timezone.now() - timedelta(minutes=61))
    assert refusal(assigned) == ""
    mailed(assigned, timezone.now() - timedelta(minutes=59))
    Firm.objects.update(invitations_at_most=3)
    assert refusal(assigned) == "Invited less than 1 hours ago."
    Firm.objects.update(invitations_at_most=2)
    assert refusal(assigned) == "Invited 2 times already, which is the most."


def test_inviting_writes_one_invitation_and_one_mail_each(assigned, advisor):
    other = AssignmentFactory(contact__primary_advisor=advisor).contact
    without = ContactFactory(primary_advisor=advisor)
    ids = [assigned.pk, other.pk, without.pk]
    outcome = inviting.invite(ids, Mode.FIRST, by=advisor)
    assert sorted(outcome.done) == sorted([assigned.pk, other.pk])
    assert outcome.skipped == {without.pk: inviting.NO_EXPERIENCE}
    assert (Invitation.objects.count(), Send.objects.filter(number=1, requested_by=advisor).count()) == (2, 2)


def test_inviting_twice_at_once_sends_one_mail(assigned, advisor):
    inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
    outcome = inviting.invite([assigned.pk], Mode.EITHER, by=advisor)
    assert outcome.skipped == {assigned.pk: inviting.ON_ITS_WAY}
    assert Send.objects.count() == 1


def test_a_mail_of_unknown_fate_must_be_decided_first(assigned, advisor):
    inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
    Send.objects.update(state=Send.State.UNKNOWN)
    assert refusal(assigned) == inviting.IN_DOUBT


def test_another_invitation_is_another_mail_of_the_same_invitation(assigned, advisor):
    inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
    Send.objects.update(state=Send.State.ACCEPTED)
    change(assigned, **INVITED)
    inviting.invite([assigned.pk], Mode.AGAIN, by=advisor)
    assert Invitation.objects.count() == 1
    assert list(Send.objects.order_by("pk").values_list("number", flat=True)) == [1, 2]


def test_the_number_of_statements_does_not_grow_with_the_contacts(advisor, django_assert_num_queries):
    for count in (1, 3):
        ids = [AssignmentFactory(contact__primary_advisor=advisor).contact_id for _ in range(count)]
        with django_assert_num_queries(6):
            inviting.invite(ids, Mode.FIRST, by=advisor)


def test_the_plan_counts_by_reason(assigned, advisor):
    ContactFactory(primary_advisor=advisor)
    rows = Contact.objects.visible_to(advisor)
    assert inviting.plan(rows, Mode.FIRST) == {"": 1, inviting.NO_EXPERIENCE: 1}
    assert inviting.plan(rows, Mode.FIRST, will_have_experience=True) == {"": 2}
