"""Passwords that would be guessed are refused, with a reason, wherever somebody chooses one."""

import time

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from accounts.domain.own_password import set_own_password
from accounts.domain.password_links import link_for
from accounts.domain.password_rules import GuessableValidator
from accounts.models import Firm, User
from core.models import Activity
from mail.models import Send
from mail.tasks import send_due
from tests.factories import PASSWORD, UserFactory

GOOD = "seven green lamps hum"
# Long enough for the staff, and guessed soon.
POOR = {
    "common": "qwerty123456789",
    "repeated": "passwordpassword",
    "repeated thrice": "ab3xab3xab3xab3xab3x",
    "one letter": "aaaaaaaaaaaaaaaaaaaa",
    "alphabet": "abcdefghijklmnopqr",
    "counting down": "98765432109876543210",
    "keys": "qwertyuiopasdfghjkl",
    "spelt with digits": "Passw0rd!Passw0rd!",
    "with a year": "letmeinplease2026",
    "own name": "AdaByronAdaByron1815",
    "own name and digits": "Byron-Ada-12345678",
    "own address": "ada.byron@example1",
    "the firm": "northlightwealth1",
    "the firm and the year": "Northlight Wealth 2026",
    "accents": "Bÿrön-Ädä-Northlight",
}


@pytest.fixture
def ada(db):
    """One of the staff of a firm with a name."""
    Firm.objects.update(name="Northlight Wealth")
    return UserFactory(email="ada.byron@example.com", first_name="Ada", last_name="Byron")


def refused(password, user):
    """Whether the rule refuses a password, with words."""
    try:
        GuessableValidator().validate(password, user)
    except ValidationError as error:
        return bool(error.messages[0])
    return False


def test_thousands_of_common_passwords_that_are_long_enough_are_refused(ada):
    known = [word for words in FREQUENCY_LISTS.values() for word in words if len(word) >= 12]
    assert len(known) > 3000
    assert [word for word in known[::25] if not refused(word, ada)] == []


@pytest.mark.parametrize("password", POOR.values(), ids=POOR)
def test_staff_cannot_choose_it_by_link_nor_while_signed_in(client, as_user, ada, password):
    by_link = client.get(link_for(ada).removeprefix(settings.BASE_URL), follow=True)
    answer = client.post(by_link.redirect_chain[-1][0], {"new_password1": password, "new_password2": password})
    assert answer.context["form"].errors
    answer = as_user(ada).post("/profile/password/", {"current": PASSWORD, "password": password})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["password"])


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery staple",
        "my dear Ada reads seven novels a year",
        "wealth is not what the lighthouse keeps",
        "Ünverhoffte Kirschen im Februar",
        "Xk4#vvPq9!tRz2m$",
    ],
)
def test_what_nobody_guesses_is_taken(ada, password):
    assert not refused(password, ada)


def test_nobody_can_keep_a_worker_busy_with_a_password(ada):
    started = time.process_time()
    for text in ("|7!(<{4@8369$5+0%2" * 10, "@(!|$+l7c" * 500, "1234567890" * 100, "Ada" * 2000):
        refused(text, ada)
    assert time.process_time() - started < 3


def test_staff_change_their_password_while_signed_in(client, as_user, ada):
    from django.test import Client

    elsewhere = Client()
    elsewhere.post("/", {"email": ada.email, "password": PASSWORD})
    page = as_user(ada)
    assert "/profile/password/" in page.get("/profile/").content.decode()
    assert page.get("/profile/password/").status_code == 200
    assert page.post("/profile/password/", {"current": PASSWORD, "password": GOOD}).url == "/profile/"
    assert (page.get("/profile/").status_code, elsewhere.get("/profile/").status_code) == (200, 302)
    assert User.objects.get(pk=ada.pk).check_password(GOOD)
    entry = Activity.objects.get(verb="password_changed")
    assert (entry.subject_id, entry.actor, entry.sentence) == (ada.pk, ada, "Changed their password")


def test_staff_are_told_by_mail_that_their_password_was_changed(as_user, ada, mailoutbox):
    as_user(ada).post("/profile/password/", {"current": PASSWORD, "password": GOOD})
    send_due()
    (told,) = mailoutbox
    assert (told.to, "was changed on" in told.body) == ([ada.email], True)
    assert Send.objects.get().state == "accepted"


def test_the_first_password_of_a_colleague_is_no_change(client, ada, mailoutbox):
    ada.set_unusable_password()
    ada.save()
    set_own_password(ada, GOOD, by_link=True)
    send_due()
    assert mailoutbox == []


def test_an_open_screen_is_not_enough_to_change_a_password(as_user, ada):
    client, wrong = as_user(ada), {"current": "wrong", "password": GOOD}
    assert [client.post("/profile/password/", wrong).status_code for _ in range(11)] == [422] * 9 + [429] * 2
    assert client.post("/profile/password/", {"current": PASSWORD, "password": GOOD}).status_code == 429
    assert User.objects.get(pk=ada.pk).check_password(PASSWORD)


def test_guesses_at_the_same_moment_use_up_the_right_one_too(as_user, ada, monkeypatch):
    monkeypatch.setattr("core.limits.used_up", lambda uses: None)  # all have looked before any was counted
    client = as_user(ada)
    for _ in range(10):
        client.post("/profile/password/", {"current": "wrong", "password": GOOD})
    assert client.post("/profile/password/", {"current": PASSWORD, "password": GOOD}).status_code == 429
    assert User.objects.get(pk=ada.pk).check_password(PASSWORD)


def test_django_admin_is_no_way_past_the_rules_for_ones_own_password(as_user, admin):
    client, page = as_user(admin), "/django-admin/password_change/"
    form = {"old_password": PASSWORD, "new_password1": GOOD, "new_password2": GOOD}
    assert [client.get(page).url, client.post(page, form).url] == ["/profile/password/"] * 2
    assert User.objects.get(pk=admin.pk).check_password(PASSWORD)


def test_changing_a_password_brings_back_no_access_that_was_taken_meanwhile(as_user, ada, monkeypatch):
    from accounts.domain import own_password

    client, record = as_user(ada), own_password.record

    def closed_first(*args, **kwargs):
        User.objects.filter(pk=ada.pk).update(is_active=False)
        return record(*args, **kwargs)

    monkeypatch.setattr(own_password, "record", closed_first)
    client.post("/profile/password/", {"current": PASSWORD, "password": GOOD})
    assert not User.objects.get(pk=ada.pk).is_active
