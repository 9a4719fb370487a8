"""The users page: inviting, changing roles, and leaving."""

from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection

from accounts.domain.password_links import link_for
from accounts.models import Role, User
from tests.factories import UserFactory
from tests.forms import as_shown


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


def test_a_new_role_given_on_the_page_ends_every_session(as_user, admin, advisor):
    from django.test import Client

    elsewhere = Client()
    elsewhere.force_login(advisor, backend="accounts.backends.StaffBackend")
    data = as_shown(as_user(admin), f"/users/{advisor.pk}/", last_name="Moved", role="support")
    assert as_user(admin).post(f"/users/{advisor.pk}/", data).status_code == 302
    assert elsewhere.get("/profile/").status_code == 302
    advisor.refresh_from_db()
    assert (advisor.role, advisor.last_name) == (Role.SUPPORT, "Moved")


def test_a_refused_role_changes_nothing_else(as_user, admin):
    data = {"first_name": "A", "last_name": "Renamed", "email": admin.email, "role": "support"}
    assert as_user(admin).post(f"/users/{admin.pk}/", data).status_code == 422
    admin.refresh_from_db()
    assert admin.last_name == "Admin"


@contextmanager
def just_before_the_row_is_written(happens):
    """Lets `happens` take place between the page's reading of a user and its writing, as another request would."""
    waiting = [happens]

    def watch(execute, sql, params, many, context):
        if waiting and sql.startswith('UPDATE "accounts_user"'):
            waiting.pop()()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield
    assert not waiting, "the row was never written"


def closed(user):
    """Their access ends, as when an admin deactivates them."""
    return lambda: User.objects.filter(pk=user.pk).update(is_active=False, role=Role.SUPPORT, session_generation=7)


def test_saving_ones_profile_brings_back_no_access_that_was_taken_meanwhile(as_user, advisor):
    client = as_user(advisor)
    data = as_shown(client, "/profile/", last_name="Byron")
    with just_before_the_row_is_written(closed(advisor)):
        client.post("/profile/", data)
    advisor.refresh_from_db()
    assert (advisor.last_name, advisor.is_active) == ("Byron", False)
    assert (advisor.role, advisor.session_generation) == (Role.SUPPORT, 7)


def test_editing_a_user_brings_back_no_access_that_was_taken_meanwhile(as_user, admin, advisor):
    client = as_user(admin)
    data = as_shown(client, f"/users/{advisor.pk}/", last_name="Byron")
    with just_before_the_row_is_written(closed(advisor)):
        client.post(f"/users/{advisor.pk}/", data)
    advisor.refresh_from_db()
    assert (advisor.last_name, advisor.is_active) == ("Byron", False)
    assert (advisor.role, advisor.session_generation) == (Role.SUPPORT, 7)


def test_choosing_a_password_brings_back_no_access_that_was_taken_meanwhile(client, advisor):
    page = client.get(link_for(advisor).removeprefix(settings.BASE_URL), follow=True)
    new = {"new_password1": "another-long-password", "new_password2": "another-long-password"}
    with just_before_the_row_is_written(closed(advisor)):
        client.post(page.redirect_chain[-1][0], new)
    advisor.refresh_from_db()
    assert advisor.check_password("another-long-password")
    assert (advisor.is_active, advisor.role, advisor.session_generation) == (False, Role.SUPPORT, 7)


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
    with django_assert_num_queries(8):
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
