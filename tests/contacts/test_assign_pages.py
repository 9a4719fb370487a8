"""The pages of assigning: for one and for many, with a preview that is what then happens."""

import pytest

from contacts.models import Contact
from contacts.registry import AfterAssign, after_assign
from core.models import Operation
from tests.factories import AssignmentFactory, CampaignFactory, ContactFactory, ExperienceFactory, TeamFactory


@pytest.fixture
def experience(db):
    return ExperienceFactory(name="Welcome")


def test_one_contact_is_assigned_in_one_step(as_user, advisor, contact, experience):
    client = as_user(advisor)
    assert client.get(f"/contacts/{contact.pk}/do/contacts.assign/").status_code == 200
    campaign = CampaignFactory()
    answer = client.post(
        f"/contacts/{contact.pk}/do/contacts.assign/", {"experience": experience.pk, "campaign": campaign.pk}
    )
    assert answer.status_code == 302
    contact.refresh_from_db()
    assert (contact.experience, contact.campaign) == (experience, campaign)


@pytest.mark.parametrize("page", ["assign", "change", "unassign"])
def test_strangers_and_readers_are_not_let_in(as_user, colleague, compliance, contact, page):
    for user in (colleague, compliance):
        assert as_user(user).get(f"/contacts/{contact.pk}/{page}/").status_code == 404
        assert as_user(user).post(f"/contacts/{contact.pk}/{page}/", {}).status_code == 404
    assert as_user(compliance).post(f"/contacts/{page}/", {"ids": str(contact.pk)}).status_code == 404


def test_an_experience_must_be_chosen(as_user, advisor, contact):
    assert as_user(advisor).post(f"/contacts/{contact.pk}/do/contacts.assign/", {}).status_code == 422


def test_many_are_previewed_and_then_assigned(as_user, advisor, experience):
    fresh, same = ContactFactory.create_batch(2, primary_advisor=advisor)
    AssignmentFactory(contact=same, experience=experience)
    client = as_user(advisor)
    form = client.post("/contacts/bulk/contacts.assign/", {"ids": f"{fresh.pk},{same.pk}"}, follow=True)
    draft = form.context["operation"]
    preview = client.post(
        "/contacts/bulk/contacts.assign/", {"draft": draft.pk, "experience": experience.pk}, follow=True
    )
    assert preview.context["preview"].skipped == [("Has exactly this already.", 1)]
    assert not Contact.objects.get(pk=fresh.pk).experience
    client.post("/contacts/bulk/contacts.assign/", preview.context["hidden"])
    operation = Operation.objects.get()
    assert (operation.title, operation.done, operation.skipped) == ("Assign Welcome", 1, 1)
    assert Contact.objects.get(pk=fresh.pk).experience == experience


def test_assign_and_invite_says_who_is_left_out(as_user, advisor, contact, experience, monkeypatch):
    invited = []

    def invite(ids, by, operation):
        invited.extend(ids)
        return {}

    follow = AfterAssign("Invite", invite, lambda contacts: {"Is active.": 1})
    monkeypatch.setitem(after_assign._entries, "invite", (1, follow))
    client = as_user(advisor)
    draft = client.post("/contacts/bulk/contacts.assign/", {"ids": str(contact.pk)}, follow=True).context["operation"]
    data = {"draft": draft.pk, "experience": experience.pk, "invite": "yes"}
    preview = client.post("/contacts/bulk/contacts.assign/", data, follow=True)
    assert "1 will not be invited: Is active." in preview.content.decode()
    client.post("/contacts/bulk/contacts.assign/", preview.context["hidden"])
    assert invited == [contact.pk]


def test_change_leaves_sets_and_clears(as_user, advisor, contact):
    assignment = AssignmentFactory(contact=contact, campaign=CampaignFactory())
    Contact.objects.filter(pk=contact.pk).update(team=TeamFactory(members=[advisor]))
    new, client = ExperienceFactory(), as_user(advisor)
    assert (
        client.post(f"/contacts/{contact.pk}/do/contacts.change_experience/", {"campaign": "keep"}).status_code == 422
    )
    client.post(f"/contacts/{contact.pk}/do/contacts.change_experience/", {"experience": new.pk, "campaign": "none"})
    contact.refresh_from_db()
    assignment.refresh_from_db()
    assert (contact.experience, contact.campaign, assignment.ended_at) == (new, None, None)
    assert contact.team is not None


def test_removing_takes_the_experience_away(as_user, advisor, contact):
    AssignmentFactory(contact=contact)
    as_user(advisor).post(f"/contacts/{contact.pk}/do/contacts.unassign/")
    contact.refresh_from_db()
    assert contact.experience is None
    assert as_user(advisor).post(f"/contacts/{contact.pk}/do/contacts.unassign/").status_code == 422
