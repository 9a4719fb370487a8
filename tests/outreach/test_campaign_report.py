"""The report of a campaign says what became of each step; each number opens exactly its contacts."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact
from contacts.models.engagement import ResourceView
from outreach.models import StepRun
from tests.factories import AssignmentFactory, CampaignFactory, ContactFactory, ResourceFactory, TouchpointFactory
from tests.markup import one_line
from todos.models import ActionItem, Reminder

pytestmark = pytest.mark.django_db


@pytest.fixture
def step():
    """A post with a guide on the first day."""
    return TouchpointFactory(campaign=CampaignFactory(), title="Welcome", resource=ResourceFactory())


def run(step, contact=None, **values) -> Contact:
    """What became of the step for somebody."""
    contact = contact or ContactFactory()
    given = AssignmentFactory(contact=contact, campaign=step.campaign)
    values = {"state": "done"} | values
    StepRun.objects.create(
        assignment=given,
        contact=contact,
        touchpoint=step,
        kind=step.kind,
        day=1,
        title=step.title,
        resource=step.resource,
        due_at=timezone.now(),
        **values,
    )
    return contact


def view(contact, resource, at=None):
    """The contact opens a resource."""
    ResourceView.objects.create(contact=contact, resource=resource, at=at or timezone.now() + timedelta(minutes=1))


def shown(client, url) -> set[str]:
    """Who is in the contact list at an address."""
    return {row.record.name for row in client.get(url).context["page"].object_list}


def test_a_removed_step_stays_in_the_report_if_it_was_due_for_somebody(step, as_user, admin):
    contact, never = run(step), TouchpointFactory(campaign=step.campaign, title="Never")
    step.delete()
    never.delete()
    client = as_user(admin)
    page = client.get(reverse("campaigns:report", args=[step.campaign_id]))
    [one] = page.context["steps"]
    assert (one.step.title, one.done.value) == ("Welcome", 1) and "removed from the campaign" in one_line(page)
    assert shown(client, one.done.url) == {contact.name}


def test_each_number_opens_its_contacts(step, as_user, admin):
    done, reader = run(step), run(step)
    view(reader, step.resource)
    view(done, step.resource, at=timezone.now() - timedelta(days=1))  # before: not on account of the step
    late = run(step, state="skipped", reason="late")
    held = run(step, state="skipped", reason="held")
    client = as_user(admin)
    [one] = client.get(reverse("campaigns:report", args=[step.campaign_id])).context["steps"]
    numbers = [one.due, one.done, one.skipped, one.opened, *one.reasons]
    assert [(number.what, number.value) for number in numbers] == [
        ("Due", 4),
        ("Done", 2),
        ("Skipped", 2),
        ("Opened", 1),
        ("Too late: the time for it had passed", 1),
        ("The campaign was paused", 1),
    ]
    names = [{done, reader, late, held}, {done, reader}, {late, held}, {reader}, {late}, {held}]
    assert [shown(client, number.url) for number in numbers] == [{one.name for one in found} for found in names]
    assert one.percent == 50


@pytest.mark.parametrize(("kind", "model"), [("action_item", ActionItem), ("reminder", Reminder)])
def test_it_counts_what_was_finished(as_user, admin, kind, model):
    step = TouchpointFactory(campaign=CampaignFactory(), kind=kind)
    finisher, other = run(step), run(step)
    for contact in (finisher, other):
        values = {"contact": contact, "title": "x", "step_run": StepRun.objects.get(contact=contact).pk}
        model.objects.create(**values, **({"due_at": timezone.now()} if model is Reminder else {}))
    model.objects.filter(contact=finisher).update(done_at=timezone.now(), done_by=admin)
    client = as_user(admin)
    [one] = client.get(reverse("campaigns:report", args=[step.campaign_id])).context["steps"]
    assert (one.finished.value, shown(client, one.finished.url)) == (1, {finisher.name})


def test_who_had_a_step_twice_is_counted_once(step, as_user, admin):
    twice = run(step, state="skipped", reason="late")
    twice.assignments.update(ended_at=timezone.now())
    run(step, twice)
    [one] = as_user(admin).get(reverse("campaigns:report", args=[step.campaign_id])).context["steps"]
    assert (one.due.value, one.done.value, one.skipped.value) == (1, 1, 1)


def test_the_list_says_which_step_it_is_about(step, as_user, admin):
    run(step)
    answer = as_user(admin).get(reverse("contacts:list"), {"group": f"step.{step.pk}.done"})
    assert "Group: step “Welcome” done" in answer.content.decode()


def test_everyone_counts_their_own(step, as_user):
    mine = run(step)
    run(step)
    client = as_user(mine.primary_advisor)
    [one] = client.get(reverse("campaigns:report", args=[step.campaign_id])).context["steps"]
    assert (one.due.value, shown(client, one.due.url)) == (1, {mine.name})


@pytest.mark.parametrize("group", ["step.1", "step.x.done", "step.1.all", "other.1.done", "step", ".", "step.1.done.x"])
def test_a_group_that_cannot_be_read_shows_nobody(step, as_user, admin, group):
    run(step)
    answer = as_user(admin).get(reverse("contacts:list"), {"group": group})
    assert answer.status_code == 200 and list(answer.context["page"].object_list) == []


@pytest.mark.parametrize("people", [1, 3])
def test_the_report_takes_the_same_queries_for_any_number(step, as_user, admin, django_assert_num_queries, people):
    for _ in range(people):
        run(step)
    client = as_user(admin)
    client.get(reverse("campaigns:report", args=[step.campaign_id]))
    with django_assert_num_queries(9):
        client.get(reverse("campaigns:report", args=[step.campaign_id]))
