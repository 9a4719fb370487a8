"""Who sees which contacts: the owner, the colleague, the stranger."""

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import Role
from contacts.models import Contact
from tests.factories import ContactFactory, TeamFactory, UserFactory


def seen_by(user):
    return set(Contact.objects.visible_to(user))


def test_an_advisor_sees_own_and_team_contacts_only(advisor, colleague):
    own = ContactFactory(primary_advisor=advisor)
    shared = ContactFactory(primary_advisor=colleague, team=TeamFactory(members=[advisor]))
    ContactFactory(primary_advisor=colleague)
    assert seen_by(advisor) == {own, shared}


def test_support_sees_contacts_of_its_teams_only(support, advisor):
    shared = ContactFactory(primary_advisor=advisor, team=TeamFactory(members=[support]))
    ContactFactory(primary_advisor=advisor)
    assert seen_by(support) == {shared}


def test_admins_and_compliance_see_all_but_the_trash(admin, compliance, contact):
    ContactFactory(deleted_at=timezone.now())
    assert seen_by(admin) == {contact}
    assert seen_by(compliance) == {contact}


def test_compliance_edits_nothing(compliance, contact):
    assert not Contact.objects.editable_by(compliance).exists()


def test_contacts_strangers_and_the_deactivated_see_none(contact, advisor):
    portal_user = UserFactory(role=Role.CONTACT)
    advisor.is_active = False
    assert seen_by(portal_user) == seen_by(AnonymousUser()) == seen_by(advisor) == set()
