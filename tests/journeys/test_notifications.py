"""Notifications on a device in a real Chromium: turned on, shown by the service worker, ended by signing out.

No push service can be reached from here: what the browser's maker would answer is put in its place.
"""

import json

import pytest
from playwright.sync_api import expect

from tests.journeys.test_main_path import PASSWORD
from tests.notifications.push_service import Browser

PREPARE = f"""
from accounts.models import Role, User
User.objects.create_user("bell@push.example.com", "{PASSWORD}", role=Role.ADVISOR, first_name="Bea", last_name="Bell")
"""
FAKE = """
const endpoint = "https://push.example.com/one";
const made = () => ({
  endpoint, toJSON: () => ({ endpoint, keys: KEYS }),
  unsubscribe: async () => { localStorage.removeItem("fake"); return true; },
});
PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
  if (!applicationServerKey) throw new Error("no key");
  localStorage.setItem("fake", "1");
  return made();
};
PushManager.prototype.getSubscription = async () => (localStorage.getItem("fake") ? made() : null);
"""
TOLD = {"title": "Firm", "body": "A client has written to you.", "path": "/messages/"}
SHOWN = """async () => {
  const all = await navigator.serviceWorker.getRegistrations();
  const shown = (await Promise.all(all.map((one) => one.getNotifications()))).flat();
  return shown.map((one) => [one.title, one.body, one.data.path]);
}"""
DEVICES = """SELECT count(*) FROM notifications_pushsubscription AS device JOIN accounts_user AS person
    ON person.id = device.user_id WHERE person.email = 'bell@push.example.com'"""


def push(page, told):
    """What the browser does when a push comes in."""
    session, found = page.context.new_cdp_session(page), []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(500)
    origin, key = page.evaluate("location.origin"), found[-1]["registrationId"]
    sent = {"origin": origin, "registrationId": key, "data": json.dumps(told)}
    session.send("ServiceWorker.deliverPushMessage", sent)


def shown_on(page):
    """What the workers show, once they do."""
    for _ in range(100):
        if found := page.evaluate(SHOWN):
            return found
        page.wait_for_timeout(100)
    return []


@pytest.mark.browser
def test_a_device_is_told_until_its_person_signs_out(live_app, new_page):
    live_app.shell(PREPARE)
    page = new_page(permissions=["notifications"])
    page.add_init_script(FAKE.replace("KEYS", json.dumps(Browser("x").keys)))
    page.goto("/")
    page.fill("#id_email", "bell@push.example.com")
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("nav.rail").wait_for()
    page.goto("/notifications/")
    page.get_by_role("button", name="Turn on notifications on this device").click()
    expect(page.get_by_text("This device", exact=True)).to_be_visible()
    assert live_app.sql(DEVICES) == [(1,)]
    push(page, TOLD)
    assert shown_on(page) == [["Firm", "A client has written to you.", "/messages/"]]
    page.goto("/contacts/")
    page.locator("summary.topbar-person").click()
    page.get_by_role("button", name="Sign out").click()
    page.locator("#id_password").wait_for()
    assert live_app.sql(DEVICES) == [(0,)]
