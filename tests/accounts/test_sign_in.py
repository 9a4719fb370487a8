"""The staff's way in and out."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client

from accounts.domain.password_links import link_for
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


def who(client):
    """The key of the user whose session the client has."""
    return client.session.get("_auth_user_id")


@pytest.mark.parametrize(("door", "role"), [("/", Role.ADVISOR), ("/portal/sign-in/", Role.CONTACT)])
def test_a_sign_in_form_of_another_tab_asks_before_it_signs_somebody_out(client, client_contact, advisor, door, role):
    ada = advisor if role == Role.ADVISOR else client_contact.user
    ada.set_password(PASSWORD)
    ada.save()
    bob = UserFactory(email="bob@example.com")
    client.force_login(bob, backend="accounts.backends.StaffBackend")
    typed = {"email": ada.email, "password": PASSWORD, "next": "/portal/library/"}
    asked = client.post(door, typed)
    assert (asked.status_code, who(client)) == (409, str(bob.pk))
    page = asked.content.decode()
    assert (f"{bob.name} is signed in here" in page, 'value="/portal/library/"' in page) == (True, True)
    assert client.post(door, typed | {"signs_out": ada.pk}).status_code == 409
    assert client.post(door, typed | {"signs_out": bob.pk}).status_code == 302
    assert who(client) == str(ada.pk)


def test_a_sign_in_form_posted_again_by_the_same_person_just_goes_on(as_user, advisor):
    advisor.set_password(PASSWORD)
    advisor.save()
    client = as_user(advisor)
    advisor.refresh_from_db()
    client.force_login(advisor, backend="accounts.backends.StaffBackend")
    assert client.post("/", {"email": advisor.email, "password": PASSWORD}).url == "/contacts/"


def test_messages_for_one_person_are_not_shown_to_the_next_in_the_same_browser(as_user, admin, advisor):
    client = as_user(admin)
    client.post(f"/users/{advisor.pk}/link/")
    client.post("/sign-out/")
    assert [str(one) for one in as_user(advisor).get("/profile/").context["messages"]] == []


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


NEW = {"new_password1": "another-long-password", "new_password2": "another-long-password"}


def followed(client, user, glued=""):
    """The page that the user's mailed link leads to."""
    return client.get(link_for(user).removeprefix(settings.BASE_URL) + glued).url


def test_a_mailed_link_sets_the_password_once(client, db, django_capture_on_commit_callbacks):
    user = UserFactory(email="ada@example.com")
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/password/", {"email": "ada@example.com"})
    link = next(line for line in mail.outbox[0].body.splitlines() if "/password/" in line)
    asked = client.get("/password/" + link.split("/password/")[1])
    assert link.rstrip("/").rpartition("/")[2] not in asked.url + client.get(asked.url).content.decode()
    assert client.post(asked.url, NEW).url == "/"
    user.refresh_from_db()
    assert user.check_password(NEW["new_password1"])
    assert client.get(asked.url).status_code == 410
    assert client.get("/password/" + link.split("/password/")[1]).status_code == 410


def test_each_of_two_tabs_sets_the_password_of_its_own_staff_link(client, db):
    ada, bob = UserFactory(), UserFactory()
    first, second = followed(client, ada), followed(client, bob)
    assert ada.email in client.get(first).content.decode()
    assert client.post(first, NEW).status_code == 302
    for user in (ada, bob):
        user.refresh_from_db()
    changed = [user.check_password(NEW["new_password1"]) for user in (ada, bob)]
    assert changed == [True, False]
    assert client.get(second).status_code == 200
    assert Client().post(second, NEW).status_code == 410, "the address alone must open nothing"


@pytest.mark.parametrize("glued", [">", ").", '"', "%3E/"])
def test_what_is_glued_to_a_staff_link_is_left_out(client, db, glued):
    user = UserFactory()
    assert client.get(followed(client, user, glued)).context["owner"] == user


def test_a_staff_link_of_somebody_deactivated_is_dead(client, db):
    user = UserFactory(is_active=False)
    assert client.get(link_for(user).removeprefix(settings.BASE_URL)).status_code == 410


def test_a_password_set_where_somebody_else_is_signed_in_says_so(as_user, admin, advisor):
    client = as_user(admin)
    page = client.post(followed(client, advisor), NEW, follow=True).content.decode()
    assert f"still signed in as {admin.name}" in page.replace("&#x27;", "'")


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
    from django.utils import timezone

    from accounts.models import Session
    from core.registry import daily_jobs

    client = as_user(advisor)
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(hours=1))
    daily_jobs["sessions"]()
    assert not Session.objects.filter(session_key="old").exists()
    assert client.get("/profile/").status_code == 200
