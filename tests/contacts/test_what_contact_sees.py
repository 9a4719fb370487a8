"""What a contact sees: own beats the experience's, and only what is due today."""

from datetime import timedelta

from django.utils import timezone

from contacts.domain.what_contact_sees import WhatContactSees, fill_in
from experiences.models import Resource
from tests.factories import (
    AssignmentFactory,
    CardFactory,
    CardTemplateFactory,
    ContactFactory,
    FeaturedTemplateFactory,
    ResourceFactory,
    ResourceTemplateFactory,
    TeamFactory,
    UserFactory,
)

DAY = timedelta(days=1)


def test_without_an_assignment_there_is_nothing(contact):
    resource = ResourceFactory()
    sees = WhatContactSees(contact)
    assert (sees.cards, sees.featured, sees.shelves, sees.resource(resource.pk)) == ([], [], [], None)


def test_own_templates_beat_the_experience(contact):
    assignment = AssignmentFactory(contact=contact, card_template=CardTemplateFactory())
    CardFactory(template=assignment.experience.card_template)
    own = CardFactory(template=assignment.card_template)
    assert WhatContactSees(contact).cards == [own]
    assignment.card_template = None
    assignment.save()
    assert WhatContactSees(contact).cards == list(assignment.experience.card_template.cards.all())


def test_cards_come_in_order_and_within_their_dates(contact):
    today = WhatContactSees(contact).today
    template = AssignmentFactory(contact=contact).experience.card_template
    second = CardFactory(template=template, position=2, visible_from=today, visible_to=today)
    first = CardFactory(template=template, position=1)
    CardFactory(template=template, visible_from=today + DAY)
    CardFactory(template=template, visible_to=today - DAY)
    assert WhatContactSees(contact).cards == [first, second]


def test_drafts_expired_and_archived_resources_are_not_there(contact):
    assignment = AssignmentFactory(contact=contact)
    today = WhatContactSees(contact).today
    shelf = assignment.experience.resource_template.categories.create(title="Planning")
    assignment.experience.resource_template.categories.create(title="Empty")
    nested = assignment.experience.resource_template.categories.create(title="Deep", parent=shelf)
    good, deep = ResourceFactory(expires_on=today), ResourceFactory()
    hidden = [
        ResourceFactory(state=Resource.State.DRAFT),
        ResourceFactory(expires_on=today - DAY),
        ResourceFactory(archived_at=timezone.now()),
    ]
    for one in [*hidden, good]:
        shelf.placements.create(resource=one)
        assignment.experience.featured_template.placements.create(resource=one)
    nested.placements.create(resource=deep)
    sees = WhatContactSees(contact)
    assert sees.featured == [good]
    assert [(one.category, one.resources, one.all_resources) for one in sees.shelves] == [(shelf, [good], [good, deep])]
    assert [sees.resource(one.pk) for one in [good, deep, *hidden]] == [good, deep, None, None, None]


def test_a_resource_of_another_library_cannot_be_opened(contact):
    AssignmentFactory(contact=contact)
    elsewhere = ResourceTemplateFactory().categories.create(title="Elsewhere")
    foreign, pinned_elsewhere = ResourceFactory(), ResourceFactory()
    elsewhere.placements.create(resource=foreign)
    FeaturedTemplateFactory().placements.create(resource=pinned_elsewhere)
    sees = WhatContactSees(contact)
    assert sees.resource(foreign.pk) is None
    assert sees.resource(pinned_elsewhere.pk) is None


def test_the_team_is_shown_advisor_first_without_those_who_left(advisor):
    member, gone = UserFactory(), UserFactory(is_active=False)
    contact = ContactFactory(primary_advisor=advisor, team=TeamFactory(members=[member, gone, advisor]))
    sees = WhatContactSees(contact)
    assert (sees.team, sees.team_members) == (contact.team, [advisor, member])


def test_data_cards_fill_in_the_contacts_own_data(contact):
    contact.preferred_name, contact.custom_data = "Cat", {"account_type": "Joint", "nested": {"a": 1}}
    text = "{preferred_name}: {custom.account_type}{custom.missing}{custom.nested}{password} {advisor_name}"
    assert fill_in(text, contact) == f"Cat: Joint {contact.primary_advisor.name}"


def test_the_home_page_takes_few_queries(contact, django_assert_num_queries):
    template = AssignmentFactory(contact=contact).experience.card_template
    CardFactory.create_batch(3, template=template)
    sees = WhatContactSees(type(contact).objects.select_related("primary_advisor", "team").get(pk=contact.pk))
    with django_assert_num_queries(4):
        assert (len(sees.cards), sees.featured, sees.team, len(sees.team_members)) == (3, [], None, 1)
