"""Links: one use, dead when they should be, and told to nobody twice."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from outreach.domain import links
from outreach.models import Invitation, Link
from tests.factories import AssignmentFactory

INVITATION, PASSWORD = Link.Purpose.INVITATION, Link.Purpose.PASSWORD


@pytest.fixture
def invited(contact):
    """A contact with an experience."""
    return AssignmentFactory(contact=contact).contact


def state_of(token):
    return links.find(token).state


def test_a_token_has_256_bits_and_only_its_hash_is_stored(invited):
    token = links.issue(invited, INVITATION)
    assert len(token) == 43
    assert bytes(Link.objects.get().token_hash) == hashlib.sha256(token.encode()).digest()


def test_addresses_are_built_from_the_base_url(settings):
    settings.BASE_URL = "https://hub.example.com"
    assert links.url_for("abc") == "https://hub.example.com/portal/invitation/abc/"
    assert links.url_for("abc", PASSWORD) == "https://hub.example.com/portal/new-password/abc/"


def test_looking_a_link_up_changes_nothing(invited):
    token = links.issue(invited, INVITATION)
    assert [state_of(token) for _ in range(3)] == ["usable"] * 3
    assert links.find("never made") is None


def test_two_links_of_one_invitation_both_work(invited):
    first, second = links.issue(invited, INVITATION), links.issue(invited, INVITATION)
    assert (state_of(first), state_of(second), Invitation.objects.count()) == ("usable", "usable", 1)


def test_a_link_lasts_as_long_as_the_firm_says(invited):
    Firm.objects.update(invitation_link_days=3)
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        token = links.issue(invited, INVITATION)
        clock.move_to(start + timedelta(days=3, seconds=-1))
        assert state_of(token) == "usable"
        clock.move_to(start + timedelta(days=3))
        assert state_of(token) == "expired"


def test_spending_accepts_the_invitation_and_kills_all_other_links(invited):
    spent, other, password = (links.issue(invited, purpose) for purpose in (INVITATION, INVITATION, PASSWORD))
    with transaction.atomic():
        links.spend(links.find(spent))
    assert [state_of(token) for token in (spent, other, password)] == ["spent", "revoked", "revoked"]
    assert Invitation.objects.get().accepted_at is not None


def test_a_link_is_spent_once(invited):
    token = links.issue(invited, INVITATION)
    found = links.find(token)
    with transaction.atomic():
        links.spend(found)
    with pytest.raises(links.NotUsable, match="spent"), transaction.atomic():
        links.spend(found)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"email": "other@example.com"}, "Email address changed"),
        ({"deactivated_at": timezone.now()}, "Contact deactivated"),
        ({"deleted_at": timezone.now()}, "Contact deleted"),
    ],
)
def test_what_closes_the_door_kills_all_links_at_once(invited, change, why):
    tokens = [links.issue(invited, INVITATION), links.issue(invited, PASSWORD)]
    Contact.objects.filter(pk=invited.pk).update(**change)
    assert [state_of(token) for token in tokens] == ["revoked", "revoked"]
    assert Invitation.objects.get().revoked_why == why


def test_a_change_in_the_case_of_an_address_kills_nothing(invited):
    token = links.issue(invited, INVITATION)
    Contact.objects.filter(pk=invited.pk).update(email=invited.email.upper(), city="Boston")
    assert state_of(token) == "usable"


def test_revoking_reaches_only_the_contacts_named(invited):
    other = AssignmentFactory(contact__primary_advisor=invited.primary_advisor).contact
    mine, theirs = links.issue(invited, INVITATION), links.issue(other, INVITATION)
    assert links.revoke_all([invited.pk], "Sent by mistake") == 1
    assert (state_of(mine), state_of(theirs)) == ("revoked", "usable")
