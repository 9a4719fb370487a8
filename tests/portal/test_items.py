"""What the client has to do: at home, on its own page, marking it as done."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Contact, ResourceView
from core.models import Activity
from portal.items import due_words
from tests.factories import AssignmentFactory, ResourceFactory
from todos.models import ActionItem

ITEMS_QUERIES = 7


@pytest.fixture
def give(client_contact):
    """`give(title, **values)`: an action item of the contact."""
    return lambda title="Send it", **values: ActionItem.objects.create(contact=client_contact, title=title, **values)


def shown(response, name="waiting"):
    return [item.title for item in response.context[name]]


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_takes_the_same_queries_for_any_amount(portal, give, many, django_assert_num_queries):
    for _ in range(many):
        give(resource=ResourceFactory())
        give(done_at=timezone.now(), done_by_client=True, resource=ResourceFactory())
    portal.get("/portal/items/")
    with django_assert_num_queries(ITEMS_QUERIES):
        page = portal.get("/portal/items/")
    assert (len(shown(page)), len(shown(page, "done"))) == (many, many)


def test_home_shows_the_soonest_due_and_leads_to_all(portal, give):
    today = timezone.localdate()
    give("Whenever")
    for days in (5, -2, 1):
        give(f"In {days}", due_on=today + timedelta(days=days))
    page = portal.get("/portal/")
    assert shown(page, "items") == ["In -2", "In 1", "In 5"]
    html = page.content.decode()
    assert ("All to-dos" in html, "Overdue since" in html) == (True, True)


def test_withdrawn_items_and_those_of_others_are_not_there(portal, give):
    give("Withdrawn", withdrawn_at=timezone.now())
    other = ActionItem.objects.create(contact=AssignmentFactory().contact, title="Another's")
    assert shown(portal.get("/portal/items/")) == []
    assert portal.post(f"/portal/items/{other.pk}/done/").status_code == 404
    assert ActionItem.objects.get(pk=other.pk).is_open


def test_the_client_marks_it_as_done_once_and_staff_read_that(portal, client_contact, give):
    item = give()
    for _ in range(3):
        assert portal.post(f"/portal/items/{item.pk}/done/").url == "/portal/items/"
    item.refresh_from_db()
    assert (item.done_by_client, item.done_by) == (True, None)
    told = Activity.objects.get(verb="action_item_done")
    assert (told.actor, told.subject_id) == (client_contact.user, client_contact.pk)
    assert told.data == {"action_items": [item.pk]}


def test_what_was_done_stays_in_its_place_and_can_be_undone_in_this_visit(portal, client_contact, give):
    item = give()
    portal.post(f"/portal/items/{item.pk}/done/")
    assert [(one.done, one.undoable) for one in portal.get("/portal/").context["items"]] == [(True, True)]
    portal.post(f"/portal/items/{item.pk}/undo/")
    assert ActionItem.objects.get().is_open
    portal.post(f"/portal/items/{item.pk}/done/", {"again": "1"})
    portal.force_login(client_contact.user, backend="accounts.backends.PortalBackend")
    portal.session.flush()
    portal.force_login(client_contact.user, backend="accounts.backends.PortalBackend")
    assert portal.post(f"/portal/items/{item.pk}/undo/").status_code == 404
    page = portal.get("/portal/items/")
    assert (shown(page), shown(page, "done")) == ([], ["Send it"])


def test_what_staff_marked_as_done_is_not_undone_by_the_client(portal, give, advisor):
    item = give(done_at=timezone.now(), done_by=advisor)
    assert portal.post(f"/portal/items/{item.pk}/undo/").status_code == 404
    assert not ActionItem.objects.get().is_open


def test_its_resource_can_be_opened_while_the_item_is_there(portal, give):
    resource = ResourceFactory()
    address = f"/portal/resources/{resource.pk}/open/"
    assert portal.post(address).status_code == 404
    item = give(resource=resource)
    assert portal.post(address, {"where": "item"}).status_code == 303
    assert ResourceView.objects.get().where == "item"
    ActionItem.objects.filter(pk=item.pk).update(withdrawn_at=timezone.now())
    assert portal.post(address, {"where": "home"}).status_code == 404


def test_a_resource_that_is_no_longer_published_is_not_offered(portal, give):
    give(resource=ResourceFactory(state="draft"))
    assert portal.get("/portal/items/").context["waiting"][0].readings == []


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "Overdue since "), (0, "Due today"), (1, "Due tomorrow"), (400, "Due ")]
)
def test_due_dates_in_words(days, words):
    today = timezone.localdate()
    assert due_words(today + timedelta(days=days), today).startswith(words)
    assert due_words(None, today) == ""


def test_the_day_is_that_of_the_contacts_zone(portal, client_contact, give):
    Contact.objects.filter(pk=client_contact.pk).update(time_zone="Pacific/Kiritimati")  # a day ahead of most
    give(due_on=(timezone.now() + timedelta(hours=14)).date() - timedelta(days=1))
    assert portal.get("/portal/items/").context["waiting"][0].overdue


def test_a_preview_shows_them_and_changes_nothing(as_user, advisor, client_contact, give):
    give("Sign")
    for page in ("", "items/"):
        html = as_user(advisor).get(f"/portal/preview/{client_contact.pk}/{page}").content.decode()
        assert ("Sign" in html, "Mark as done" in html) == (True, False)
