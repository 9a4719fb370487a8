"""The portal account and what a sign-in sets off."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Role, User
from contacts.domain.signing_in import (
    MayNotEnter,
    contact_to_enter,
    give_password,
    portal_contact,
    record_sign_in,
)
from contacts.models import Contact, PortalSignIn, Status
from core.models import Activity
from tests.factories import AssignmentFactory, CampaignFactory, ContactFactory

PASSWORD = "a-long-test-password"


@pytest.fixture
def assigned(contact):
    return AssignmentFactory(contact=contact, campaign=CampaignFactory()).contact


def test_the_first_password_makes_one_account_and_the_next_changes_it(assigned):
    first = give_password(assigned, PASSWORD)
    again = give_password(assigned, "another-long-password")
    assert again == first
    assert User.objects.get(role=Role.CONTACT).check_password("another-long-password")
    assert portal_contact(first) == assigned


def test_a_contact_never_assigned_cannot_enter(contact):
    assert contact_to_enter(contact.email) is None
    with pytest.raises(MayNotEnter):
        give_password(contact, PASSWORD)
    assert not User.objects.filter(role=Role.CONTACT).exists()


def test_an_active_contact_may_enter_without_an_experience(contact):
    Contact.objects.filter(pk=contact.pk).update(start_at=timezone.now())
    assert contact_to_enter(contact.email.upper()) == contact


def test_the_first_sign_in_makes_active_and_starts_the_campaign_where_the_contact_lives(assigned):
    Contact.objects.filter(pk=assigned.pk).update(time_zone="Pacific/Auckland")
    with time_machine.travel(datetime(2026, 3, 1, 20, 0, tzinfo=UTC), tick=False):
        assert record_sign_in(assigned) is True
    assigned.refresh_from_db()
    assert (assigned.status, assigned.start_at) == (Status.ACTIVE, datetime(2026, 3, 1, 20, 0, tzinfo=UTC))
    assert assigned.assignments.get().campaign_started_on == date(2026, 3, 2)
    assert list(Activity.objects.values_list("subject_id", "sentence")) == [
        (assigned.pk, "Signed in for the first time")
    ]


def test_later_sign_ins_move_the_last_login_only(assigned):
    record_sign_in(assigned)
    Contact.objects.filter(pk=assigned.pk).update(last_login_at=timezone.now() - timedelta(days=1))
    start = Contact.objects.get(pk=assigned.pk).start_at
    assert record_sign_in(assigned) is False
    assigned.refresh_from_db()
    assert (assigned.start_at, timezone.now() - assigned.last_login_at < timedelta(minutes=1)) == (start, True)
    assert (PortalSignIn.objects.count(), Activity.objects.count()) == (2, 1)


def test_a_form_sent_twice_is_one_sign_in(assigned):
    assert (record_sign_in(assigned), record_sign_in(assigned)) == (True, False)
    assert (PortalSignIn.objects.count(), Activity.objects.count()) == (1, 1)


@pytest.mark.parametrize("column", ["deactivated_at", "deleted_at"])
def test_the_account_closes_and_opens_with_its_contact_whoever_writes_it(assigned, column):
    user = give_password(assigned, PASSWORD)
    Contact.objects.filter(pk=assigned.pk).update(**{column: timezone.now()})
    user.refresh_from_db()
    assert (user.is_active, portal_contact(user)) == (False, None)
    Contact.objects.filter(pk=assigned.pk).update(**{column: None})
    user.refresh_from_db()
    assert (user.is_active, user.email) == (True, assigned.email)


def test_the_account_takes_the_new_address_of_its_contact(assigned):
    user = give_password(assigned, PASSWORD)
    Contact.objects.filter(pk=assigned.pk).update(email="New@example.com", last_name="Married")
    user.refresh_from_db()
    assert (user.email, user.last_name) == ("new@example.com", "Married")


def test_a_deleted_contact_leaves_the_address_to_the_next(assigned):
    give_password(assigned, PASSWORD)
    Contact.objects.filter(pk=assigned.pk).update(deleted_at=timezone.now())
    successor = AssignmentFactory(contact=ContactFactory(email=assigned.email)).contact
    assert give_password(successor, PASSWORD).email == assigned.email
