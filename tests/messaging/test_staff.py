"""The staff's pages of messages: inbox, thread, notes, handing on, and who may do what."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import User
from contacts.models import Contact
from core.models import Activity
from messaging.domain.writing import add_note, start_as_staff, write_as_client, write_as_staff
from messaging.models import Message, Reading, Thread
from tests.factories import AssignmentFactory, ContactFactory, TeamFactory, UserFactory
from tests.markup import one_line

INBOX_QUERIES, THREAD_QUERIES = {"waiting": 5, "all": 6}, 13
POLL = {"HTTP_HX_REQUEST": "true", "HTTP_X_POLL": "1"}


def address(thread, what=""):
    return f"/messages/{thread.pk}/{what}"


def seen():
    """The key of the last message."""
    return Message.objects.order_by("-pk").values_list("pk", flat=True).first()


def waiting(client):
    """The number in the rail."""
    return next(item.count for item in client.get("/messages/").context["shell"].nav if item.label == "Messages")


def test_an_answer_ends_the_waiting(as_user, advisor, asked):
    client = as_user(advisor)
    assert waiting(client) == 1
    answer = client.post(address(asked, "reply/"), {"text": "Yes, at ten.", "seen": seen()})
    assert answer["Location"] == address(asked)
    asked.refresh_from_db()
    assert (asked.unanswered_since, asked.client_unread, waiting(client)) == (None, 1, 0)
    message = Message.objects.last()
    assert (message.side, message.author, message.text) == ("staff", advisor, "Yes, at ten.")


def test_a_clock_that_is_set_back_loses_nothing(asked, client_contact, advisor):
    before = asked.unanswered_since or Thread.objects.get().unanswered_since
    with time_machine.travel(before - timedelta(hours=1), tick=False):
        write_as_client(client_contact, "Still me", user=advisor)
    thread = Thread.objects.get()
    assert (thread.unanswered_since, thread.last_message_at, thread.messages.count()) == (before, before, 2)


def test_three_presses_send_one_answer(as_user, advisor, asked):
    client = as_user(advisor)
    token = str(client.get(address(asked)).context["csrf_token"])
    form = {"text": "Once", "seen": seen(), "csrfmiddlewaretoken": token}
    assert [client.post(address(asked, "reply/"), form).status_code for _ in range(3)] == [302, 302, 302]
    assert Message.objects.filter(text="Once").count() == 1


def test_who_sees_the_contact_reads_and_who_edits_answers(
    as_user, asked, client_contact, advisor, admin, compliance, colleague, support, give_team
):
    mate = UserFactory(role="support")
    give_team(mate)
    for user, read, written in (
        (advisor, 200, 302), (admin, 200, 302), (mate, 200, 302),
        (compliance, 200, 404), (colleague, 404, 404), (support, 404, 404),
    ):  # fmt: skip
        client = as_user(user)
        assert client.get(address(asked)).status_code == read, user
        assert client.get(address(asked, "new/?after=0")).status_code == read, user
        for what in ("reply/", "note/", "settle/"):
            form = {"text": "x", "note-text": "x", "seen": seen()}
            assert client.post(address(asked, what), form).status_code == written, (user, what)
        assert (address(asked) in client.get("/messages/?tab=all").content.decode()) == (read == 200), user
        assert client.get(f"/messages/contacts/{client_contact.pk}/write/").status_code == (
            200 if written == 302 else 404
        )


def test_compliance_reads_and_finds_nothing_to_press(as_user, compliance, asked):
    page = as_user(compliance).get(address(asked)).content.decode()
    assert ("May I call you tomorrow?" in page, "/reply/" in page, "/note/" in page, "/hand-on/" in page) == (
        True, False, False, False,
    )  # fmt: skip


def test_what_came_meanwhile_is_shown_before_an_answer_leaves(as_user, advisor, asked, client_contact):
    client, before = as_user(advisor), seen()
    write_as_client(client_contact, "Rather on Friday.", user=advisor)
    answer = client.post(address(asked, "reply/"), {"text": "Yes, tomorrow.", "seen": before})
    page = answer.content.decode()
    assert (answer.status_code, answer.context["form"]["text"].value()) == (409, "Yes, tomorrow.")
    assert ("Rather on Friday." in page, page.count("message-new")) == (True, 1)
    assert not Message.objects.filter(side="staff").exists()
    again = {"text": "Yes, Friday.", "seen": answer.context["form"]["seen"].value()}
    assert client.post(address(asked, "reply/"), again).status_code == 302


def test_what_a_colleague_wrote_meanwhile_stops_an_answer_and_ones_own_does_not(as_user, advisor, admin, asked):
    before = seen()
    add_note(asked, "Mine", by=advisor)
    assert as_user(advisor).post(address(asked, "reply/"), {"text": "x", "seen": before}).status_code == 302
    write_as_staff(asked, "Theirs", by=admin)
    assert as_user(advisor).post(address(asked, "reply/"), {"text": "y", "seen": before}).status_code == 409


def test_a_note_is_for_the_staff_and_answers_nothing(as_user, advisor, asked):
    client = as_user(advisor)
    client.post(address(asked, "note/"), {"note-text": "Ask for the fee schedule"})
    asked.refresh_from_db()
    assert (asked.unanswered_since is None, asked.client_unread) == (False, 0)
    assert "Ask for the fee schedule" in client.get(address(asked)).content.decode()
    assert client.post(address(asked, "note/"), {"note-text": " "}).status_code == 422


def test_what_needs_no_answer_is_settled(as_user, advisor, asked, client_contact):
    client, before = as_user(advisor), seen()
    write_as_client(client_contact, "And one more thing.", user=advisor)
    client.post(address(asked, "settle/"), {"seen": before})
    assert Thread.objects.get().unanswered_since is not None
    client.post(address(asked, "settle/"), {"seen": seen()})
    assert Thread.objects.get().unanswered_since is None
    assert Activity.objects.filter(verb="message_settled", subject_id=client_contact.pk).count() == 1


@pytest.mark.parametrize("change", [{"deceased": True}, {"deactivated_at": "2026-01-01T00:00Z"}])
def test_nothing_is_written_to_whom_nothing_may_be(as_user, advisor, asked, client_contact, change):
    Contact.objects.filter(pk=client_contact.pk).update(**change)
    client = as_user(advisor)
    assert '<textarea name="text"' not in client.get(address(asked)).content.decode()
    assert client.post(address(asked, "reply/"), {"text": "x", "seen": seen()}).status_code == 409
    form = {"to": f"user-{advisor.pk}", "text": "x"}
    assert client.post(f"/messages/contacts/{client_contact.pk}/write/", form).status_code == 422
    assert not Message.objects.filter(side="staff").exists()


def test_a_thread_is_begun_on_the_contacts_page(as_user, advisor, client_contact, give_team):
    team = give_team(advisor)
    client = as_user(advisor)
    assert (
        f"/messages/contacts/{client_contact.pk}/write/"
        in client.get(f"/contacts/{client_contact.pk}/").content.decode()
    )
    write = f"/messages/contacts/{client_contact.pk}/write/"
    assert client.get(write).context["form"]["to"].value() == f"user-{advisor.pk}"
    for to in (f"user-{advisor.pk}", "team", "team"):
        client.post(write, {"to": to, "text": "Welcome"})
    assert {(thread.user, thread.team) for thread in Thread.objects.all()} == {(advisor, None), (None, team)}
    page = client.get(f"/contacts/{client_contact.pk}/").content.decode()
    assert page.count("Message to Carla") >= 3, "the timeline has them"


def test_a_thread_that_is_handed_on_is_the_other_advisors(
    as_user, advisor, asked, client_contact, portal, colleague, give_team
):
    give_team(colleague)
    client = as_user(advisor)
    held = client.get(address(asked, "hand-on/")).context["form"]["held"].value()
    for _ in range(2):
        answer = client.post(address(asked, "hand-on/"), {"to": colleague.pk, "held": held})
    assert answer.status_code in {302, 422}, "the second finds it handed on"
    asked.refresh_from_db()
    assert (asked.user, asked.unanswered_since is None) == (colleague, False)
    assert [message.text for message in Message.objects.filter(side="note")] == [
        f"Handed on from {advisor.name} to {colleague.name}."
    ]
    assert Activity.objects.filter(verb="messages_handed_on", subject_id=client_contact.pk).count() == 1
    assert Message.objects.first().addressee == advisor, "whom the client wrote to stays on record"
    assert colleague.name in portal.get(address_in_portal(asked)).content.decode()


def address_in_portal(thread):
    return f"/portal/messages/{thread.pk}/"


def test_where_the_receiver_has_a_thread_already_that_one_waits(
    as_user, advisor, asked, client_contact, colleague, give_team
):
    give_team(colleague)
    own = start_as_staff(client_contact, "Hello", by=colleague, user=colleague).thread
    since = Thread.objects.get(pk=asked.pk).unanswered_since
    answer = as_user(advisor).post(address(asked, "hand-on/"), {"to": colleague.pk, "held": advisor.pk})
    assert answer["Location"] == address(own)
    asked.refresh_from_db(), own.refresh_from_db()
    assert (asked.user, asked.unanswered_since, own.unanswered_since) == (advisor, None, since)


def test_a_thread_goes_only_to_who_looks_after_the_contact(as_user, advisor, asked, colleague, give_team):
    team_thread = Thread.objects.create(contact=asked.contact, kind="team", team=give_team(advisor))
    client = as_user(advisor)
    assert client.post(address(asked, "hand-on/"), {"to": colleague.pk, "held": advisor.pk}).status_code == 422
    assert client.get(address(team_thread, "hand-on/")).status_code == 404


def test_without_a_team_nobody_takes_a_thread_who_is_in_no_team(as_user, advisor, asked, colleague):
    """Compared with no team at all, they would all match."""
    assert asked.contact.team is None
    answer = as_user(advisor).post(address(asked, "hand-on/"), {"to": colleague.pk, "held": advisor.pk})
    assert answer.status_code in {409, 422} or "Nobody else looks after" in answer.content.decode()
    asked.refresh_from_db()
    assert asked.user == advisor


def test_reading_is_recorded_for_whoever_read(as_user, advisor, compliance, asked):
    for user in (advisor, compliance, compliance):
        assert as_user(user).post(address(asked, "read/"), {"upto": seen()}, **POLL).status_code == 204
    assert [reading.user for reading in Reading.objects.exclude(user=None)] == [advisor, compliance]
    page = one_line(as_user(compliance).get(address(asked)))
    assert f"{advisor.name}, " in page


def test_what_waits_is_in_the_rail_of_those_who_should_answer(
    as_user, advisor, colleague, admin, compliance, asked, client_contact, give_team
):
    mate = UserFactory()
    team = give_team(mate)
    write_as_client(client_contact, "To all of you", team=team)
    assert [waiting(as_user(user)) for user in (advisor, mate, admin, colleague)] == [1, 1, 0, 0]
    assert waiting(as_user(compliance)) == 0
    Contact.objects.filter(pk=client_contact.pk).update(primary_advisor=colleague)
    assert waiting(as_user(colleague)) == 1, "what the former advisor has left unanswered"
    assert [waiting(as_user(user)) for user in (advisor, mate)] == [0, 1]
    User.objects.filter(pk=advisor.pk).update(is_active=False)
    assert waiting(as_user(colleague)) == 1


def test_tabs_show_ones_own_ones_teams_and_all(as_user, advisor, asked, client_contact, give_team):
    mate = UserFactory()
    team = give_team(mate, advisor)
    of_team = write_as_client(client_contact, "To all of you", team=team).thread
    of_mate = start_as_staff(client_contact, "Hello", by=mate, user=mate).thread
    client = as_user(advisor)

    def shown(query):
        return [thread.pk for thread in client.get(f"/messages/?{query}").context["page"].threads]

    assert shown("") == [asked.pk, of_team.pk]
    assert shown("tab=mine") == [asked.pk]
    assert shown("tab=teams") == [of_team.pk]
    assert shown("tab=all") == [of_mate.pk, of_team.pk, asked.pk]
    assert shown("tab=all&unanswered=1") == [of_team.pk, asked.pk]
    assert shown("tab=nonsense&after=x") == [asked.pk, of_team.pk]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tomorrow", True),
        ("call tom", True),
        ("CALL", True),
        ("carla", True),
        ("never", False),
        ("'", False),
        ("a:*&|!", False),
    ],
)
def test_threads_are_found_by_name_and_by_words_of_a_message(as_user, advisor, asked, query, found):
    Contact.objects.update(first_name="Carla")
    page = as_user(advisor).get("/messages/", {"tab": "all", "q": query})
    assert bool(page.context["page"].threads) == found


def test_a_search_finds_nothing_of_strangers(as_user, colleague, asked):
    assert as_user(colleague).get("/messages/?tab=all&q=tomorrow").context["page"].threads == []


@pytest.mark.parametrize("many", [1, 3])
def test_pages_take_the_same_queries_whatever_they_show(as_user, advisor, many, django_assert_num_queries):
    for _ in range(many):
        contact = AssignmentFactory(contact__primary_advisor=advisor).contact
        for text in range(many):
            thread = write_as_client(contact, f"Text {text}", user=advisor).thread
    client = as_user(advisor)
    for tab, queries in INBOX_QUERIES.items():
        with django_assert_num_queries(queries):
            assert len(client.get(f"/messages/?tab={tab}").context["page"].threads) == many
    with django_assert_num_queries(THREAD_QUERIES):
        assert len(client.get(address(thread)).context["shown"].messages) == many


@pytest.mark.parametrize("tab", ["waiting", "mine"])
def test_an_inbox_is_paged_without_losing_any(as_user, advisor, tab):
    for contact in ContactFactory.create_batch(65, primary_advisor=advisor):
        start_as_staff(contact, "x", by=advisor, user=advisor)
    moment = Thread.objects.first().last_message_at
    Thread.objects.update(unanswered_since=moment, last_client_message_at=moment, last_message_at=moment)
    client, url, found = as_user(advisor), f"?tab={tab}", []
    while url:
        context = client.get(f"/messages/{url}").context
        found += [thread.pk for thread in context["page"].threads]
        url = context["older_url"]
    assert sorted(found) == sorted(Thread.objects.values_list("pk", flat=True))


def test_new_messages_come_by_poll(as_user, advisor, asked, client_contact):
    client, before = as_user(advisor), seen()
    assert client.get(address(asked, f"new/?after={before}"), **POLL).status_code == 204
    write_as_client(client_contact, "Rather on Friday.", user=advisor)
    assert "Rather on Friday." in client.get(address(asked, f"new/?after={before}"), **POLL).content.decode()


def test_a_team_with_threads_is_kept(as_user, admin, client_contact, give_team, advisor):
    team = give_team(advisor)
    write_as_client(client_contact, "x", team=team)
    Contact.objects.update(team=TeamFactory())
    page = as_user(admin).post(f"/experiences/teams/{team.pk}/delete/", {}).content.decode()
    assert "message threads" in page
