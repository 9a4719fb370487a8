"""The demo firm loads, is whole, and is the same every time."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Role, User
from contacts.models import Contact, Household, Status
from experiences.models import Campaign, Experience, Resource, Team, Touchpoint
from messaging.models import Attachment, Message, SavedReply, Thread
from outreach.models import StepRun
from todos.models import ActionItem, Reminder


@pytest.fixture
def demo_firm(db, settings, tmp_path):
    """500 contacts, as script/server loads them."""
    call_command("load_demo", verbosity=0)


def test_the_demo_firm_is_whole(demo_firm):
    staff = User.objects.staff()
    assert staff.count() == 6
    assert {user.role for user in staff} == {Role.ADMIN, Role.ADVISOR, Role.SUPPORT, Role.COMPLIANCE}
    counted = [model.objects.count() for model in (Team, Experience, Campaign, Contact)]
    assert counted == [3, 4, 2, 500]
    assert set(Contact.objects.values_list("status", flat=True)) == set(Status.values)
    assert set(Resource.objects.values_list("kind", flat=True)) == {"file", "link", "video"}
    assert not Household.objects.filter(head=None).exclude(members=None).exists()


def test_everything_in_it_is_visibly_fictional(demo_firm):
    assert not Contact.objects.exclude(email__endswith="example.com").exists()
    assert not Contact.objects.exclude(phone__regex=r"^\+1\d{3}55501\d\d$").exists()


def test_its_history_lies_in_the_past_and_in_order(demo_firm):
    from django.db.models import F, Q

    assert not Contact.objects.filter(Q(last_login_at__gt=timezone.now()) | Q(start_at__gt=F("last_login_at"))).exists()
    event = Contact.pgh_event_model.objects.order_by("pgh_created_at").first()
    assert event.pgh_created_at == event.created_at


def test_action_items_and_reminders_are_in_every_state(demo_firm):
    now = timezone.now()
    items, reminders = ActionItem.objects.all(), Reminder.objects.all()
    counted = (
        items.open().filter(due_on__lt=now.date()),
        items.open().filter(due_on__gt=now.date()),
        items.filter(done_by_client=True),
        items.filter(created_by=None),
        items.open().filter(asks_for_upload=True),
        reminders.open().filter(shows_at__lt=now),
        reminders.open().filter(snoozed_until__gt=now),
        reminders.filter(done_at__isnull=False),
        reminders.filter(audience="team"),
    )
    assert all(rows.exists() for rows in counted)
    first = (
        Contact.objects.exclude(user=None).exclude(experience=None).filter(user__is_active=True).order_by("user_id")[0]
    )
    assert (first.action_items.open().count() >= 2, first.action_items.done().exists()) == (True, True)


def test_its_clients_have_written_and_some_wait_for_an_answer(demo_firm):
    assert {thread.kind for thread in Thread.objects.all()} == {"direct", "team"}
    talks = Thread.objects.exclude(last_client_message_at=None)
    assert 0 < Thread.objects.unanswered().count() < talks.count() <= 24
    assert not Message.objects.filter(thread__last_message_at=None).exists()
    for thread in Thread.objects.all():
        moments = list(thread.messages.order_by("pk").values_list("at", flat=True))
        assert moments == sorted(moments)
    assert Message.objects.filter(attachment_count=1).count() == Attachment.objects.count() > 0
    assert SavedReply.objects.filter(owner=None).count() == 3


def test_campaigns_have_a_past_with_all_kinds_of_steps_and_outcomes(demo_firm):
    done = StepRun.objects.filter(state="done")
    assert set(done.values_list("kind", flat=True)) == set(Touchpoint.Kind.values)
    assert {"late"} <= set(StepRun.objects.filter(state="skipped").values_list("reason", flat=True))
    written = Message.objects.filter(side="campaign")
    assert written.count() == done.filter(kind="message").count() and not written.filter(text__contains="{").exists()
    unread = Thread.objects.filter(messages__side="campaign", client_unread__gt=0)
    assert 0 < unread.count() < written.count()
    assert not StepRun.objects.filter(at__gt=timezone.now()).exists()


def test_loading_twice_is_refused_and_can_be_made_harmless(demo_firm):
    call_command("load_demo", "--if-empty")
    with pytest.raises(CommandError):
        call_command("load_demo")
    assert Contact.objects.count() == 500


def test_no_more_or_less_contacts_than_allowed(db):
    with pytest.raises(CommandError):
        call_command("load_demo", "--contacts", "0")
