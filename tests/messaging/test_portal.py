"""The client's pages of messages."""

import pytest

from core.limits import Limit
from experiences.models import Card
from messaging.domain.writing import add_note, start_as_staff, write_as_staff
from messaging.models import Message, Reading, Thread
from portal.views import messages
from tests.factories import AssignmentFactory, CardFactory, UserFactory
from tests.world import picture

POLL = {"HTTP_HX_REQUEST": "true", "HTTP_X_POLL": "1"}
LIST_QUERIES, THREAD_QUERIES, POLL_QUERIES = 10, 12, 5


def address(thread, what=""):
    return f"/portal/messages/{thread.pk}/{what}"


def test_a_client_writes_and_the_thread_waits_for_an_answer(portal, client_contact, advisor):
    answer = portal.post(f"/portal/messages/to/{advisor.pk}/write/", {"text": " Hello\r\nthere "})
    thread, message = Thread.objects.get(), Message.objects.get()
    assert answer["Location"] == address(thread)
    assert (message.side, message.author, message.addressee, message.text) == ("client", None, advisor, "Hello\nthere")
    assert thread.unanswered_since == thread.last_client_message_at == thread.last_message_at == message.at
    assert (thread.kind, thread.user, thread.client_unread) == ("direct", advisor, 0)


def test_three_presses_make_one_message(portal, asked):
    page = portal.get(address(asked))
    form = {"text": "Once", "csrfmiddlewaretoken": str(page.context["csrf_token"])}
    assert {portal.post(address(asked, "write/"), form)["Location"] for _ in range(3)} == {address(asked)}
    assert Message.objects.filter(text="Once").count() == 1


def test_a_message_to_the_team_goes_into_its_one_thread(portal, give_team, advisor):
    team = give_team(advisor, reach="group")
    for text in ("One", "Two"):
        portal.post("/portal/messages/team/write/", {"text": text})
    assert [thread.team for thread in Thread.objects.all()] == [team]
    assert portal.get("/portal/messages/team/")["Location"] == address(Thread.objects.get())


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_what_is_no_message_is_refused_in_words(portal, asked, text):
    answer = portal.post(address(asked, "write/"), {"text": text})
    assert (answer.status_code, bool(answer.context["form"].errors["text"])) == (422, True)
    assert portal.post(address(asked, "write/"), {"text": "x\r\n" * 1333 + "y"}).status_code == 302


def test_unread_messages_are_counted_in_the_frame_until_they_are_read(portal, asked, advisor):
    message = write_as_staff(asked, "Yes, at ten.", by=advisor)
    nav = portal.get("/portal/").context["shell"].portal_nav
    assert [item.unread for item in nav] == [0, 1, 0, 0, 0]
    portal.get(address(asked))  # a page that is fetched is not yet read
    assert Thread.objects.get().client_unread == 1
    assert portal.post(address(asked, "read/"), {"upto": message.pk}, **POLL).status_code == 204
    assert Thread.objects.get().client_unread == 0
    assert portal.post(address(asked, "read/"), {"upto": message.pk}, **POLL).status_code == 204
    reading = Reading.objects.get(user=None, message=message)
    assert reading.thread == asked


def test_whoever_answers_has_read_what_was_shown_and_not_what_came_meanwhile(portal, asked, advisor):
    write_as_staff(asked, "Yes, at ten.", by=advisor)
    form = portal.get(address(asked)).context["form"]
    later = write_as_staff(asked, "Or at eleven.", by=advisor)
    portal.post(address(asked, "write/"), {"text": "Ten is fine", "seen": form["seen"].value()})
    assert Thread.objects.get().client_unread == 1
    assert not Reading.objects.filter(user=None, message__gte=later).exists()


@pytest.mark.parametrize("upto", ["", "0", "x", "9" * 30])
def test_a_reading_of_nothing_is_none(portal, asked, upto):
    before = Reading.objects.count()
    assert portal.post(address(asked, "read/"), {"upto": upto}, **POLL).status_code == 204
    assert Reading.objects.count() == before


def test_faces_are_shown_of_whom_the_client_may_write_to(portal, asked, advisor, give_team):
    photo = f"/portal/team/{advisor.pk}/photo/"
    assert photo not in portal.get("/portal/messages/").content.decode()
    advisor.photo.save("x.png", picture())
    assert photo in portal.get("/portal/messages/").content.decode()
    give_team(reach="off")
    assert photo not in portal.get("/portal/messages/").content.decode()


def test_a_poll_answers_204_until_something_has_come(portal, asked, advisor, django_assert_num_queries):
    last = Message.objects.get().pk
    new = address(asked, f"new/?after={last}")
    assert portal.get(new, **POLL).status_code == 204
    with django_assert_num_queries(POLL_QUERIES):
        portal.get(new, **POLL)
    message = write_as_staff(asked, "Yes, at ten.", by=advisor)
    fragment = portal.get(new, **POLL).content.decode()
    assert "Yes, at ten." in fragment
    assert f"after={message.pk}" in fragment
    assert "<html" not in fragment


def test_the_list_polls_as_well(portal, asked, advisor):
    state = portal.get("/portal/messages/").context["state"]
    assert portal.get(f"/portal/messages/?state={state}", **POLL).status_code == 204
    write_as_staff(asked, "Yes, at ten.", by=advisor)
    fragment = portal.get(f"/portal/messages/?state={state}", **POLL).content.decode()
    assert ("Yes, at ten." in fragment, "1 new" in fragment, "<html" in fragment) == (True, True, False)


def test_a_note_never_reaches_the_client(portal, asked, advisor):
    before = Message.objects.get().pk
    unread = Thread.objects.values().get()
    note = add_note(asked, "Do not promise secretfee", by=advisor)
    assert Thread.objects.values().get() == unread, "nothing that the client sees follows from a note"
    polls = [address(asked, f"new/?after={before}"), address(asked, "new/?after=0"), "/portal/messages/?state=x"]
    pages = ["/portal/", "/portal/messages/", address(asked), address(asked, f"?before={note.pk + 1}")]
    shown = [portal.get(page).content.decode() for page in pages] + [
        portal.get(one, **POLL).content.decode() for one in polls
    ]
    assert not any("secretfee" in page or "Note" in page for page in shown)
    assert portal.get(polls[0], **POLL).status_code == 204
    portal.post(address(asked, "read/"), {"upto": note.pk}, **POLL)
    assert not Reading.objects.filter(message=note).exists()


def test_a_client_reaches_no_other_clients_thread(portal, advisor):
    other = AssignmentFactory(contact__primary_advisor=advisor).contact
    thread = start_as_staff(other, "Private", by=advisor, user=advisor).thread
    for what in ("", "new/?after=0"):
        assert portal.get(address(thread, what)).status_code == 404
    for what in ("write/", "read/"):
        assert portal.post(address(thread, what), {"text": "x", "upto": "1"}).status_code == 404
    assert "Private" not in portal.get("/portal/messages/").content.decode()


def test_the_staffs_preview_shows_messages_and_changes_nothing(as_user, asked, client_contact, advisor):
    write_as_staff(asked, "Yes, at ten.", by=advisor)
    client = as_user(advisor)
    page = client.get(f"/portal/preview/{client_contact.pk}/messages/{asked.pk}/")
    assert ("Yes, at ten." in page.content.decode(), "data-poll" in page.content.decode()) == (True, False)
    assert client.get(f"/portal/preview/{client_contact.pk}/messages/to/{advisor.pk}/").status_code == 302
    assert client.post(f"/portal/preview/{client_contact.pk}/messages/{asked.pk}/").status_code == 405
    assert Thread.objects.get().client_unread == 1


@pytest.mark.parametrize("many", [1, 3])
def test_pages_take_the_same_queries_whatever_they_show(
    portal, client_contact, give_team, many, django_assert_num_queries
):
    members = [UserFactory() for _ in range(many)]
    give_team(*members)
    for member in members:
        for text in range(many):
            message = start_as_staff(client_contact, f"Text {text}", by=member, user=member)
    with django_assert_num_queries(LIST_QUERIES):
        assert len(portal.get("/portal/messages/").context["threads"]) == many
    with django_assert_num_queries(THREAD_QUERIES):
        assert len(portal.get(address(message.thread)).context["shown"].messages) == many


def test_long_threads_are_read_in_pieces(portal, asked, advisor):
    for number in range(45):
        write_as_staff(asked, f"Message {number}.", by=advisor)
    page = portal.get(address(asked))
    assert (len(page.context["shown"].messages), "Message 44." in page.content.decode()) == (40, True)
    earlier = portal.get(address(asked, f"?before={page.context['shown'].earlier}"))
    assert [len(earlier.context["shown"].messages), earlier.context["shown"].earlier] == [6, None]


def test_the_card_to_write_to_the_advisor_leads_to_the_messages(portal, client_contact):
    cards = client_contact.assignments.get().experience.card_template
    CardFactory(template=cards, kind="shortcut", shortcut=Card.Shortcut.WRITE, url="")
    assert [tile.href for tile in portal.get("/portal/").context["tiles"]] == ["/portal/messages/"]


def test_a_client_cannot_write_without_end(portal, asked, monkeypatch):
    monkeypatch.setattr(messages, "MESSAGES_SENT", Limit("client_messages", 2, 3600, "messages in an hour"))
    codes = [portal.post(address(asked, "write/"), {"text": f"Message {n}"}).status_code for n in range(3)]
    assert codes == [302, 302, 429]
