"""Staff end the sign-in of a client into whose account somebody else has come."""

import pytest
from django.test import Client
from django.urls import reverse

from contacts.domain.signing_in import give_password
from core.models import Activity
from mail.models import Send
from tests.factories import PASSWORD, AssignmentFactory, ContactFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(advisor):
    """A client who accepted at a mistyped address, which was somebody else's."""
    contact = AssignmentFactory(contact=ContactFactory(primary_advisor=advisor, email="wrong@example.com")).contact
    give_password(contact, PASSWORD)
    contact.refresh_from_db()
    return contact


def sign_in(client, email):
    """The status of signing in to the portal."""
    return client.post(reverse("portal:sign_in"), {"email": email, "password": PASSWORD}).status_code


def test_the_stranger_is_out_and_the_client_gets_in_by_a_mailed_link(as_user, advisor, contact):
    stranger = Client()
    assert sign_in(stranger, "wrong@example.com") == 302
    assert stranger.get(reverse("portal:home")).status_code == 200
    staff, url = as_user(advisor), reverse("outreach:end_access", args=[contact.pk])
    assert "End sign-in" in staff.get(reverse("contacts:detail", args=[contact.pk])).content.decode()
    assert "wrong@example.com" in staff.get(url).content.decode()
    assert staff.post(url).status_code == 302
    assert stranger.get(reverse("portal:home")).status_code == 302
    assert sign_in(Client(), "wrong@example.com") == 422
    assert Activity.objects.filter(verb="access_ended", subject_id=contact.pk, actor=advisor).count() == 1
    staff.post(reverse("outreach:password_link", args=[contact.pk]))
    assert Send.objects.get(contact=contact).purpose == "password"


def test_pressing_twice_does_nothing_more(as_user, advisor, contact):
    url = reverse("outreach:end_access", args=[contact.pk])
    for _ in range(2):
        assert as_user(advisor).post(url).status_code == 302
    assert Activity.objects.filter(verb="access_ended").count() == 1


def test_only_who_may_change_the_contact_ends_it(as_user, compliance, contact):
    url = reverse("outreach:end_access", args=[contact.pk])
    assert as_user(UserFactory()).post(url).status_code == 404
    assert as_user(compliance).post(url).status_code in {403, 404}
    contact.user.refresh_from_db()
    assert contact.user.has_usable_password()
