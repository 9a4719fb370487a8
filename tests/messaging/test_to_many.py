"""One message to many contacts: who gets it, in which thread, what it says, and what it does not do."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from core.models import Operation
from mail.models import Send
from messaging.domain.reach import reach_of
from messaging.domain.to_many import NOTHING_LEFT, TOO_LONG, write_to_many
from messaging.forms import WriteForm
from messaging.models import Message, Thread
from messaging.operations import DO_NOT_CONTACT, NEVER_SIGNED_IN, NO_PORTAL
from tests.factories import AssignmentFactory, ContactFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/contacts/bulk/messaging.write_many/"


@pytest.fixture
def clients(advisor):
    """Three contacts of the advisor's who have signed in."""
    return [signed_in(primary_advisor=advisor) for _ in range(3)]


def signed_in(**values) -> Contact:
    """A contact who uses the portal."""
    return AssignmentFactory(contact=ContactFactory(start_at=timezone.now(), **values)).contact


def preview(browser, contacts, text="Our office is closed on Friday.", **more):
    """Choose them and type the text: the page that asks for confirmation."""
    draft = browser.post(URL, {"ids": ",".join(str(one.pk) for one in contacts)}, follow=True).context["operation"]
    return browser.post(URL, {"draft": draft.pk, "text": text, **more}, follow=True)


def send(browser, contacts, text="Our office is closed on Friday.", **more) -> Operation:
    """All of it, confirmed."""
    browser.post(URL, preview(browser, contacts, text, **more).context["hidden"])
    return Operation.objects.filter(kind="messaging.write_many").latest("pk")


def reasons(operation) -> dict[int, str]:
    """Why each who got none was left out."""
    return dict(operation.lines.filter(state="skipped").values_list("subject_id", "reason"))


def test_each_gets_it_in_their_own_thread_and_answers_there(as_user, advisor, clients):
    operation = send(as_user(advisor), clients, "Dear {preferred_name}, we are closed.\n\nYours, {advisor_name}")
    assert (operation.done, operation.skipped, operation.state) == (3, 0, "finished")
    assert {(one.thread.contact_id, one.text) for one in Message.objects.select_related("thread")} == {
        (one.pk, f"Dear {one.greeting_name}, we are closed.\n\nYours, {advisor.name}") for one in clients
    }
    assert {(one.side, one.author) for one in Message.objects.select_related("author")} == {("staff", advisor)}
    assert set(Thread.objects.values_list("user", "client_unread", "unanswered_since")) == {(advisor.pk, 1, None)}


def test_the_preview_shows_it_as_one_of_them_reads_it_and_who_is_left_out(as_user, advisor, clients):
    quiet = signed_in(primary_advisor=advisor, do_not_contact_since=timezone.now())
    page = preview(as_user(advisor), [*clients, quiet], "Hello {first_name}!")
    first = min(clients, key=lambda one: one.sort_name)
    assert page.context["example"] == (first.name, f"Hello {first.first_name}!")
    assert f"Hello {first.first_name}!" in page.content.decode()
    assert page.context["preview"].skipped == [(DO_NOT_CONTACT, 1)]
    assert not Message.objects.exists()


def test_who_may_not_be_written_to_or_cannot_read_it_is_left_out(as_user, advisor):
    quiet = signed_in(primary_advisor=advisor, do_not_contact_since=timezone.now())
    dead = signed_in(primary_advisor=advisor, deceased=True)
    gone = signed_in(primary_advisor=advisor, deactivated_at=timezone.now())
    without = ContactFactory(primary_advisor=advisor)
    waiting = AssignmentFactory(contact__primary_advisor=advisor).contact
    everybody = [quiet, dead, gone, without, waiting]
    operation = send(as_user(advisor), [*everybody, signed_in(primary_advisor=advisor)])
    assert operation.done == 1
    assert reasons(operation) == {
        quiet.pk: DO_NOT_CONTACT,
        dead.pk: "The contact is deceased. Nothing can be written to them.",
        gone.pk: "The contact is deactivated and gets no messages.",
        without.pk: NO_PORTAL,
        waiting.pk: NEVER_SIGNED_IN,
    }
    assert send(as_user(advisor), everybody[3:], waiting="on").done == 1
    assert Message.objects.filter(thread__contact=waiting).count() == 1


def test_nobody_writes_to_contacts_of_others(as_user, advisor, colleague, clients):
    page = as_user(colleague).post(URL, {"ids": ",".join(str(one.pk) for one in clients)}, follow=True)
    assert "Nothing that you may change was selected" in page.content.decode()
    handed_over = preview(as_user(advisor), clients)
    Contact.objects.filter(pk=clients[0].pk).update(primary_advisor=colleague)
    as_user(advisor).post(URL, handed_over.context["hidden"])
    assert set(Message.objects.values_list("thread__contact", flat=True)) == {clients[1].pk, clients[2].pk}


def test_compliance_only_reads(as_user, compliance, clients):
    assert as_user(compliance).post(URL, {"ids": str(clients[0].pk)}).status_code in {403, 404}


@pytest.mark.parametrize("reach", ["direct", "group", "both", "off", None])
@pytest.mark.parametrize("who", ["advisor", "member", "admin"])
def test_it_goes_to_the_thread_that_the_form_for_one_proposes(reach, who, advisor, admin):
    member = UserFactory(role="advisor")
    by = {"advisor": advisor, "member": member, "admin": admin}[who]
    team = TeamFactory(members=[advisor, member], reach=reach) if reach else None
    contact = signed_in(primary_advisor=advisor, team=team)
    form = WriteForm(reach=reach_of(contact), advisor=advisor, by=by)
    write_to_many([contact.pk], "Hello", by=by)
    thread = Thread.objects.get()
    assert ("team" if thread.team_id else f"user-{thread.user_id}") == form.initial["to"]


def test_it_answers_nothing_and_one_notice_is_enough(as_user, advisor, asked, client_contact, send_mail):
    Contact.objects.filter(pk=client_contact.pk).update(primary_advisor=advisor)
    send(as_user(advisor), [client_contact], waiting="on")
    send(as_user(advisor), [client_contact], "Open again.", waiting="on")
    asked.refresh_from_db()
    assert asked.unanswered_since and asked.client_unread == 2
    assert Send.objects.filter(purpose="message_notice").count() == 1


def test_a_second_press_of_the_button_sends_nothing(as_user, advisor, clients):
    browser = as_user(advisor)
    hidden = preview(browser, clients).context["hidden"]
    for _ in range(3):
        browser.post(URL, hidden)
    assert Message.objects.count() == 3


def test_a_text_with_unknown_placeholders_or_none_at_all_is_refused(as_user, advisor, clients):
    for text, why in (("Dear {name}", "{name} is no placeholder"), (" \n ", "required"), ("x" * 4001, "4000")):
        page = preview(as_user(advisor), clients, text)
        assert page.status_code == 422 and why in page.content.decode()
    assert not Message.objects.exists()


def test_it_says_for_whom_placeholders_are_empty_and_who_cannot_answer(as_user, advisor, clients):
    Firm.objects.update(phone="")
    type(advisor).objects.filter(pk=advisor.pk).update(phone="")
    Contact.objects.filter(pk=clients[0].pk).update(team=TeamFactory(members=[advisor], reach="off"))
    page = preview(as_user(advisor), clients, "Call {advisor_phone}").content.decode()
    assert "{advisor_phone} (The primary advisor’s phone number, else the firm’s) is empty for 3 contacts." in page
    assert "1 contact can read it and not answer" in page
    operation = send(as_user(advisor), clients, "{firm_phone}")
    assert set(reasons(operation).values()) == {NOTHING_LEFT} and not Message.objects.exists()


def test_a_text_that_grows_too_long_is_left_out_with_the_reason(as_user, advisor):
    long, short = (signed_in(primary_advisor=advisor, first_name=name) for name in ("Maximiliana" * 5, "Bo"))
    operation = send(as_user(advisor), [long, short], "x" * 3950 + "{first_name}")
    assert reasons(operation) == {long.pk: TOO_LONG} and operation.done == 1


def test_more_than_two_hundred_are_written_to_by_the_worker(as_user, advisor, django_capture_on_commit_callbacks):
    contacts = [signed_in(primary_advisor=advisor) for _ in range(205)]
    with django_capture_on_commit_callbacks(execute=True):
        browser = as_user(advisor)
        hidden = preview(browser, contacts).context["hidden"]
        browser.post(URL, hidden)
        page = browser.post(URL, hidden | {"typed_count": "205"}, follow=True)
    assert Message.objects.count() == 205 and page.status_code == 200


@pytest.mark.parametrize("many", [1, 5])
def test_the_number_of_queries_does_not_grow(many, advisor, django_assert_num_queries):
    team = TeamFactory(members=[advisor, UserFactory(role="advisor")], reach="both")
    contacts = [signed_in(primary_advisor=advisor, team=team).pk for _ in range(many)]
    with django_assert_num_queries(12):
        assert write_to_many(contacts, "Hello {first_name}", by=advisor) == {}


def test_the_time_is_now(advisor, clients):
    write_to_many([clients[0].pk], "Hello", by=advisor)
    assert timezone.now() - Message.objects.get().at < timedelta(minutes=1)
