"""What the steps of a campaign bring: posts in the feed, action items for the client, reminders for the staff."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from mail.models import Send
from messaging.models import Message
from outreach.domain.steps.journey import journey
from outreach.models import StepRun
from tests.factories import AssignmentFactory, CampaignFactory, ContactFactory, ResourceFactory, TouchpointFactory
from tests.outreach.steps import STARTED, begin, look, moment, runs
from todos.models import ActionItem, Reminder

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    """Somebody in Auckland whose first day is 3 March 2031."""
    contact = ContactFactory(time_zone="Pacific/Auckland", start_at=timezone.now(), preferred_name="Annie")
    AssignmentFactory(contact=contact, campaign=CampaignFactory(), campaign_started_on=STARTED)
    return contact


def step(ann, **values):
    """A step of their campaign, at nine on the first day."""
    campaign = ann.assignments.get().campaign
    return TouchpointFactory(campaign=campaign, time_of_day="09:00", **values)


def test_an_action_item_is_given_with_its_due_date_and_resource(ann):
    guide = ResourceFactory()
    step(
        ann,
        kind="action_item",
        title="Dear {preferred_name}",
        text="Sign it.",
        due_in_days=7,
        resource=guide,
        asks_for_upload=True,
    )
    begin(moment(0, 0))
    look(moment(0, 20, 1))
    item = ActionItem.objects.get()
    assert (item.contact, item.title, item.text, item.resource) == (ann, "Dear Annie", "Sign it.", guide)
    assert (item.due_on, item.created_by, item.asks_for_upload) == (date(2031, 3, 10), None, True)
    look(moment(0, 20, 2))
    assert ActionItem.objects.count() == 1


def test_a_message_comes_into_the_thread_with_the_advisor(ann, as_user):
    guide = ResourceFactory(name="A guide")
    step(ann, kind="message", title="Welcome, {preferred_name}", text="Write back.", resource=guide)
    begin(moment(0, 0))
    look(moment(0, 20, 1))
    look(moment(0, 20, 2))
    message = Message.objects.get()
    assert (message.thread.contact, message.thread.user) == (ann, ann.primary_advisor)
    assert (message.text, message.side, message.author) == (
        "Welcome, Annie\n\nWrite back.",
        "campaign",
        message.thread.user,
    )
    assert (message.resource, message.step_run) == (guide, StepRun.objects.get().pk)
    assert message.at == moment(0, 20, 1)  # when it was written, not when it was due
    [notice] = Send.objects.all()
    assert (notice.purpose, notice.not_before > timezone.now()) == ("message_notice", True)
    page = as_user(ann.primary_advisor).get(reverse("portal:preview_thread", args=[ann.pk, message.thread_id]))
    assert "Write back." in page.content.decode() and "A guide" in page.content.decode()


def test_a_message_that_grows_long_is_cut(ann):
    Firm.objects.update(name="F" * 100)
    step(ann, kind="message", text="{firm_name}" * 60)
    begin(moment(0, 0))
    look(moment(0, 20, 1))
    assert len(Message.objects.get().text) == 4000


def test_an_action_item_given_late_has_its_days_from_then_on(ann):
    step(ann, kind="action_item", due_in_days=1)
    begin(moment(0, 0))
    look(moment(2, 10))  # 38 hours late, on March 4 in Auckland
    assert ActionItem.objects.get().due_on == date(2031, 3, 5)


def test_an_action_item_without_days_has_no_due_date(ann):
    step(ann, kind="action_item")
    begin(moment(0, 0))
    look(moment(0, 20, 1))
    assert ActionItem.objects.get().due_on is None


@pytest.mark.parametrize("audience", ["advisor", "team"])
def test_a_reminder_is_for_the_advisor_or_the_team(ann, audience, as_user):
    step(ann, kind="reminder", title="Call {preferred_name}", audience=audience)
    begin(moment(0, 0))
    look(moment(0, 20, 1))
    reminder = Reminder.objects.get()
    assert (reminder.contact, reminder.title, reminder.audience) == (ann, "Call Annie", audience)
    assert reminder.due_at == StepRun.objects.get().due_at
    page = as_user(ann.primary_advisor).get(reverse("todos:tasks"), {"when": "all"}).content.decode()
    assert "Call Annie" in page


def test_what_is_skipped_brings_nothing(ann):
    for kind in ("action_item", "reminder", "post", "message"):
        step(ann, kind=kind, title=kind)
    begin(moment(0, 0))
    look(moment(3, 0))
    assert {state for _, state, _ in runs()} == {"skipped"}
    assert not any(model.objects.exists() for model in (ActionItem, Reminder, Message))


@pytest.mark.parametrize("kind", ["message", "post", "action_item", "reminder"])
def test_a_title_that_nothing_is_left_of_stays_as_it_was_typed(ann, kind):
    """An empty one is refused by the database, and would stop the campaigns of everybody."""
    Firm.objects.update(phone="")
    step(ann, kind=kind, title=" {advisor_phone} ", text="{firm_phone}")
    step(ann, kind="post", title="Another")
    begin(moment(0, 0))
    with time_machine.travel(moment(0, 0), tick=False):
        (_, said), _ = journey(ann, ann.assignments.get().campaign, Firm.get()).steps
    look(moment(0, 20, 1))
    assert set(runs()) == {(said.title, "done", ""), ("Another", "done", "")}
    assert said.title.strip() == "{advisor_phone}"


def test_do_not_contact_holds_for_all_but_what_the_staff_do(ann):
    Contact.objects.update(do_not_contact_since=timezone.now())
    for kind in ("action_item", "reminder", "post", "message"):
        step(ann, kind=kind, title=kind)
    ann.refresh_from_db()
    begin(moment(0, 0))
    with time_machine.travel(moment(0, 0), tick=False):
        planned = {one.title: one.outcome for _, one in journey(ann, ann.assignments.get().campaign, Firm.get()).steps}
    look(moment(0, 20, 1))
    assert set(runs()) == {
        ("action_item", "skipped", "no_contact"),
        ("post", "skipped", "no_contact"),
        ("message", "skipped", "no_contact"),
        ("reminder", "done", ""),
    }
    assert planned == {"action_item": "skipped", "post": "skipped", "message": "skipped", "reminder": "comes"}
    assert Reminder.objects.exists() and not Message.objects.exists()


def test_a_title_that_grows_long_is_cut(ann):
    Firm.objects.update(name="F" * 100)
    step(ann, kind="action_item", title="{firm_name}{firm_name}")
    begin(moment(0, 0))
    look(moment(0, 20, 1))
    assert ActionItem.objects.get().title == "F" * 120


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("post", {"resource"}),
        ("message", {"resource"}),
        ("action_item", {"resource", "due_in_days", "asks_for_upload"}),
        ("reminder", {"audience"}),
    ],
)
def test_a_step_keeps_what_its_kind_needs(as_user, admin, kind, kept):
    campaign, guide = CampaignFactory(length_days=30), ResourceFactory()
    values = {"day": 1, "time_of_day": "09:00", "kind": kind, "title": "x", "resource": guide.pk}
    url = reverse("experiences:touchpoint_new", args=[campaign.pk])
    assert (
        as_user(admin).post(url, values | {"due_in_days": 7, "audience": "team", "asks_for_upload": "on"}).status_code
        == 302
    )
    made = campaign.touchpoints.get()
    names = ("resource", "due_in_days", "asks_for_upload")
    found = {name: getattr(made, name) for name in names} | {"audience": made.audience == "team"}
    assert {name for name, value in found.items() if value} == kept
