"""The staff's way in and out."""

from django.core import mail

from accounts.models import Role
from tests.factories import PASSWORD, UserFactory


def test_the_front_door_answers_200_and_keeps_demo_sign_ins_to_itself(client, db):
    UserFactory(email="admin@demo.example.com", role=Role.ADMIN)
    response = client.get("/")
    assert response.status_code == 200
    assert b"admin@demo.example.com" not in response.content


def test_staff_sign_in_whatever_the_case_of_their_email(client, db):
    UserFactory(email="Ada@Example.com")
    response = client.post("/", {"email": "ada@example.com", "password": PASSWORD})
    assert (response.status_code, response.url) == (302, "/contacts/")


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, db):
    UserFactory(email="ada@example.com")
    wrong = client.post("/", {"email": "ada@example.com", "password": "no"})
    unknown = client.post("/", {"email": "nobody@example.com", "password": "no"})
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    sentence = b"Email and password do not match."
    assert (sentence in wrong.content, sentence in unknown.content) == (True, True)


def test_a_contact_cannot_sign_in_on_the_staff_side(client, db):
    UserFactory(email="carla@example.com", role=Role.CONTACT)
    response = client.post("/", {"email": "carla@example.com", "password": PASSWORD})
    assert response.status_code == 422


def test_a_deactivated_user_cannot_sign_in(client, db):
    UserFactory(email="gone@example.com", is_active=False)
    assert client.post("/", {"email": "gone@example.com", "password": PASSWORD}).status_code == 422


def test_sign_in_never_leads_to_another_site(client, db):
    UserFactory(email="ada@example.com")
    data = {"email": "ada@example.com", "password": PASSWORD, "next": "https://evil.example.net/"}
    assert client.post("/", data).url == "/contacts/"


def test_a_forgotten_password_is_mailed_to_known_addresses_only(
    client, db, settings, django_capture_on_commit_callbacks
):
    settings.BASE_URL = "https://hub.example.com"
    UserFactory(email="ada@example.com")
    for address in ("ada@example.com", "nobody@example.com"):
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post("/password/", {"email": address}).url == "/password/sent/"
    assert [message.to for message in mail.outbox] == [["ada@example.com"]]
    assert "https://hub.example.com/password/" in mail.outbox[0].body


def test_a_mailed_link_sets_the_password_once(client, db, django_capture_on_commit_callbacks):
    user = UserFactory(email="ada@example.com")
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/password/", {"email": "ada@example.com"})
    link = next(line for line in mail.outbox[0].body.splitlines() if "/password/" in line)
    page = client.get("/password/" + link.split("/password/")[1], follow=True)
    form_url = page.redirect_chain[-1][0]
    new = "another-long-password"
    assert client.post(form_url, {"new_password1": new, "new_password2": new}).url == "/"
    user.refresh_from_db()
    assert user.check_password(new)


def test_ten_wrong_passwords_close_the_door_even_to_the_right_one(client, db):
    UserFactory(email="ada@example.com")
    for _ in range(10):
        client.post("/", {"email": "ada@example.com", "password": "wrong"})
    assert client.post("/", {"email": "ada@example.com", "password": PASSWORD}).status_code == 429
    UserFactory(email="eve@example.com")
    assert client.post("/", {"email": "eve@example.com", "password": PASSWORD}).status_code == 302


def test_sessions_that_are_over_are_removed(as_user, advisor):
    from datetime import timedelta

    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from core.registry import daily_jobs

    client = as_user(advisor)
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(hours=1))
    daily_jobs["sessions"]()
    assert not Session.objects.filter(session_key="old").exists()
    assert client.get("/profile/").status_code == 200
