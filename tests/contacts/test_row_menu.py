"""The menu of a row in the contact list: filled when it is opened, with what this user may do with this contact."""

import re

import pytest
from django.urls import reverse

from accounts.models import Role
from tests.factories import ContactFactory, UserFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def contact(advisor):
    return ContactFactory(primary_advisor=advisor, first_name="Hana", last_name="Reyes")


def labels(client, contact):
    page = client.get(reverse("contacts:row_menu", args=[contact.pk]), headers=HTMX)
    assert page.status_code == 200
    return re.findall(r"</svg>([^<]+)</a>", page.content.decode())


def test_a_row_has_one_menu_and_none_of_its_entries(as_user, advisor, contact):
    page = as_user(advisor).get(reverse("contacts:list")).content.decode()
    address = reverse("contacts:row_menu", args=[contact.pk])
    assert page.count(f'data-fill="{address}"') == 1
    assert 'aria-label="Actions: Hana Reyes"' in page
    assert "/do/" not in page


def test_what_applies_to_the_contact_is_offered(as_user, advisor, contact):
    found = labels(as_user(advisor), contact)
    assert found[0] == "Open"
    assert {"Edit", "Deactivate", "Delete"} < set(found)
    assert "Reactivate" not in found


def test_who_may_change_nothing_gets_no_action(as_user, contact):
    client = as_user(UserFactory(role=Role.COMPLIANCE))
    assert not {"Edit", "Deactivate", "Delete"} & set(labels(client, contact))


def test_it_is_not_there_for_somebody_elses_contact(as_user, colleague, contact):
    address = reverse("contacts:row_menu", args=[contact.pk])
    assert as_user(colleague).get(address, headers=HTMX).status_code == 404


def test_opened_by_hand_it_leads_to_the_contact(as_user, advisor, contact):
    answer = as_user(advisor).get(reverse("contacts:row_menu", args=[contact.pk]))
    assert answer.headers["Location"] == reverse("contacts:detail", args=[contact.pk])


def test_fifty_rows_are_a_light_page(as_user, advisor):
    """Links to all actions in every row made it 180 KB."""
    ContactFactory.create_batch(50, primary_advisor=advisor)
    page = as_user(advisor).get(reverse("contacts:list"))
    assert len(page.content) < 80_000
