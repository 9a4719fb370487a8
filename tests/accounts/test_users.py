"""The users page: inviting, changing roles, and leaving."""

import pytest
from django.core import mail

from accounts.models import Role, User
from tests.factories import UserFactory


def test_only_admins_reach_the_users_and_the_settings(as_user, advisor, support, compliance):
    for user in (advisor, support, compliance):
        client = as_user(user)
        statuses = {url: client.get(url).status_code for url in ("/users/", "/users/invite/", "/settings/")}
        assert statuses == {"/users/": 404, "/users/invite/": 404, "/settings/": 404}


def test_an_invited_colleague_gets_a_link(as_user, admin, django_capture_on_commit_callbacks):
    data = {"first_name": "Nia", "last_name": "New", "email": "Nia@Example.com", "role": "advisor"}
    with django_capture_on_commit_callbacks(execute=True):
        response = as_user(admin).post("/users/invite/", data)
    assert response.url == "/users/"
    assert User.objects.get(email="nia@example.com").role == Role.ADVISOR
    assert [message.to for message in mail.outbox] == [["nia@example.com"]]


def test_an_address_is_given_to_one_of_the_staff_only(as_user, admin, advisor):
    data = {"first_name": "A", "last_name": "B", "email": advisor.email.upper(), "role": "support"}
    assert as_user(admin).post("/users/invite/", data).status_code == 422


def test_nobody_becomes_a_contact_through_the_users_page(as_user, admin, advisor):
    data = {"first_name": "A", "last_name": "B", "email": advisor.email, "role": "contact"}
    assert as_user(admin).post(f"/users/{advisor.pk}/", data).status_code == 422


def test_the_last_admin_stays_admin(as_user, admin):
    data = {"first_name": "A", "last_name": "B", "email": admin.email, "role": "advisor"}
    assert as_user(admin).post(f"/users/{admin.pk}/", data).status_code == 422
    admin.refresh_from_db()
    assert admin.role == Role.ADMIN


def test_deactivation_ends_every_session(client, as_user, admin, advisor):
    from django.test import Client

    elsewhere = Client()
    elsewhere.force_login(advisor, backend="accounts.backends.StaffBackend")
    assert elsewhere.get("/profile/").status_code == 200
    assert as_user(admin).post(f"/users/{advisor.pk}/deactivate/").status_code == 302
    assert elsewhere.get("/profile/").status_code == 302


def test_a_new_role_ends_sessions_at_the_same_cost_however_many_are_open(as_user, admin, advisor):
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.domain.staffing import end_sessions

    elsewhere = [Client(), Client()]
    for client in elsewhere:
        client.force_login(advisor, backend="accounts.backends.StaffBackend")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        end_sessions(advisor)
    assert len(queries) == 1
    assert [client.get("/profile/").status_code for client in elsewhere] == [302, 302]
    assert as_user(admin).get("/profile/").status_code == 200, "others stay signed in"


def test_an_admin_cannot_deactivate_themselves(as_user, admin):
    UserFactory(role=Role.ADMIN)
    assert as_user(admin).post(f"/users/{admin.pk}/deactivate/").status_code == 422
    admin.refresh_from_db()
    assert admin.is_active


def test_whoever_holds_contacts_hands_them_over_first(as_user, admin, advisor, colleague, contact):
    client = as_user(admin)
    assert client.post(f"/users/{advisor.pk}/deactivate/").status_code == 422
    response = client.post(f"/users/{advisor.pk}/deactivate/", {"successor": colleague.pk})
    assert response.status_code == 302
    contact.refresh_from_db()
    advisor.refresh_from_db()
    assert (contact.primary_advisor, advisor.is_active) == (colleague, False)


@pytest.mark.parametrize("count", [1, 3])
def test_the_users_page_takes_the_same_queries_for_any_number(as_user, admin, django_assert_num_queries, count):
    UserFactory.create_batch(count)
    client = as_user(admin)
    client.get("/users/")
    with django_assert_num_queries(7):
        assert client.get("/users/").status_code == 200


@pytest.mark.parametrize(
    "query", ["q=zzz", "q=adm&role=admin", "state=active&sort=-last_login", "sort=name", "role=no", "page=x"]
)
def test_the_users_page_is_searched_sorted_and_narrowed(as_user, admin, query):
    assert as_user(admin).get(f"/users/?{query}").status_code == 200


def test_the_settings_are_saved(as_user, admin):
    from accounts.models import Firm

    client = as_user(admin)
    page = client.get("/settings/")
    data = {name: value for name, value in page.context["form"].initial.items() if value and name != "logo"}
    assert client.post("/settings/", data | {"name": "Northlight Wealth"}).status_code == 302
    assert Firm.get().name == "Northlight Wealth"
    assert client.post("/settings/", data | {"invitation_link_days": 31}).status_code == 422
    assert client.post("/settings/", data | {"brand_colour": "red;}"}).status_code == 422
