"""A mail server that breaks off or is away: how many mails become work for people, and what pages say meanwhile."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from core.mailing import server_status
from core.models import MailStatus, Operation
from core.tasks import call_mail_server, sweep
from mail.domain import requests, sending
from mail.models import Pace, Send
from mail.tasks import send_due
from outreach.domain import inviting
from outreach.domain.inviting import Mode
from tests.factories import AssignmentFactory, UserFactory

LIMIT = server_status.UNKNOWNS_IN_A_ROW
DECIDE = "/outreach/decide/"


@pytest.fixture
def sixty(advisor):
    """Sixty planned invitations."""
    people = [AssignmentFactory(contact__primary_advisor=advisor).contact_id for _ in range(60)]
    inviting.invite(people, Mode.FIRST, by=advisor)
    return people


def states():
    """How many mails there are in each state."""
    found = {}
    for state in Send.objects.order_by("pk").values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def the_time_comes():
    """The pause before the next try is over."""
    MailStatus.objects.filter(look_again_at__isnull=False).update(look_again_at=timezone.now() - timedelta(seconds=1))


def pause():
    """How long until one mail is tried again, in whole minutes."""
    return round((MailStatus.get().look_again_at - timezone.now()).total_seconds() / 60)


def test_a_server_that_drops_after_data_makes_work_of_three_mails_and_not_of_sixty(sixty, smtp):
    smtp.drop_after_data = 1000
    for _ in range(5):
        sending.send_due()
    assert states() == {"unknown": LIMIT, "planned": 60 - LIMIT}
    pauses = [pause()]
    for _ in range(6):
        the_time_comes()
        sending.send_due()
        sending.send_due()
        pauses.append(pause())
    assert (pauses, states()["unknown"]) == ([1, 2, 4, 8, 16, 30, 30], LIMIT + 6)
    smtp.drop_after_data = 0
    the_time_comes()
    sending.send_due()
    assert states() == {"unknown": LIMIT + 6, "accepted": 60 - LIMIT - 6}


def test_one_that_drops_now_and_then_stops_nothing(sixty, smtp):
    smtp.drop_after_data = LIMIT - 1
    sending.send_due()
    sending.send_due()
    assert states() == {"unknown": LIMIT - 1, "accepted": 60 - LIMIT + 1}
    assert MailStatus.get().unknowns == 0


@pytest.mark.parametrize("kept", ["pace", "pause"])
def test_a_clock_that_was_wrong_once_stops_no_mail_when_it_is_right_again(assigned, advisor, smtp, send_now, kept):
    ahead = timezone.now() + timedelta(days=300)
    if kept == "pace":
        Pace.objects.update(next_at=ahead)
    else:
        MailStatus.objects.update(unknowns=3, look_again_at=ahead)
    inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
    send_now()
    assert len(smtp.messages) == 1
    assert not Pace.objects.filter(next_at__gt=timezone.now() + timedelta(minutes=2)).exists()


def test_a_firms_slow_pace_is_still_kept(assigned, advisor, smtp, send_now):
    Firm.objects.update(sends_per_minute=1)
    Pace.objects.update(next_at=timezone.now() + timedelta(seconds=59))
    inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
    send_now()
    assert smtp.messages == []


def test_staff_links_stop_at_the_same_server(sixty, smtp):
    smtp.drop_after_data = 1000
    sending.send_due()
    ada = UserFactory(email="ada@example.com")
    requests.request_link("staff", ada.email)
    send_due()
    assert Send.objects.get(user=ada).state == "planned"
    smtp.drop_after_data = 0
    the_time_comes()
    sending.send_due()
    assert (Send.objects.get(user=ada).state, MailStatus.get().unknowns) == ("accepted", 0)


@pytest.fixture
def unknown(sixty, smtp):
    """Sixty mails of unknown fate."""
    Send.objects.update(state="unknown", reason="The line broke.", settled_at=timezone.now())
    return sixty


def decide(client, decision, query="?state=unknown"):
    """Look at what is to be decided, and decide."""
    shown = client.get(DECIDE + query)
    data = {"decision": decision, "count": shown.context["count"], "latest": shown.context["latest"]}
    return client.post(DECIDE + query, data)


def test_many_are_counted_as_sent_at_once(unknown, as_user, advisor):
    answer = decide(as_user(advisor), "sent")
    operation = Operation.objects.get(kind="outreach.decide")
    assert answer.url == reverse("core:operation", args=[operation.pk])
    assert (operation.state, operation.done, states()) == ("finished", 60, {"accepted": 60})
    assert set(Contact.objects.values_list("status", "invitations_sent")) == {("invited", 1)}
    assert Contact.objects.first().name in as_user(advisor).get(answer.url).content.decode()


def test_many_are_sent_again_at_once_and_once_each(unknown, as_user, advisor, smtp):
    client = as_user(advisor)
    decide(client, "again")
    assert client.post(DECIDE, {"decision": "again", "count": 60, "latest": 10**9}).status_code == 302
    sending.send_due()
    sending.send_due()
    assert states() == {"failed": 60, "accepted": 60}
    assert len({mail.to for mail in smtp.messages}) == len(smtp.messages) == 60


@pytest.mark.parametrize("form", [{}, {"decision": "perhaps"}])
def test_a_form_that_says_neither_decides_nothing(unknown, as_user, advisor, form):
    send = Send.objects.filter(state="unknown").first()
    assert as_user(advisor).post(reverse("outreach:decide", args=[send.pk]), form).status_code == 200
    send.refresh_from_db()
    assert send.state == "unknown"


def test_nobody_decides_about_others_contacts(unknown, as_user, advisor, colleague, compliance):
    assert as_user(colleague).get(DECIDE).status_code == 302
    assert as_user(compliance).get(DECIDE).status_code == 404
    theirs = AssignmentFactory(contact__primary_advisor=colleague).contact
    Contact.objects.filter(pk__in=unknown[:20]).update(primary_advisor=colleague)
    assert theirs.pk and as_user(colleague).get(DECIDE).context["count"] == 20
    decide(as_user(colleague), "sent")
    assert states() == {"accepted": 20, "unknown": 40}


def test_only_what_was_shown_is_decided(unknown, as_user, advisor):
    client = as_user(advisor)
    shown = client.get(DECIDE)
    data = {"decision": "sent", "count": shown.context["count"], "latest": shown.context["latest"]}
    Send.objects.filter(contact=unknown[0]).update(state="accepted")
    answer = client.post(DECIDE, data)
    assert (answer.status_code, answer.context["changed"], states()["unknown"]) == (200, True, 59)


def test_the_filters_of_the_list_hold(unknown, as_user, advisor):
    person = Contact.objects.get(pk=unknown[7])
    decide(as_user(advisor), "sent", f"?q={person.email}")
    assert list(Send.objects.filter(state="accepted").values_list("contact", flat=True)) == [person.pk]


# -- no mail server


@pytest.fixture
def no_server(smtp):
    """The mail server is away, and that is known."""
    smtp.stop()
    call_mail_server()
    return smtp


def told(answer):
    """The latest message that the answer's next page shows."""
    return [str(message) for message in answer.wsgi_request._messages][-1]


def test_a_server_that_was_never_reached_promises_nothing(db, smtp):
    assert server_status.obstacle().words == "The mail server has not been reached yet."
    call_mail_server()
    assert server_status.obstacle() is None


def test_the_sweep_calls_a_silent_server_and_the_words_follow(no_server, django_capture_on_commit_callbacks):
    assert server_status.obstacle().words.startswith("No mail has left since")
    no_server.start()
    with django_capture_on_commit_callbacks(execute=True):
        sweep()
    assert server_status.obstacle(), "It is called once a minute."
    MailStatus.objects.update(tried_at=timezone.now() - timedelta(minutes=1, seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        sweep()
    assert server_status.obstacle() is None


def on_its_way(as_user, admin, advisor, assigned, colleague):
    """What each page says of a mail that was asked for just now."""
    staff, stranger = as_user(admin), Client()
    nia = {"first_name": "Nia", "last_name": "New", "email": "nia@example.com", "role": "advisor"}
    said = [
        told(staff.post(reverse("outreach:password_link", args=[assigned.pk]))),
        told(staff.post(reverse("accounts:user_link", args=[colleague.pk]))),
        told(staff.post(reverse("accounts:user_invite"), nia)),
        told(staff.post(reverse("contacts:bulk_one", args=[assigned.pk, "outreach.invite"]), {"when": "now"})),
        stranger.get(reverse("accounts:password_reset_sent")).content.decode(),
        stranger.get(reverse("portal:forgotten_sent")).content.decode(),
    ]
    assert len(said) == 6
    return [("on its way" in words, "reached" in words) for words in said]


def test_nobody_is_told_on_its_way_while_no_server_is_reached(no_server, as_user, admin, advisor, assigned, colleague):
    assert on_its_way(as_user, admin, advisor, assigned, colleague) == [(False, True)] * 6


def test_everybody_is_told_so_while_it_is(smtp, as_user, admin, advisor, assigned, colleague):
    call_mail_server()
    assert on_its_way(as_user, admin, advisor, assigned, colleague) == [(True, False)] * 6


def test_admins_read_it_on_every_page_until_mail_flows(no_server, as_user, admin, advisor, assigned):
    notice = "No mail has left since"
    for page in ("/contacts/", "/operations/", "/users/", "/settings/"):
        assert notice in as_user(admin).get(page).content.decode()
    assert notice not in as_user(advisor).get("/contacts/").content.decode()
    assert notice in as_user(advisor).get("/outreach/").content.decode()
    inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
    sending.send_due()
    assert notice in as_user(advisor).get(f"/contacts/{assigned.pk}/").content.decode()
    no_server.start()
    Send.objects.update(not_before=timezone.now())
    sending.send_due()
    assert notice not in as_user(admin).get("/contacts/").content.decode()
    assert Send.objects.get().state == "accepted"


def test_inviting_says_before_that_invitations_wait(no_server, as_user, advisor, assigned):
    chosen = as_user(advisor).post(reverse("contacts:bulk", args=["outreach.invite"]), {"ids": [assigned.pk]})
    draft = Operation.objects.get()
    page = as_user(advisor).post(chosen.url, {"draft": draft.pk, "when": "now"}, follow=True)
    assert "The invitations wait." in page.content.decode()
