"""The staff's way in and out."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
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


@pytest.mark.parametrize(
    ("asked", "page"), [("/reports/", "/reports/"), ("foo", "foo"), ("//evil.example.net", "/contacts/")]
)
def test_who_is_signed_in_goes_on_to_the_page_asked_for(as_user, advisor, asked, page):
    assert as_user(advisor).get("/", {"next": asked}).url == page


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


def sign_in(client, password, **extra):
    """The status that the front door answers Ada with."""
    return client.post("/", {"email": "ada@example.com", "password": password}, **extra).status_code


def test_who_goes_on_trying_keeps_nobody_out_for_longer(client, db):
    UserFactory(email="ada@example.com")
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False) as clock:
        assert [sign_in(client, "wrong") for _ in range(10)] == [422] * 9 + [429]
        clock.shift(timedelta(minutes=10))
        assert sign_in(client, "wrong") == 429
        clock.shift(timedelta(minutes=6))
        assert sign_in(client, PASSWORD) == 302


PROXY = "10.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "attacker", "owner", "status"),
    [
        (1, "203.0.113.9", "198.51.100.7", 302),
        (1, "198.51.100.7, 203.0.113.9", "198.51.100.7", 302),  # what comes before the last one, anybody can write
        (1, "203.0.113.9", "203.0.113.9", 429),
        (1, "192.0.2.1, 203.0.113.9", "192.0.2.2, 203.0.113.9", 429),
        (2, "203.0.113.9, 10.0.0.2", "198.51.100.7, 10.0.0.2", 302),
        (2, "192.0.2.1, 203.0.113.9, 10.0.0.2", "203.0.113.9, 10.0.0.2", 429),
        (1, "2001:DB8::1", "2001:db8:0:0::1", 429),
        (1, "fe80::1%eth0", "fe80::1", 429),
        (2, "203.0.113.9", "198.51.100.7", 429),  # too short
        (1, "nonsense", "999.1.1.1", 429),
        (1, "203.0.113.9:4711", "198.51.100.7:4711", 429),
        (1, "", "", 429),
        (0, "203.0.113.9", "198.51.100.7", 429),
    ],
)
def test_wrong_passwords_count_for_the_address_they_come_from(client, db, settings, proxies, attacker, owner, status):
    settings.TRUSTED_PROXIES = proxies
    UserFactory(email="ada@example.com")
    for _ in range(10):
        sign_in(client, "wrong", REMOTE_ADDR=PROXY, headers={"X-Forwarded-For": attacker})
    assert sign_in(client, PASSWORD, REMOTE_ADDR=PROXY, headers={"X-Forwarded-For": owner}) == status


def test_wrong_passwords_count_also_where_the_proxy_calls_through_a_socket_file(client, db):
    UserFactory(email="ada@example.com")
    for _ in range(10):
        sign_in(client, "wrong", REMOTE_ADDR="")
    assert sign_in(client, PASSWORD, REMOTE_ADDR="") == 429


def test_sessions_that_are_over_are_removed(as_user, advisor):
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from core.registry import daily_jobs

    client = as_user(advisor)
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(hours=1))
    daily_jobs["sessions"]()
    assert not Session.objects.filter(session_key="old").exists()
    assert client.get("/profile/").status_code == 200
