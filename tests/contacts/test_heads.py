"""Whoever moves to another household heads the one they left no longer, whatever moved them."""

import pytest

from contacts.models import Contact, Household
from core.models import Operation
from tests.contacts.test_imports import verdicts
from tests.contacts.test_undoing import undo
from tests.factories import ContactFactory, HouseholdFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(advisor):
    """The head of the Olds; Bob is one of them too, and Eve heads the Others."""
    for name, email in (("Olds", "ann@example.com"), ("Others", "eve@example.com")):
        home = HouseholdFactory(name=name)
        home.head = ContactFactory(email=email, primary_advisor=advisor, household=home)
        home.save()
    ContactFactory(email="bob@example.com", primary_advisor=advisor, household=Household.objects.get(name="Olds"))
    return Contact.objects.get(email="ann@example.com")


def heads():
    """The head of each household, by name."""
    return dict(Household.objects.values_list("name", "head__email"))


def test_an_import_that_moves_the_head_leaves_the_household_without_one(as_user, admin, advisor, ann, bring, apply):
    text = "Email,Household,City\nann@example.com,News,\nbob@example.com,Olds,\neve@example.com,,New Town\n"
    file_import = bring(admin, text)
    assert verdicts(file_import) == {2: "update", 3: "unchanged", 4: "update"}
    apply(admin, file_import)
    assert heads() == {"Olds": None, "Others": "eve@example.com", "News": None}
    assert as_user(advisor).post(f"/contacts/{ann.pk}/household/").status_code == 302
    assert heads() == {"Olds": None, "Others": "eve@example.com", "News": "ann@example.com"}


def test_whoever_is_made_a_head_heads_nothing_else(as_user, advisor, ann):
    Contact.objects.filter(pk=ann.pk).update(household=HouseholdFactory(name="News"))
    assert as_user(advisor).post(f"/contacts/{ann.pk}/household/").status_code == 302
    assert heads() == {"Olds": None, "Others": "eve@example.com", "News": "ann@example.com"}


def test_undoing_an_import_takes_the_new_household_its_head_and_gives_the_old_one_back(
    as_user, admin, ann, bring, apply
):
    apply(admin, bring(admin, "Email,Household\nann@example.com,News\n"))
    Household.objects.filter(name="News").update(head=ann)
    client, before = as_user(admin), heads()
    undoing, _ = undo(client, Operation.objects.get(kind="contacts.import_apply"))
    assert heads() == {"Olds": "ann@example.com", "Others": "eve@example.com", "News": None}
    undo(client, undoing)
    assert heads() == before | {"News": None}


def test_a_head_chosen_since_stays_when_the_import_is_undone(as_user, admin, advisor, ann, bring, apply):
    apply(admin, bring(admin, "Email,Household\nann@example.com,News\n"))
    bob = Contact.objects.get(email="bob@example.com")
    assert as_user(advisor).post(f"/contacts/{bob.pk}/household/").status_code == 302
    undo(as_user(admin), Operation.objects.get(kind="contacts.import_apply"))
    ann.refresh_from_db()
    assert (ann.household.name, heads()["Olds"]) == ("Olds", "bob@example.com")
