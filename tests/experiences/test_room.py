"""The experiences room: who may look and build, what changing reaches, and what cannot be deleted."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Role
from contacts.domain import assigning
from contacts.models import Contact
from experiences.domain.reach import reach_of
from experiences.kinds import KINDS
from experiences.models import Campaign, CardTemplate, Experience, Resource, Team
from tests.factories import (
    AssignmentFactory,
    CampaignFactory,
    CardFactory,
    CardTemplateFactory,
    ContactFactory,
    ExperienceFactory,
    FeaturedTemplateFactory,
    ResourceFactory,
    ResourceTemplateFactory,
    TeamFactory,
    UserFactory,
)

FACTORIES = {
    "experience": ExperienceFactory,
    "card_template": CardTemplateFactory,
    "resource_template": ResourceTemplateFactory,
    "featured_template": FeaturedTemplateFactory,
    "resource": ResourceFactory,
    "team": TeamFactory,
    "campaign": CampaignFactory,
}
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.one)


def filled(kind):
    """A template of this kind with something in it."""
    template = FACTORIES[kind.one]()
    if kind.one == "experience":
        CardFactory(template=template.card_template)
        template.resource_template.categories.create(title="Planning").placements.create(resource=ResourceFactory())
        template.featured_template.placements.create(resource=ResourceFactory())
    elif kind.one == "card_template":
        CardFactory.create_batch(2, template=template)
    elif kind.one == "resource_template":
        shelf = template.categories.create(title="Planning")
        shelf.placements.create(resource=ResourceFactory())
        template.categories.create(title="Below", parent=shelf).placements.create(resource=ResourceFactory())
    elif kind.one == "featured_template":
        template.placements.create(resource=ResourceFactory())
    elif kind.one == "team":
        template.memberships.create(user=UserFactory())
    elif kind.one == "campaign":
        template.touchpoints.create(day=1, title="Hello", resource=ResourceFactory())
    return template


@every_kind
def test_staff_look_and_editors_build(as_user, kind, admin, advisor, support, compliance):
    template = filled(kind)
    for user, may_edit in ((admin, True), (advisor, True), (support, True), (compliance, False)):
        client = as_user(user)
        assert client.get(kind.list_url).status_code == 200
        page = client.get(kind.url(template.pk))
        assert (page.status_code, "<main " in page.content.decode()) == (200, True)
        expected = 200 if may_edit else 404
        assert client.get(kind.new_url).status_code == expected
        for verb in ("edit", "archive", "delete"):
            assert client.get(kind.url(template.pk, verb)).status_code == expected, verb
        if not may_edit:
            for verb in ("edit", "duplicate", "archive", "restore", "delete"):
                assert client.post(kind.url(template.pk, verb)).status_code == 404, verb


@every_kind
def test_contacts_never_get_in(db, as_user, kind):
    client = as_user(UserFactory(role=Role.CONTACT))
    assert client.get(kind.list_url).status_code in (302, 404)
    assert client.get(kind.url(filled(kind).pk)).status_code in (302, 404)


@every_kind
@pytest.mark.parametrize("count", [1, 3])
def test_a_list_takes_the_same_queries_for_any_number(as_user, admin, django_assert_max_num_queries, kind, count):
    for _ in range(count):
        filled(kind)
    client = as_user(admin)
    client.get(kind.list_url)
    with django_assert_max_num_queries(11):
        assert client.get(kind.list_url).status_code == 200


@every_kind
def test_a_copy_has_a_name_of_its_own_and_the_same_in_it(as_user, advisor, kind):
    template = filled(kind)
    client = as_user(advisor)
    for _ in range(2):
        response = client.post(kind.url(template.pk, "duplicate"))
        assert client.get(response.url).status_code == 200
    names = set(kind.model.objects.values_list("name", flat=True))
    assert {f"Copy of {template}", f"Copy of {template} (2)"} < names


@every_kind
def test_archiving_takes_it_out_of_the_list_and_back(as_user, advisor, kind):
    template = filled(kind)
    client = as_user(advisor)
    client.post(kind.url(template.pk, "archive"))
    assert template not in client.get(kind.list_url).context["page"].object_list.data
    assert template in client.get(f"{kind.list_url}?shown=archived").context["page"].object_list.data
    client.post(kind.url(template.pk, "restore"))
    assert template in client.get(kind.list_url).context["page"].object_list.data


@every_kind
def test_what_nothing_uses_can_be_deleted(as_user, advisor, kind):
    template = filled(kind)
    assert as_user(advisor).post(kind.url(template.pk, "delete")).url == kind.list_url
    assert not kind.model.objects.filter(pk=template.pk).exists()


def test_a_name_taken_meanwhile_keeps_it_in_the_archive(as_user, advisor):
    old = TeamFactory(name="North", archived_at=timezone.now())
    TeamFactory(name="north")
    as_user(advisor).post(f"/experiences/teams/{old.pk}/restore/")
    old.refresh_from_db()
    assert old.is_archived


@pytest.fixture
def given(advisor):
    """An experience with everything in use by one contact."""
    shelf_resource = ResourceFactory(name="On the shelf")
    experience = ExperienceFactory(name="Welcome")
    experience.resource_template.categories.create(title="Planning").placements.create(resource=shelf_resource)
    contact = ContactFactory(primary_advisor=advisor, team=TeamFactory(members=[advisor]))
    AssignmentFactory(contact=contact, experience=experience, campaign=CampaignFactory())
    return contact


def used(contact):
    """All templates that the contact has, by kind."""
    experience = contact.experience
    return {
        "experience": experience,
        "card_template": experience.card_template,
        "resource_template": experience.resource_template,
        "featured_template": experience.featured_template,
        "resource": Resource.objects.get(name="On the shelf"),
        "team": contact.team,
        "campaign": contact.campaign,
    }


@every_kind
def test_what_is_in_use_reaches_its_contact_and_cannot_be_deleted(as_user, advisor, given, kind):
    template = used(given)[kind.one]
    assert reach_of(template) == 1
    response = as_user(advisor).post(kind.url(template.pk, "delete"))
    assert response.status_code == 409
    assert "Archive instead" in response.content.decode()
    assert kind.model.objects.filter(pk=template.pk).exists()


def test_the_refusal_names_who_uses_it(as_user, advisor, given):
    page = as_user(advisor).get(f"/experiences/cards/{given.experience.card_template_id}/delete/").content.decode()
    assert "Experience: Welcome" in page
    page = as_user(advisor).get(f"/experiences/{given.experience_id}/delete/").content.decode()
    assert "1 contact has it" in page


def test_an_ended_assignment_still_keeps_the_experience(as_user, advisor, contact):
    ended = AssignmentFactory(contact=contact)
    with transaction.atomic():
        assigning.unassign([contact.pk], by=advisor)
    assert reach_of(ended.experience) == 0
    response = as_user(advisor).post(f"/experiences/{ended.experience_id}/delete/")
    assert (response.status_code, "1 contact had it in the past" in response.content.decode()) == (409, True)


def test_reach_counts_own_templates_instead_of_the_experience(db):
    experience, own = ExperienceFactory(), CardTemplateFactory()
    AssignmentFactory.create_batch(3, experience=experience)
    AssignmentFactory(experience=experience, card_template=own)
    gone = AssignmentFactory(experience=experience)
    Contact.objects.filter(pk=gone.contact_id).update(deleted_at=timezone.now())
    assert (reach_of(experience), reach_of(experience.card_template), reach_of(own)) == (4, 3, 1)
    assert reach_of(experience.resource_template) == 4


def test_reach_of_a_resource_counts_each_contact_once(db):
    experience, resource = ExperienceFactory(), ResourceFactory()
    AssignmentFactory.create_batch(2, experience=experience)
    experience.resource_template.categories.create(title="A").placements.create(resource=resource)
    experience.featured_template.placements.create(resource=resource)
    assert reach_of(resource) == 2
    other = AssignmentFactory(featured_template=FeaturedTemplateFactory())
    other.featured_template.placements.create(resource=resource)
    assert reach_of(resource) == 3


def test_saving_a_shared_one_asks_first(as_user, advisor, given):
    client, url = as_user(advisor), f"/experiences/cards/{given.experience.card_template_id}/edit/"
    page = client.get(url)
    assert "Reaches 1 contact" in page.content.decode()
    seen = page.context["form"].initial["seen"]
    data = {"name": "New name", "description": "", "seen": seen, "reach_seen": "1"}
    assert client.post(url, data).status_code == 422
    assert client.post(url, data | {"reach_confirmed": "on"}).status_code == 302
    assert CardTemplate.objects.get(pk=given.experience.card_template_id).name == "New name"


def test_saving_asks_again_when_it_reaches_more_by_then(as_user, advisor, given):
    client, url = as_user(advisor), f"/experiences/{given.experience_id}/edit/"
    form = client.get(url).context["form"]
    AssignmentFactory(experience=given.experience)
    data = {name: form[name].value() for name in form.fields if name != "reach_confirmed"}
    answer = client.post(url, data | {"name": "Other", "reach_confirmed": "on"})
    assert (answer.status_code, "It reaches 2 contacts by now" in answer.content.decode()) == (422, True)
    assert client.post(url, data | {"name": "Other", "reach_confirmed": "on", "reach_seen": "2"}).status_code == 302


def test_two_people_editing_one_template_do_not_overwrite_each_other(as_user, advisor):
    campaign = CampaignFactory(name="First")
    client, url = as_user(advisor), f"/campaigns/{campaign.pk}/edit/"
    seen = client.get(url).context["form"].initial["seen"]
    Campaign.objects.filter(pk=campaign.pk).update(name="Theirs")
    answer = client.post(url, {"name": "Mine", "length_days": 30, "seen": seen})
    assert answer.status_code == 422
    campaign.refresh_from_db()
    assert campaign.name == "Theirs"


def test_a_name_is_given_once(as_user, advisor):
    TeamFactory(name="North")
    assert as_user(advisor).post("/experiences/teams/new/", {"name": "north", "reach": "both"}).status_code == 422


def test_an_experience_is_made_of_templates_in_use(as_user, advisor):
    parts = ExperienceFactory()
    data = {
        "name": "Fresh",
        "card_template": parts.card_template_id,
        "resource_template": parts.resource_template_id,
        "featured_template": parts.featured_template_id,
    }
    archived = CardTemplateFactory(archived_at=timezone.now())
    client = as_user(advisor)
    assert client.post("/experiences/new/", data | {"card_template": archived.pk}).status_code == 422
    assert client.post("/experiences/new/", data).status_code == 302
    assert Experience.objects.get(name="Fresh").created_by == advisor


def test_whoever_makes_a_team_is_its_first_member(as_user, advisor):
    as_user(advisor).post("/experiences/teams/new/", {"name": "Mine", "reach": "both"})
    assert list(Team.objects.get(name="Mine").members.all()) == [advisor]


def test_nobody_lets_themselves_into_a_team_that_has_contacts(as_user, advisor, colleague, admin, given):
    team, client = given.team, as_user(colleague)
    data = {"pick": colleague.pk, "reach_confirmed": "1"}
    assert client.post(f"/experiences/teams/{team.pk}/add/", data).status_code == 404
    assert client.get(f"/experiences/teams/{team.pk}/edit/").status_code == 404
    assert client.get(f"/experiences/teams/{team.pk}/").status_code == 200
    assert not Contact.objects.visible_to(colleague).exists()
    assert as_user(advisor).post(f"/experiences/teams/{team.pk}/add/", data).status_code == 302
    assert Contact.objects.visible_to(colleague).get() == given
    member = team.memberships.get(user=colleague)
    assert as_user(admin).post(f"/experiences/teams/member/{member.pk}/remove/").status_code == 302
    assert not Contact.objects.visible_to(colleague).exists()


def test_a_name_that_differs_in_case_alone_is_refused_and_a_copy_finds_another(as_user, advisor):
    # PostgreSQL, which keeps names unique, has another upper case for the small letter that İ becomes.
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower('İzmir')")
        small = cursor.fetchone()[0]
    team = TeamFactory(name="İzmir")
    TeamFactory(name=f"Copy of {small}")
    client = as_user(advisor)
    assert client.post("/experiences/teams/new/", {"name": small, "reach": "both"}).status_code == 422
    client.post(f"/experiences/teams/{team.pk}/duplicate/")
    names = set(Team.objects.values_list("name", flat=True))
    assert names == {"İzmir", f"Copy of {small}", "Copy of İzmir (2)"}
