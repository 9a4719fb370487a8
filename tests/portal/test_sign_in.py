"""The contacts' way in and out."""

import pytest
from django.utils import timezone

from contacts.models import Contact, PortalSignIn, Status
from core.models import Activity
from tests.factories import PASSWORD, UserFactory

DOOR = "/portal/sign-in/"
REFUSAL = b"Email and password do not match."


def sign_in(client, email="carla@example.com", password=PASSWORD, **more):
    return client.post(DOOR, {"email": email, "password": password, **more})


def test_the_first_sign_in_is_recorded_and_makes_the_contact_active(client, client_contact):
    response = sign_in(client, "CARLA@example.com")
    assert (response.status_code, response.url) == (302, "/portal/")
    client_contact.refresh_from_db()
    assert client_contact.status == Status.ACTIVE
    assert PortalSignIn.objects.get().at == client_contact.last_login_at == client_contact.start_at
    assert Activity.objects.get(subject_id=client_contact.pk).actor == client_contact.user
    assert client.get("/portal/").status_code == 200


def test_wrong_password_unknown_address_and_staff_get_the_same_answer_and_nothing_is_recorded(client, client_contact):
    UserFactory(email="ada@example.com")
    tries = [("carla@example.com", "no"), ("nobody@example.com", PASSWORD), ("ada@example.com", PASSWORD)]
    answers = [sign_in(client, email, password) for email, password in tries]
    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert all(REFUSAL in answer.content for answer in answers)
    assert not PortalSignIn.objects.exists()


@pytest.mark.parametrize("closed", [{"deactivated_at": timezone.now()}, {"deleted_at": timezone.now()}])
def test_a_closed_contact_cannot_sign_in_and_open_sessions_end(portal, client_contact, closed):
    assert portal.get("/portal/").status_code == 200
    Contact.objects.filter(pk=client_contact.pk).update(**closed)
    response = portal.get("/portal/")
    assert (response.status_code, response.url) == (302, "/portal/sign-in/?next=/portal/")
    assert REFUSAL in sign_in(portal).content
    Contact.objects.filter(pk=client_contact.pk).update(**dict.fromkeys(closed))
    assert portal.get("/portal/").status_code == 302, "the old session must not revive"


def test_without_an_experience_a_contact_who_never_came_cannot_sign_in(portal, client_contact):
    Contact.objects.filter(pk=client_contact.pk).update(experience=None)
    assert portal.get("/portal/").url == "/portal/sign-in/?next=/portal/"
    assert REFUSAL in sign_in(portal).content


def test_ten_wrong_passwords_close_the_door_for_a_while(client, client_contact):
    for _ in range(10):
        sign_in(client, password="wrong")
    assert sign_in(client).status_code == 429
    assert not PortalSignIn.objects.exists()


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/portal/library/", "/portal/library/"),
        ("https://evil.example.net/portal/", "/portal/"),
        ("/contacts/", "/portal/"),
    ],
)
def test_sign_in_leads_to_the_portal_page_asked_for_and_nowhere_else(client, client_contact, asked, led_to):
    assert sign_in(client, next=asked).url == led_to


def test_signing_out_takes_a_post(portal):
    assert portal.get("/portal/sign-out/").status_code == 405
    assert portal.post("/portal/sign-out/").url == "/portal/sign-in/"
    assert portal.get("/portal/").status_code == 302


def test_staff_cannot_use_portal_pages(as_user, advisor, client_contact):
    client = as_user(advisor)
    pages = ["", "library/", "profile/", "profile/password/", "resources/1/file/", "cards/1/image/"]
    assert {page: client.get(f"/portal/{page}").status_code for page in pages} == dict.fromkeys(pages, 404)
    assert client.post("/portal/resources/1/open/").status_code == 404


def test_a_contact_cannot_use_staff_pages(portal, client_contact):
    pages = ["/contacts/", "/users/", "/settings/", f"/portal/preview/{client_contact.pk}/"]
    assert {page: portal.get(page).status_code for page in pages} == dict.fromkeys(pages, 404)
