"""Whom a client may write to: the team's setting, at once, and what is told where nobody can be."""

import pytest

from accounts.models import Role, User
from contacts.models import Contact
from experiences.models import Team
from messaging.domain.reach import NOBODY, OFF, reach_of
from messaging.domain.writing import NotWritten, write_as_client
from messaging.models import Message, Thread
from tests.factories import UserFactory


@pytest.mark.parametrize(
    ("reach", "direct", "group"),
    [("direct", True, False), ("group", False, True), ("both", True, True), ("off", False, False)],
)
def test_the_teams_setting_decides_whom_a_client_may_write_to(client_contact, advisor, give_team, reach, direct, group):
    member, gone, reader = UserFactory(), UserFactory(is_active=False), UserFactory(role=Role.COMPLIANCE)
    team = give_team(member, advisor, gone, reader, reach=reach)
    found = reach_of(client_contact)
    assert found.users == ([advisor, member] if direct else [])
    assert found.team == (team if group else None)
    assert found.closed == ("" if direct or group else OFF)


def test_without_a_team_it_is_the_primary_advisor(client_contact, advisor):
    assert (reach_of(client_contact).users, reach_of(client_contact).team) == ([advisor], None)
    User.objects.filter(pk=advisor.pk).update(is_active=False)
    assert (reach_of(client_contact).users, reach_of(client_contact).closed) == ([], NOBODY)


def test_a_changed_setting_takes_effect_at_once(portal, client_contact, advisor, give_team):
    team = give_team(reach="direct")
    portal.post(f"/portal/messages/to/{advisor.pk}/write/", {"text": "One"})
    thread = Thread.objects.get()
    for reach, status in (("group", 409), ("off", 409), ("both", 302)):
        Team.objects.filter(pk=team.pk).update(reach=reach)
        answer = portal.post(f"/portal/messages/{thread.pk}/write/", {"text": reach})
        assert answer.status_code == status
    assert [message.text for message in Message.objects.all()] == ["One", "both"]


def test_a_closed_thread_can_be_read_and_says_why(portal, client_contact, asked, give_team):
    give_team(reach="off")
    page = portal.get(f"/portal/messages/{asked.pk}/").content.decode()
    assert "May I call you tomorrow?" in page
    assert OFF in page
    assert "<textarea" not in page
    assert OFF in portal.get("/portal/messages/").content.decode()


def test_what_was_typed_is_still_there_when_the_team_was_closed_meanwhile(portal, asked, give_team):
    give_team(reach="off")
    answer = portal.post(f"/portal/messages/{asked.pk}/write/", {"text": "Typed with care"})
    assert (answer.status_code, answer.context["form"]["text"].value()) == (409, "Typed with care")


def test_the_thread_with_somebody_who_no_longer_looks_after_them_names_who_does(
    portal, client_contact, asked, colleague
):
    Contact.objects.filter(pk=client_contact.pk).update(primary_advisor=colleague)
    assert "no longer takes messages" in portal.get(f"/portal/messages/{asked.pk}/").content.decode()
    assert f"/portal/messages/to/{colleague.pk}/" in portal.get("/portal/messages/").content.decode()


def test_nobody_else_can_be_written_to(portal, colleague, give_team):
    assert portal.get(f"/portal/messages/to/{colleague.pk}/").status_code == 404
    assert portal.post(f"/portal/messages/to/{colleague.pk}/write/", {"text": "x"}).status_code == 404
    give_team(reach="direct")
    assert portal.post("/portal/messages/team/write/", {"text": "x"}).status_code == 404
    assert not Message.objects.exists()


def test_a_client_whose_portal_is_closed_writes_nothing(client_contact, advisor):
    Contact.objects.filter(pk=client_contact.pk).update(deceased=True)
    with pytest.raises(NotWritten):
        write_as_client(client_contact, "x", user=advisor)
    assert not Thread.objects.exists()
