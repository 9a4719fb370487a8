"""Guessed passwords are limited by account, network and firm, and no stranger can shut an owner out with that."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts.models import Role, User
from core.limits import Limit
from core.models import Activity
from tests.factories import PASSWORD, UserFactory
from tests.markup import one_line

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def ada(db):
    """One of the staff."""
    return UserFactory(email="ada@example.com")


def sign_in(client, password=PASSWORD, email="ada@example.com", address=HOME):
    """The status that the staff's front door answers with."""
    return client.post("/", {"email": email, "password": password}, REMOTE_ADDR=address).status_code


def many_places(number):
    """So many addresses, each in a network of its own."""
    return [f"203.0.{one // 250}.{one % 250}" for one in range(number)]


def guess_from_many_places(number=40):
    """Strangers try Ada's password, each from another place."""
    return [sign_in(Client(), "wrong", address=address) for address in many_places(number)]


def test_one_account_cannot_be_guessed_from_many_places(ada, admin):
    found = guess_from_many_places(40)
    assert found == [422] * 29 + [429] * 11
    assert sign_in(Client()) == 429, "from a browser that nobody knows"
    admin.refresh_from_db()
    assert "30 wrong passwords within an hour for ada@example.com (staff)" in admin.alert


def test_many_accounts_cannot_be_guessed_from_one_place(db, admin):
    found = [sign_in(Client(), "wrong", f"x{number}@example.com", ELSEWHERE) for number in range(60)]
    assert found == [422] * 49 + [429] * 11
    admin.refresh_from_db()
    assert admin.alert.startswith("50 wrong passwords within an hour from 203.0.113.9")
    assert Activity.objects.filter(verb="guessing").count() == 1


def test_one_network_of_ipv6_is_one_place(ada):
    addresses = [f"2001:db8:1:2::{number:x}" for number in range(1, 12)]
    assert [sign_in(Client(), "wrong", address=one) for one in addresses][-1] == 429
    assert sign_in(Client(), "wrong", address="2001:db8:1:3::1") == 422


def test_an_owner_gets_in_from_a_known_browser_whatever_strangers_do(client, ada):
    assert sign_in(client) == 302
    client.post("/sign-out/")
    guess_from_many_places(40)
    for number in range(60):  # and from the owner's own network
        sign_in(Client(), "wrong", f"x{number}@example.com")
    assert sign_in(client) == 302


def test_an_owner_gets_in_by_a_mailed_link_whatever_strangers_do(
    client, ada, mailoutbox, django_capture_on_commit_callbacks
):
    guess_from_many_places(40)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/password/", {"email": ada.email})
    link = next(line for line in mailoutbox[0].body.splitlines() if "/password/" in line)
    page = client.get("/password/" + link.split("/password/")[1], follow=True)
    new = "another-long-password"
    client.post(page.redirect_chain[-1][0], {"new_password1": new, "new_password2": new})
    guess_from_many_places(5)
    assert sign_in(client, new) == 302
    assert sign_in(Client(), new) == 429


def test_a_known_browser_guesses_no_more_than_a_stranger(client, ada):
    sign_in(client)
    client.post("/sign-out/")
    assert [sign_in(client, "wrong") for _ in range(11)] == [422] * 9 + [429] * 2


def test_a_browser_is_known_to_its_own_account_alone(client, ada):
    UserFactory(email="eve@example.com")
    assert sign_in(client, email="eve@example.com") == 302
    client.post("/sign-out/")
    guess_from_many_places(40)
    assert sign_in(client) == 429


@pytest.mark.parametrize("change", ["password", "sessions", "forged"])
def test_a_browser_is_known_until_the_password_or_the_sessions_end(client, ada, settings, change):
    sign_in(client)
    client.post("/sign-out/")
    if change == "password":
        ada.set_password(PASSWORD + " 2")
        ada.save(update_fields=["password"])
    elif change == "sessions":
        User.objects.filter(pk=ada.pk).update(session_generation=1)
    else:
        client.cookies[settings.KNOWN_BROWSER_COOKIE] = client.cookies[settings.KNOWN_BROWSER_COOKIE].value + "x"
    guess_from_many_places(40)
    assert sign_in(client, PASSWORD + " 2" if change == "password" else PASSWORD) == 429


def test_the_firm_is_told_when_all_of_it_is_tried_and_owners_get_in(client, ada, admin, monkeypatch):
    monkeypatch.setattr("accounts.domain.guessing.BY_FIRM", Limit("firm", 5, 3600, "wrong passwords"))
    assert sign_in(client) == 302
    client.post("/sign-out/")
    found = [
        sign_in(Client(), "wrong", f"x{number}@example.com", address) for number, address in enumerate(many_places(6))
    ]
    assert found == [422] * 4 + [429] * 2
    assert (sign_in(Client()), sign_in(client)) == (429, 302)
    admin.refresh_from_db()
    assert admin.alert == "5 wrong passwords within an hour for accounts of the firm"


def test_right_passwords_use_up_nothing(db, ada, monkeypatch):
    monkeypatch.setattr("accounts.domain.guessing.BY_NETWORK", Limit("network", 3, 3600, "wrong passwords"))
    for _ in range(5):
        assert sign_in(Client()) == 302
    assert sign_in(Client(), "wrong") == 422


def test_both_sides_are_counted_and_told_apart(ada, admin):
    def at_portal(address):
        data = {"email": "ada@example.com", "password": "wrong"}
        return Client().post("/portal/sign-in/", data, REMOTE_ADDR=address)

    found = [at_portal(address) for address in many_places(31)]
    assert [one.status_code for one in found] == [422] * 29 + [429] * 2
    assert b"/portal/forgotten/" in found[-1].content
    assert sign_in(Client()) == 302, "the same address on the staff side"


def test_an_unknown_account_is_answered_as_a_known_one(ada):
    known = [sign_in(Client(), "wrong") for _ in range(11)]
    assert [sign_in(Client(), "wrong", "nobody@example.com") for _ in range(11)] == known


def test_closed_doors_open_by_themselves(ada):
    with time_machine.travel(NOON, tick=False) as clock:
        guess_from_many_places(40)
        clock.shift(timedelta(minutes=61))
        assert sign_in(Client()) == 302


def test_a_clock_that_was_wrong_once_shuts_nobody_out_when_it_is_right_again(ada):
    with time_machine.travel(NOON, tick=False) as clock:
        clock.shift(timedelta(days=300))
        assert [sign_in(Client(), "wrong") for _ in range(10)][-1] == 429
        clock.shift(timedelta(days=-300))
        assert sign_in(Client(), "wrong") == 422
        assert sign_in(Client()) == 302


def test_an_admin_dismisses_an_alert_for_themselves_alone(as_user, admin):
    other = UserFactory(role=Role.ADMIN)
    User.objects.update(alert="Somebody is guessing")
    client = as_user(admin)
    assert "Somebody is guessing" in one_line(client.get("/users/"))
    form = {"next": "/users/", "alert": "Somebody is guessing"}
    assert '<input type="hidden" name="alert" value="Somebody is guessing" >' in one_line(client.get("/users/"))
    assert client.post("/alert/dismiss/", form).url == "/users/"
    assert "Somebody is guessing" not in one_line(client.get("/users/"))
    other.refresh_from_db()
    assert other.alert == "Somebody is guessing"


def test_an_alert_that_came_after_the_page_was_drawn_is_not_dismissed_with_it(as_user, admin):
    client = as_user(admin)
    User.objects.update(alert="Somebody is guessing again")
    client.post("/alert/dismiss/", {"next": "/users/", "alert": "Somebody is guessing"})
    assert "Somebody is guessing again" in client.get("/users/").content.decode()


def test_advisors_are_shown_no_alerts(as_user, advisor):
    User.objects.update(alert="Somebody is guessing")
    assert "Somebody is guessing" not in as_user(advisor).get("/profile/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_are_all_counted(monkeypatch):
    UserFactory(email="ada@example.com")

    def guess(number):
        try:
            return sign_in(Client(), PASSWORD if number == 29 else "wrong")
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(guess, range(29)))
    assert found.count(422) <= 9
