"""Sessions end when nobody uses them; their owner sees where they are signed in and signs out anywhere. Both sides."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.domain.sessions import device
from accounts.models import Session
from core.models import Activity
from tests.factories import PASSWORD, AssignmentFactory, ContactFactory, UserFactory
from tests.forms import as_shown

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)


class Side:
    """One side: its pages, and somebody who signs in there."""

    def __init__(self, name, email, user):
        self.email, self.user = email, user
        self.sign_in_page = "/" if name == "staff" else "/portal/sign-in/"
        self.page = "/profile/" if name == "staff" else "/portal/profile/"
        self.sessions = f"{self.page}sessions/"
        self.minutes = 60 if name == "staff" else 30

    def signed_in(self, browser=FIREFOX, address="203.0.113.9") -> Client:
        """A browser in which they have signed in."""
        client = Client(headers={"User-Agent": browser}, REMOTE_ADDR=address)
        assert client.post(self.sign_in_page, {"email": self.email, "password": PASSWORD}).status_code == 302
        return client

    def is_in(self, client) -> bool:
        """Whether that browser is signed in."""
        return client.get(self.page).status_code == 200


@pytest.fixture(params=["staff", "portal"])
def side(request, advisor):
    """Each side in turn."""
    from contacts.domain.signing_in import give_password

    if request.param == "staff":
        return Side("staff", "ada@example.com", UserFactory(email="ada@example.com"))
    contact = AssignmentFactory(contact=ContactFactory(primary_advisor=advisor, email="carla@example.com")).contact
    return Side("portal", contact.email, give_password(contact, PASSWORD))


def test_a_session_that_nobody_uses_ends_and_says_so(side):
    with time_machine.travel(NOON, tick=False) as clock:
        client = side.signed_in()
        for _ in range(3):
            clock.shift(timedelta(minutes=side.minutes - 1))
            assert side.is_in(client)
        clock.shift(timedelta(minutes=side.minutes, seconds=1))
        answer = client.get(side.page, follow=True)
    assert answer.redirect_chain[0][0].startswith(side.sign_in_page)
    assert f"after {side.minutes} minutes without activity" in answer.content.decode()
    assert not Session.objects.filter(user=side.user).exists()


def test_nothing_is_done_in_the_name_of_who_was_away_too_long(side):
    with time_machine.travel(NOON, tick=False) as clock:
        client = side.signed_in()
        clock.shift(timedelta(minutes=side.minutes + 1))
        client.post(f"{side.page}password/", {"current": PASSWORD, "password": "seven green lamps hum"})
    side.user.refresh_from_db()
    assert side.user.check_password(PASSWORD)


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(side):
    with time_machine.travel(NOON, tick=False) as clock:
        client = side.signed_in()
        for _ in range(side.minutes + 1):
            clock.shift(timedelta(minutes=1))
            client.get(side.page, headers={"X-Poll": "1"})
        assert not side.is_in(client)


def test_pages_that_ask_by_themselves_say_so():
    from django.conf import settings

    templates = (settings.BASE_DIR / "templates").rglob("*.html")
    polling = [one for one in templates if re.search(r'hx-trigger="[^"]*every', one.read_text())]
    assert len(polling) >= 2
    assert [one.name for one in polling if "X-Poll" not in one.read_text()] == []


def test_a_sign_in_lasts_so_many_hours_however_busy_one_is(side):
    with time_machine.travel(NOON, tick=False) as clock:
        client = side.signed_in()
        for _ in range(12 * 3):
            assert side.is_in(client)
            clock.shift(timedelta(minutes=20))
        clock.shift(timedelta(minutes=1))
        assert not side.is_in(client)


def test_being_there_is_noted_once_a_minute(side, django_assert_num_queries):
    with time_machine.travel(NOON, tick=False) as clock:
        client = side.signed_in()
        clock.shift(timedelta(minutes=5))
        side.is_in(client)
        assert Session.objects.get(user=side.user).seen_at == timezone.now()
        clock.shift(timedelta(seconds=30))
        side.is_in(client)
        assert Session.objects.get(user=side.user).seen_at == timezone.now() - timedelta(seconds=30)


def test_its_owner_sees_where_they_are_signed_in_and_no_key(side):
    here, phone = side.signed_in(), side.signed_in(IPHONE, "198.51.100.7")
    stranger = UserFactory()
    Client().force_login(stranger, backend="accounts.backends.StaffBackend")
    page = here.get(side.sessions)
    shown = [(one.device, one.address, one.current) for one in page.context["sessions"]]
    assert shown == [("Firefox on Windows", "203.0.113.9", True), ("Safari on iPhone", "198.51.100.7", False)]
    for key in Session.objects.values_list("session_key", flat=True):
        assert key not in page.content.decode()
    assert side.is_in(phone)


def test_one_of_them_is_signed_out(side):
    here, phone, other = side.signed_in(), side.signed_in(IPHONE), side.signed_in()
    found = {one.device: one for one in here.get(side.sessions).context["sessions"] if not one.current}
    answer = here.post(f"{side.sessions}end/", {"session": found["Safari on iPhone"].reference})
    assert answer.url == side.sessions
    assert [side.is_in(one) for one in (here, phone, other)] == [True, False, True]
    here.post(f"{side.sessions}end/", {"session": "nonsense"})
    assert [side.is_in(one) for one in (here, other)] == [True, True]


def test_nobody_ends_a_session_of_somebody_else(side, colleague):
    theirs = Client()
    theirs.force_login(colleague, backend="accounts.backends.StaffBackend")
    reference = theirs.get("/profile/sessions/").context["sessions"][0].reference
    side.signed_in().post(f"{side.sessions}end/", {"session": reference})
    side.signed_in().post(f"{side.sessions}end-others/")
    assert theirs.get("/profile/").status_code == 200


@pytest.mark.parametrize(("path", "left"), [("end-others/", [True, False, False]), ("end-all/", [False, False, False])])
def test_signing_out_everywhere_else_and_everywhere(side, path, left):
    clients = [side.signed_in(), side.signed_in(IPHONE), side.signed_in()]
    assert clients[0].post(f"{side.sessions}{path}").status_code == 302
    assert [side.is_in(client) for client in clients] == left
    assert Activity.objects.filter(verb="sessions_ended").count() == 1
    assert side.is_in(side.signed_in()), "signing in again works"


def test_a_changed_password_leaves_one_session_in_the_list(side):
    here, phone = side.signed_in(), side.signed_in(IPHONE)
    here.post(f"{side.page}password/", {"current": PASSWORD, "password": "seven green lamps hum"})
    assert [one.current for one in here.get(side.sessions).context["sessions"]] == [True]
    assert not side.is_in(phone)


def test_saving_a_session_keeps_when_and_where_it_began(side):
    with time_machine.travel(NOON, tick=False) as clock:
        client = side.signed_in()
        clock.shift(timedelta(minutes=10))
        session = client.session
        session["something"] = 1
        session.save()
    row = Session.objects.get(user=side.user)
    assert (row.began_at, row.address, row.browser) == (NOON, "203.0.113.9", FIREFOX)


def test_an_admin_who_gives_up_the_role_is_signed_out_without_an_error(as_user, admin):
    UserFactory(role="admin")
    client, url = as_user(admin), f"/users/{admin.pk}/"
    assert client.post(url, as_shown(client, url, role="compliance")).status_code == 302
    assert client.get("/profile/").status_code == 302


@pytest.mark.parametrize(
    ("browser", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (IPHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge on Mac"),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5.0", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_browsers_are_named_as_people_name_them(browser, words):
    assert device(browser) == words
