"""Devices: what a browser may send, whose they are, how they are removed; the pages of both sides."""

import pytest
from django.test import Client

from accounts.domain.sessions import end_all_sessions
from messaging.domain.writing import write_as_client
from notifications.domain.subscribing import AT_MOST, clear_subscriptions, devices_of
from notifications.models import PersonalChoice, Push, PushSubscription, StaffPreference
from tests.factories import UserFactory
from tests.test_hostile_input import read_by_views

ADD, REMOVE, OWN, FIRM = (f"/notifications/{rest}" for rest in ("devices/add/", "devices/remove/", "", "firm/"))


@pytest.fixture
def desk(advisor):
    """The advisor's browser."""
    client = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0"})
    client.force_login(advisor, backend="accounts.backends.StaffBackend")
    return client


def subscription(service, name="one", **changes):
    browser = service.browser(name)
    return {"endpoint": browser.endpoint, **browser.keys} | changes


def test_one_of_the_staff_turns_notifications_on_and_off(desk, advisor, service):
    assert desk.post(ADD, subscription(service)).status_code == 204
    device = PushSubscription.objects.get()
    assert (device.user, device.device) == (advisor, "Chrome on Windows")
    page = desk.get(OWN).content.decode()
    assert ("Chrome on Windows" in page, device.digest in page, device.endpoint in page) == (True, True, False)
    desk.post(REMOVE, {"device": device.pk})
    assert not PushSubscription.objects.exists()


def test_the_same_browser_twice_is_one_device(desk, service):
    sent = subscription(service)
    assert [desk.post(ADD, sent).status_code for _ in range(3)] == [204, 204, 204]
    assert PushSubscription.objects.count() == 1


def test_a_browser_says_that_its_person_signs_out(desk, service):
    desk.post(ADD, subscription(service))
    desk.post(REMOVE, {"endpoint": service.browser().endpoint})
    assert not PushSubscription.objects.exists()


def test_a_client_turns_notifications_on_and_off(portal, client_contact, service):
    assert portal.post("/portal/profile/notifications/add/", subscription(service)).status_code == 204
    device = PushSubscription.objects.get()
    assert device.user == client_contact.user
    portal.post("/portal/profile/notifications/remove/", {"device": device.pk})
    assert not PushSubscription.objects.exists()


def test_nobody_removes_the_device_of_another(desk, device):
    other = UserFactory()
    browser = device(other)
    desk.post(REMOVE, {"device": PushSubscription.objects.get().pk})
    desk.post(REMOVE, {"endpoint": browser.endpoint})
    assert PushSubscription.objects.get().user == other


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": ""},
        {"endpoint": "http://push.example.com/x"},
        {"endpoint": "https://user@push.example.com/x"},
        {"endpoint": "https://push.example.com:8443/x"},
        {"endpoint": "https://[::1/x"},
        {"endpoint": "https://push.example.com:99999/x"},
        {"endpoint": "file:///etc/passwd"},
        {"endpoint": "https://push.example.com/" + "x" * 2000},
        {"p256dh": "AAAA"},
        {"p256dh": "é"},
        {"auth": ""},
        {"auth": "x" * 500},
        {"endpoint": "https://*.example.com/x"},
        {"endpoint": "https://evil.example.com\\.push.apple.com/x"},
        {"endpoint": "https://push.example.com/é"},
    ],
)
def test_what_is_no_subscription_is_refused_in_words(desk, service, change):
    answer = desk.post(ADD, subscription(service, **change))
    assert (answer.status_code, PushSubscription.objects.count()) == (422, 0)
    assert answer.content.decode().endswith(".")


@pytest.mark.parametrize("name", ["p256dh", "auth"])
@pytest.mark.parametrize("change", ["{}" + "!" * 100, "!{}", "{}=", "{} ", "{}\n", "{}é", "{}A"])
def test_keys_with_more_than_base64url_are_refused(desk, portal, service, name, change):
    keys = subscription(service)
    sent = keys | {name: change.format(keys[name])}
    answers = desk.post(ADD, sent), portal.post("/portal/profile/notifications/add/", sent)
    assert [answer.status_code for answer in answers] == [422, 422]
    assert {answer.content.decode() for answer in answers} == {"The browser sent keys that are not valid."}
    assert not PushSubscription.objects.exists()


def test_what_a_browser_sends_is_tested_with_hostile_input():
    assert {"endpoint", "p256dh", "auth"} <= read_by_views()


def test_a_public_address_is_taken(desk, service):
    assert desk.post(ADD, subscription(service, endpoint="https://push.example.com/abc")).status_code == 204


def test_the_oldest_of_many_devices_makes_room(desk, service):
    for number in range(AT_MOST + 2):
        desk.post(ADD, subscription(service, f"d{number}"))
    left = {one.endpoint.rpartition("/")[2] for one in PushSubscription.objects.all()}
    assert left == {f"d{number}" for number in range(2, AT_MOST + 2)}


def test_signing_out_everywhere_ends_notifications(device, advisor):
    device(advisor)
    device(UserFactory(), "two")
    end_all_sessions(advisor)
    advisor.refresh_from_db()
    assert devices_of(advisor) == []
    clear_subscriptions()
    assert [one.endpoint.rpartition("/")[2] for one in PushSubscription.objects.all()] == ["two"]


def test_another_secret_key_ends_nothing_while_the_former_one_counts(device, advisor, settings):
    device(advisor)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 10
    advisor.refresh_from_db()
    assert len(devices_of(advisor)) == 1


def test_without_keys_no_page_speaks_of_push(desk, portal, settings, service):
    settings.VAPID_PRIVATE_KEY = ""
    for page in (desk.get(OWN), portal.get("/portal/profile/notifications/")):
        assert (b"Push" in page.content, b"data-push" in page.content) == (False, False)
    assert desk.post(ADD, subscription(service)).status_code == 404
    assert desk.get("/notifications/worker.js").status_code == 200


def test_the_staff_save_what_when_and_by_which_channel(desk, advisor):
    shown = desk.get(OWN).context["form"]["shown"].value()
    sent = {"message_for_staff__push": "on", "mail": "daily", "daily_at": "07:30", "shown": shown}
    assert desk.post(OWN, sent | {"quiet_from": "18:00", "quiet_until": "07:00"}).status_code == 302
    chosen = StaffPreference.objects.get()
    assert [str(at) for at in (chosen.daily_at, chosen.quiet_from, chosen.quiet_until)] == [
        "07:30:00",
        "18:00:00",
        "07:00:00",
    ]
    assert (advisor.pk, "message_for_staff", "mail") in PersonalChoice.objects.values_list("user", "type", "channel")
    page = desk.get(OWN).content.decode()
    assert 'value="07:30"' in page
    both = {"message_for_staff__push": "on", "message_for_staff__mail": "on"}
    desk.post(OWN, both | {"mail": "at_once", "shown": shown})
    assert StaffPreference.objects.get().daily_at is None
    assert not PersonalChoice.objects.filter(type="message_for_staff").exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"mail": "daily", "daily_at": ""}, "Choose the time"),
        ({"mail": "at_once", "quiet_from": "18:00"}, "Give both times"),
        ({"mail": "sometimes"}, "sometimes"),
        ({"mail": "daily", "daily_at": "25:99"}, "valid time"),
    ],
)
def test_what_cannot_be_saved_says_why(desk, sent, words):
    answer = desk.post(OWN, sent)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not StaffPreference.objects.exists()


def test_a_client_narrows_on_the_portal(portal, client_contact):
    answer = portal.get("/portal/profile/notifications/")
    page, shown = answer.content.decode(), answer.context["form"]["shown"].value()
    assert ("New message" in page, "A client has written" in page) == (True, False)
    portal.post("/portal/profile/notifications/", {"message_notice__push": "on", "shown": shown})
    off = set(PersonalChoice.objects.values_list("type", "channel"))
    assert ("message_notice", "mail") in off
    assert ("message_notice", "push") not in off


def test_an_admin_sets_the_firms_and_nobody_else(admin, desk, client):
    client.force_login(admin, backend="accounts.backends.StaffBackend")
    assert desk.get(FIRM).status_code == 404
    seen = client.get(FIRM).context["form"].initial["seen"]
    assert client.post(FIRM, {"message_notice__mail": "on", "seen": seen}).status_code == 302
    page = desk.get(OWN).content.decode()
    assert ">Off<" in page
    assert 'name="message_for_staff__mail"' not in page


def test_two_admins_do_not_overwrite_each_other_unseen(admin, client):
    client.force_login(admin, backend="accounts.backends.StaffBackend")
    form = client.get(FIRM).context["form"]
    everything = {name: "on" for name in form.fields if name != "seen"} | {"seen": form.initial["seen"]}
    client.post(FIRM, {name: value for name, value in everything.items() if name != "message_notice__mail"})
    client.post(FIRM, {name: value for name, value in everything.items() if name != "action_item__mail"})
    boxes = client.get(FIRM).context["form"].initial
    assert (boxes.get("message_notice__mail"), form["message_notice__mail"].initial) != (True, True)


def test_troubles_are_shown_to_admins(admin, client, client_contact, advisor, device, service, send):
    device(advisor)
    service.answer(400)
    write_as_client(client_contact, "Hello", user=advisor)
    send()
    client.force_login(admin, backend="accounts.backends.StaffBackend")
    page = client.get(FIRM).content.decode()
    assert Push.objects.get().state == "failed"
    assert ("refuses the push (400)" in page, advisor.name in page) == (True, True)


@pytest.mark.parametrize("many", [1, 3])
def test_the_pages_take_the_same_queries_for_any_number(many, desk, device, advisor, django_assert_num_queries):
    for number in range(many):
        device(advisor, f"d{number}")
    with django_assert_num_queries(8):
        desk.get(OWN)


@pytest.mark.parametrize("address", ["/notifications/worker.js", "/portal/worker.js"])
def test_both_workers_show_pushes(client, address):
    script = client.get(address).content.decode()
    assert script.count('addEventListener("push"') == 1
    assert "&#x27;" not in script
