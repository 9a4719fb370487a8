"""Saved views and chosen columns: the list comes back as it was left, to whom it is meant for."""

import pytest

from contacts.models import SavedView
from contacts.tables import CHOICES, ContactTable
from tests.factories import AssignmentFactory, ContactFactory, HouseholdFactory, TeamFactory, UserFactory
from tests.forms import as_shown

pytestmark = pytest.mark.django_db

ADD = "/contacts/views/add/"
STATE = "?type=client&status=active&sort=-last_login&page=3&per_page=25&columns=name&columns=email"


def headings(response):
    columns = response.context["table"].columns
    return [str(column.header) for column in columns if column.name not in {"select", "actions"}]


def test_a_view_brings_the_list_back_as_it_was_left_on_its_first_page(as_user, advisor):
    client = as_user(advisor)
    assert "Status: Active; Type: Client" in client.get(ADD + STATE).content.decode()
    answer = client.post(ADD + STATE, {"name": "Keen clients"})
    view = SavedView.objects.get()
    assert (view.owner, view.is_shared, answer["Location"]) == (advisor, False, view.url)
    assert view.query == "status=active&type=client&sort=-last_login&per_page=25&columns=name&columns=email"
    page = client.get(view.url)
    assert page.context["views"].current == view
    assert headings(page) == ["Name", "Email"]
    assert page.context["filter"].form.cleaned_data["status"] == ["active"]


def test_a_view_is_its_owners_until_it_is_shared(as_user, advisor, colleague, admin):
    view = SavedView.objects.create(owner=advisor, name="Mine", query="type=client")
    assert "Mine" not in as_user(colleague).get("/contacts/").content.decode()
    assert as_user(colleague).get(f"/contacts/views/{view.pk}/").status_code == 404
    address = f"/contacts/views/{view.pk}/"
    as_user(advisor).post(address, as_shown(as_user(advisor), address, name="Ours", is_shared="on"))
    assert "Ours" in as_user(colleague).get("/contacts/").content.decode()
    for other, code in ((colleague, 404), (admin, 302)):
        assert as_user(other).post(f"/contacts/views/{view.pk}/delete/").status_code == code
    assert not SavedView.objects.exists()


def test_a_shared_view_shows_everybody_only_their_own(as_user, advisor, colleague):
    ContactFactory(primary_advisor=advisor, last_name="Seen", contact_type="client")
    SavedView.objects.create(owner=colleague, name="All clients", query="type=client", is_shared=True)
    (view,) = as_user(advisor).get("/contacts/").context["views"].shared
    assert len(as_user(advisor).get(view.url).context["page"].object_list) == 1
    assert len(as_user(colleague).get(view.url).context["page"].object_list) == 0


def test_two_views_of_one_name_are_refused_and_nothing_is_overwritten(as_user, advisor):
    SavedView.objects.create(owner=advisor, name="Mine", query="type=client")
    answer = as_user(advisor).post(f"{ADD}?type=lead", {"name": "mine"})
    assert answer.status_code == 422 and "view of this name already" in answer.content.decode()
    assert SavedView.objects.get().query == "type=client"


def test_the_list_of_views_says_what_each_shows(as_user, advisor):
    SavedView.objects.create(owner=advisor, name="Clients", query="type=client&sort=name")
    SavedView.objects.create(owner=UserFactory(), name="Not shared", query="")
    page = as_user(advisor).get("/contacts/views/").content.decode()
    assert "Type: Client" in page and "Not shared" not in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Name", "Primary advisor", "Type", "Status", "Last login", "Experience"]),
        ("?columns=team&columns=name&columns=phone", ["Name", "Team", "Phone"]),
        ("?columns=name", ["Name"]),
        ("?columns=nonsense&columns=email&columns=email", ["Name", "Email"]),
    ],
)
def test_columns_are_chosen_and_ordered_in_the_address(as_user, advisor, query, shown):
    ContactFactory(primary_advisor=advisor)
    assert headings(as_user(advisor).get(f"/contacts/{query}")) == shown


@pytest.mark.parametrize("count", [1, 3])
def test_all_columns_take_the_same_queries_for_any_number(as_user, advisor, django_assert_num_queries, count):
    team = TeamFactory(members=[advisor])
    for _ in range(count):
        contact = ContactFactory(primary_advisor=advisor, household=HouseholdFactory(), team=team)
        AssignmentFactory(contact=contact)
    client = as_user(advisor)
    query = "&".join(f"columns={name}" for name in CHOICES)
    client.get(f"/contacts/?{query}")
    with django_assert_num_queries(9):
        assert len(client.get(f"/contacts/?{query}").context["page"].object_list) == count


@pytest.mark.parametrize("name", [name for name in CHOICES if ContactTable.base_columns[name].orderable is not False])
def test_every_column_sorts_both_ways(as_user, advisor, name):
    rows = [ContactFactory(primary_advisor=advisor) for _ in range(3)]
    client = as_user(advisor)
    for sign in ("", "-"):
        page = client.get(f"/contacts/?columns={name}&sort={sign}{name}").context["page"]
        assert {row.record.pk for row in page.object_list} == {row.pk for row in rows}


@pytest.mark.parametrize(
    "typed", ["advisor=%C2%B2", f"advisor={'9' * 1900}", "tag=%C2%B2", "login_to=9999-12-31", "q=%00"]
)
def test_a_view_that_makes_no_sense_hides_no_other(as_user, compliance, advisor, typed):
    """Anybody may share a view; what stands in it is read on everybody's page."""
    SavedView.objects.create(owner=compliance, name="Odd", query=typed, is_shared=True)
    SavedView.objects.create(owner=advisor, name="Clients", query="type=client")
    page = as_user(advisor).get("/contacts/views/")
    assert (page.status_code, "Type: Client" in page.content.decode()) == (200, True)
