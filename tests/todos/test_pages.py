"""The pages of the staff: the Tasks list, reminders, and action items on a contact's page."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact
from core.models import Activity
from tests.factories import ContactFactory, ResourceFactory, TeamFactory, UserFactory
from tests.forms import as_shown
from todos.models import ActionItem, Reminder

pytestmark = pytest.mark.django_db
TASKS_QUERIES = 9


def page(name, *args):
    return reverse(f"todos:{name}", args=args)


def titles(client, query=""):
    return [row.record.title for row in client.get(page("tasks") + query).context["table"].page.object_list]


def remind(contact, title, days=0, **values):
    return Reminder.objects.create(contact=contact, title=title, due_at=timezone.now() + timedelta(days=days), **values)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_any_amount(as_user, advisor, count, django_assert_num_queries):
    team = TeamFactory(members=[advisor])
    for contact in ContactFactory.create_batch(count, team=team):
        remind(contact, "x", audience="team")
    client = as_user(advisor)
    client.get(page("tasks"))
    with django_assert_num_queries(TASKS_QUERIES):
        assert len(titles(client)) == count


def test_reminders_follow_whoever_looks_after_the_contact(
    as_user, admin, advisor, colleague, support, compliance, reminder
):
    def seeing():
        people = (admin, advisor, colleague, support, compliance)
        return [user.last_name for user in people if titles(as_user(user))]

    assert seeing() == ["Admin", "Advisor", "Compliance"]
    Contact.objects.update(primary_advisor=colleague, team=TeamFactory(members=[support]))
    assert seeing() == ["Admin", "Colleague", "Support", "Compliance"]


@pytest.mark.parametrize("closed", [{"deleted_at": timezone.now()}, {"deactivated_at": timezone.now()}])
def test_contacts_who_are_deleted_or_deactivated_leave_the_list(as_user, advisor, reminder, closed):
    Contact.objects.update(**closed)
    assert titles(as_user(advisor)) == []


def test_ones_own_come_first_then_the_sooner_ones(as_user, admin, advisor):
    team = TeamFactory(members=[admin])
    others = ContactFactory(primary_advisor=advisor)
    own = ContactFactory(primary_advisor=admin)
    remind(others, "Another's", days=-3)
    remind(own, "Later", days=2)
    remind(ContactFactory(team=team), "Team's", days=1, audience="team")
    remind(ContactFactory(team=team), "Their advisor's", days=-1)
    client = as_user(admin)
    assert titles(client) == ["Team's", "Later", "Another's", "Their advisor's"]
    assert titles(client, "?whose=mine") == ["Later"]
    assert titles(client, "?whose=teams") == ["Team's"]
    assert titles(client, "?sort=due") == ["Another's", "Their advisor's", "Team's", "Later"]


def test_filters_and_search(as_user, advisor, contact):
    now = timezone.now()
    remind(contact, "Old", days=-2)
    remind(contact, "Asleep", days=-2, snoozed_until=now + timedelta(days=2))
    remind(contact, "Finished", done_at=now, done_by=advisor)
    client = as_user(advisor)
    assert titles(client, "?state=overdue") == ["Old"]
    assert titles(client, "?state=snoozed") == ["Asleep"]
    assert titles(client, "?state=done") == ["Finished"]
    assert titles(client, "?q=old") == ["Old"]
    assert titles(client, f"?q={contact.last_name}") == ["Old", "Asleep"]
    assert titles(client, "?state=nonsense") == []
    assert "Overdue" in client.get(page("tasks")).content.decode()


def test_what_is_due_today_is_not_overdue(as_user, advisor, contact):
    advisor.time_zone = "UTC"
    advisor.save()
    Reminder.objects.create(contact=contact, title="Today", due_at=timezone.now().replace(hour=0, minute=1))
    assert titles(as_user(advisor), "?state=overdue") == []


def test_done_can_be_undone_from_the_next_page(as_user, advisor, reminder):
    client = as_user(advisor)
    answer = client.post(page("reminder_done", reminder.pk))
    assert answer.url == page("tasks")
    listed = client.get(answer.url).content.decode()
    assert page("reminder_reopen", reminder.pk) in listed
    assert page("reminder_reopen", reminder.pk) not in client.get(answer.url).content.decode()
    client.post(page("reminder_reopen", reminder.pk))
    assert titles(client) == [reminder.title]


@pytest.mark.parametrize(("until", "day"), [("tomorrow", 5), ("next_week", 9)])
def test_snoozing_until_tomorrow_or_next_monday(as_user, advisor, reminder, until, day):
    advisor.time_zone = "America/New_York"
    advisor.save()
    with time_machine.travel("2031-06-04T15:00:00Z", tick=False):  # a Wednesday
        as_user(advisor).post(page("reminder_snooze", reminder.pk), {"until": until})
    assert f"{Reminder.objects.get().snoozed_until:%Y-%m-%d %H:%M}" == f"2031-06-0{day} 13:00"


def test_snoozing_until_a_chosen_day(as_user, advisor, reminder):
    client = as_user(advisor)
    assert client.get(page("reminder_snooze", reminder.pk)).status_code == 200
    today = timezone.localdate()
    refused = client.post(page("reminder_snooze", reminder.pk), {"day": today.isoformat()})
    assert (refused.status_code, Reminder.objects.get().snoozed_until) == (422, None)
    client.post(page("reminder_snooze", reminder.pk), {"day": (today + timedelta(days=9)).isoformat()})
    assert timezone.localtime(Reminder.objects.get().shows_at).date() >= today + timedelta(days=8)


def test_a_reminder_is_added_by_hand_from_the_contact_that_was_looked_for(as_user, advisor, contact, colleague):
    ContactFactory(primary_advisor=colleague, last_name=contact.last_name)
    client = as_user(advisor)
    found = client.get(page("pick"), {"find": contact.last_name[:5]}).context["contacts"]
    assert found == [contact]
    fragment = client.get(page("pick"), {"find": contact.last_name}, headers={"HX-Request": "true"}).content.decode()
    assert (contact.name in fragment, "<html" in fragment) == (True, False)
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    form = as_shown(client, page("reminder_add", contact.pk), title="Call", due_on=day, csrfmiddlewaretoken="drawn")
    for _ in range(3):
        assert client.post(page("reminder_add", contact.pk), form).status_code == 302
    made = Reminder.objects.get()
    assert (made.title, made.created_by, made.audience) == ("Call", advisor, "advisor")
    assert Activity.objects.filter(verb="reminder_added", subject_id=contact.pk).count() == 1


def test_a_reminder_for_the_team_needs_a_team(as_user, advisor, contact):
    client = as_user(advisor)
    form = as_shown(client, page("reminder_add", contact.pk), title="Call", audience="team")
    assert client.post(page("reminder_add", contact.pk), form).status_code == 422
    Contact.objects.update(team=TeamFactory())
    assert client.post(page("reminder_add", contact.pk), form).status_code == 302


def test_a_reminder_is_changed_and_another_day_ends_its_snooze(as_user, advisor, reminder):
    Reminder.objects.update(snoozed_until=timezone.now() + timedelta(days=2))
    client, before = as_user(advisor), Reminder.objects.get().due_at
    client.post(page("reminder_edit", reminder.pk), as_shown(client, page("reminder_edit", reminder.pk), title="New"))
    kept = Reminder.objects.get()
    assert (kept.title, kept.due_at, kept.snoozed_until is None) == ("New", before, False)
    day = (timezone.localdate() + timedelta(days=9)).isoformat()
    client.post(page("reminder_edit", reminder.pk), as_shown(client, page("reminder_edit", reminder.pk), due_on=day))
    assert Reminder.objects.get().snoozed_until is None


def test_compliance_reads_all_and_changes_nothing(as_user, compliance, reminder, item):
    client = as_user(compliance)
    for html in (
        client.get(page("tasks")).content.decode(),
        client.get(reverse("contacts:detail", args=[item.contact_id])).content.decode(),
    ):
        assert reminder.title in html
        assert "/done/" not in html
    for name, key in (("reminder_done", reminder.pk), ("item_done", item.pk), ("item_add", item.contact_id)):
        assert client.post(page(name, key)).status_code == 404
    assert Reminder.objects.open().count() == ActionItem.objects.open().count() == 1


@pytest.mark.parametrize("role", ["colleague", "support"])
def test_nobody_else_reaches_them(as_user, request, role, reminder, item):
    client = as_user(request.getfixturevalue(role))
    for name in ("edit", "done", "reopen", "snooze"):
        assert client.post(page(f"reminder_{name}", reminder.pk)).status_code == 404
    for name in ("edit", "done", "reopen", "withdraw"):
        assert client.post(page(f"item_{name}", item.pk)).status_code == 404
    assert Reminder.objects.open().count() == ActionItem.objects.open().count() == 1


def test_an_action_item_is_added_changed_done_reopened_and_withdrawn(as_user, advisor, contact):
    client, resource = as_user(advisor), ResourceFactory(name="Checklist")
    day = (timezone.localdate() + timedelta(days=30)).isoformat()
    add = page("item_add", contact.pk)
    form = as_shown(client, add, title="Sign", due_on=day, resource=resource.pk, csrfmiddlewaretoken="drawn")
    for _ in range(3):
        assert client.post(add, form).url.endswith("#action-items")
    item = ActionItem.objects.get()
    assert (item.created_by, item.resource) == (advisor, resource)
    client.post(page("item_edit", item.pk), as_shown(client, page("item_edit", item.pk), title="Sign it"))
    client.post(page("item_done", item.pk))
    done = ActionItem.objects.get()
    assert (done.title, done.done_by, done.done_by_client) == ("Sign it", advisor, False)
    client.post(page("item_reopen", item.pk))
    state = client.get(page("item_withdraw", item.pk)).context["hidden"]["state"]
    client.post(page("item_withdraw", item.pk), {"state": state})
    assert ActionItem.objects.get().withdrawn_at is not None
    told = Activity.objects.order_by("pk").values_list("verb", flat=True)
    assert [verb.removeprefix("action_item_") for verb in told] == ["added", "changed", "done", "reopened", "withdrawn"]


def test_a_due_date_that_has_passed_stays_and_is_not_chosen_anew(as_user, advisor, item):
    ActionItem.objects.update(due_on="2020-01-01")
    client, edit = as_user(advisor), page("item_edit", item.pk)
    assert client.post(edit, as_shown(client, edit, title="New")).status_code == 302
    assert client.post(edit, as_shown(client, edit, due_on="2020-01-02")).status_code == 422


def test_two_who_edit_at_once_are_told(as_user, advisor, item):
    client, edit = as_user(advisor), page("item_edit", item.pk)
    mine = as_shown(client, edit, title="Mine")
    ActionItem.objects.update(title="Theirs")
    assert client.post(edit, mine).status_code == 422
    assert ActionItem.objects.get().title == "Theirs"


def test_the_contacts_page_shows_open_done_and_overdue_items_and_not_withdrawn_ones(as_user, advisor, item):
    contact, now = item.contact, timezone.now()
    for title, values in (
        ("Late one", {"due_on": "2020-01-01"}),
        ("Done one", {"done_at": now, "done_by_client": True}),
        ("Withdrawn one", {"withdrawn_at": now}),
    ):
        ActionItem.objects.create(contact=contact, title=title, **values)
    html = as_user(advisor).get(reverse("contacts:detail", args=[contact.pk])).content.decode()
    shown = [title in html for title in ("Send your passport", "Late one", "Done one", "Withdrawn one", "Overdue")]
    assert shown == [True, True, True, False, True]


def test_a_support_user_does_the_reminders_of_their_team(as_user, reminder):
    member = UserFactory(role="support")
    Contact.objects.update(team=TeamFactory(members=[member]))
    as_user(member).post(page("reminder_done", reminder.pk))
    assert Reminder.objects.get().done_by == member
