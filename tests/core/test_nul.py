"""The character NUL, which PostgreSQL keeps in no text, is refused wherever it comes from, and changes nothing."""

import pytest
from django.test import Client

from contacts.models import Contact
from core.models import Operation
from tests.factories import ContactFactory, FeaturedTemplateFactory, ResourceTemplateFactory, TeamFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["/contacts/?q=%00", "/contacts/?%00=1", "/contacts/%00/", "/operations/?q=a%00b"])
def test_an_address_with_it_is_refused_as_a_page_that_says_so(as_user, admin, page):
    answer = as_user(admin).get(page)
    assert (answer.status_code, "could not be read" in answer.content.decode()) == (400, True)
    assert "no-store" in answer["Cache-Control"] and "default-src" in answer["Content-Security-Policy"]


def test_searches_without_a_form_refuse_it(as_user, admin):
    contact, featured, team = ContactFactory(), FeaturedTemplateFactory(), TeamFactory()
    shelf = ResourceTemplateFactory().categories.create(title="A")
    client = as_user(admin)
    pages = {
        f"/crm/link/{contact.pk}/": "find",
        f"/experiences/featured/{featured.pk}/add/": "q",
        f"/experiences/libraries/category/{shelf.pk}/add/": "q",
        f"/experiences/teams/{team.pk}/add/": "q",
    }
    for page, name in pages.items():
        assert [client.get(page, {name: text}).status_code for text in ("x", "\0")] == [200, 400], page


@pytest.mark.parametrize("query", ["q=%00", "\0", "q=a&tag=%00b"])
@pytest.mark.parametrize("page", ["bulk/contacts.assign", "export", "bulk/contacts.delete"])
def test_a_selection_by_filter_refuses_it_in_the_filter_too(as_user, admin, page, query):
    ContactFactory()
    data = {"all": "1", "query": query, "format": "csv"}
    assert as_user(admin).post(f"/contacts/{page}/", data).status_code == 400
    assert (Operation.objects.count(), Contact.objects.count()) == (0, 1)


def test_a_percent_sign_and_noughts_are_text_like_any_other(as_user, admin):
    ContactFactory()
    answer = as_user(admin).post("/contacts/export/", {"all": "1", "query": "q=100%2500"})
    assert (answer.status_code, answer.context["words"]) == (200, "All that match Search: 100%00")


def test_a_form_of_several_parts_refuses_it_and_other_forms_are_read_as_ever(as_user, admin):
    client = as_user(admin)
    assert client.post("/contacts/add/", {"first_name": "a\0b"}).status_code == 400  # sent as multipart/form-data
    plain = "application/x-www-form-urlencoded"
    codes = [client.post("/contacts/add/", f"first_name=a{text}", plain).status_code for text in ("%00", "")]
    assert codes == [400, 422]


def test_a_session_has_no_such_key(db):
    client = Client()
    client.cookies["sessionid"] = "stranger\0"
    assert client.get("/contacts/").status_code == 400
