"""Who leaves while a large book is handed over: nobody loses sight of contacts whose advisor cannot sign in."""

import pytest
from django.utils import timezone
from django.utils.html import escape

from contacts.domain.handing_over import left_behind
from contacts.models import Contact
from core.models import Operation
from core.operations import running
from tests.factories import ContactFactory, UserFactory
from tests.forms import as_shown
from tests.markup import one_line

pytestmark = pytest.mark.django_db

LARGE = 201  # more than are handed over within the request


@pytest.fixture
def book(advisor):
    """More contacts of the advisor than are handed over at once."""
    return ContactFactory.create_batch(LARGE, primary_advisor=advisor)


@pytest.fixture
def begun(as_user, admin, advisor, colleague, book):
    """The advisor has been deactivated; the worker has not come yet."""
    as_user(admin).post(f"/users/{advisor.pk}/deactivate/", {"successor": colleague.pk})
    return Operation.objects.get()


def text(client, url):
    """The words of a page."""
    return one_line(client.get(url))


def test_the_answer_says_that_the_worker_hands_over_and_leads_there(as_user, admin, advisor, colleague, book):
    client = as_user(admin)
    page = client.post(f"/users/{advisor.pk}/deactivate/", {"successor": colleague.pk}, follow=True)
    operation = Operation.objects.get()
    told = [str(message) for message in page.context["messages"]]
    assert told == [
        f"{advisor.name} has been deactivated and is signed out everywhere.",
        f"“{operation.title}” goes on in the background: 0 of 201 done."
        f' <a href="/operations/{operation.pk}/">Look at the operation</a>',
    ]
    assert told[1] in page.content.decode()


@pytest.mark.parametrize("state", ["queued", "running", "paused"])
def test_who_receives_contacts_cannot_leave_before_they_are_there(as_user, admin, colleague, begun, state):
    Operation.objects.update(state=state)
    client = as_user(admin)
    reason = escape(f"“{begun.title}” has not ended yet.")
    answer = client.post(f"/users/{colleague.pk}/deactivate/")
    assert (answer.status_code, reason in answer.content.decode()) == (422, True)
    page = f"/users/{colleague.pk}/"
    answer = client.post(page, as_shown(client, page, role="support"))
    assert (answer.status_code, reason in answer.content.decode()) == (422, True)
    colleague.refresh_from_db()
    assert (colleague.is_active, colleague.role) == (True, "advisor")


def test_once_they_are_there_they_are_handed_on(as_user, admin, colleague, begun):
    running.run(begun.pk)
    as_user(admin).post(f"/users/{colleague.pk}/deactivate/", {"successor": admin.pk})
    colleague.refresh_from_db()
    assert not colleague.is_active
    assert Operation.objects.latest("pk").params == {"from": colleague.pk, "to": admin.pk}


def test_while_the_worker_hands_over_the_pages_say_so(as_user, admin, advisor, begun):
    page = text(as_user(admin), f"/users/{advisor.pk}/")
    assert f"{advisor.name} still holds 201 contacts as primary advisor" in page
    assert f'<a href="/operations/{begun.pk}/">{begun.title}</a>: waiting, 0 of 201 done.' in page


def test_what_stays_behind_when_it_is_stopped_is_shown_and_handed_over_there(as_user, admin, advisor, begun):
    client = as_user(admin)
    client.post(f"/operations/{begun.pk}/cancel/")
    page = text(client, f"/users/{advisor.pk}/")
    assert "nothing hands over what they have" in page
    assert f'action="/contacts/hand-over/{advisor.pk}/"' in page
    listed = f'<a href="/users/{advisor.pk}/">{advisor.name}</a> still holds 201 contacts as primary advisor.'
    assert listed in text(client, "/users/")
    Contact.objects.update(primary_advisor=admin)
    assert "still holds" not in text(client, "/users/") + text(client, f"/users/{advisor.pk}/")


def test_what_stays_behind_when_its_owner_may_no_longer_is_shown(as_user, admin, advisor, begun):
    type(admin).objects.filter(pk=admin.pk).update(role="advisor")
    running.run(begun.pk)
    assert Operation.objects.get().skipped == LARGE
    type(admin).objects.filter(pk=admin.pk).update(role="admin")
    assert "still holds 201 contacts" in text(as_user(admin), "/users/")


def test_somebody_who_works_here_holds_what_is_theirs(as_user, admin, advisor, contact):
    client = as_user(admin)
    assert "still holds" not in text(client, "/users/") + text(client, f"/users/{advisor.pk}/")


def test_two_who_leave_at_once_to_each_other_do_not_both_leave(as_user, admin, advisor, colleague, contact):
    client = as_user(admin)
    client.post(f"/users/{advisor.pk}/deactivate/", {"successor": colleague.pk})
    answer = client.post(f"/users/{colleague.pk}/deactivate/", {"successor": advisor.pk})
    assert answer.status_code == 422
    contact.refresh_from_db()
    assert contact.primary_advisor == colleague


@pytest.mark.parametrize("leavers", [1, 3])
def test_what_leavers_still_have_is_counted_for_all_of_them_at_once(leavers, django_assert_num_queries):
    """Live and in the trash, each by its index: one at a time, the users page of a large firm took minutes."""
    for _ in range(leavers):
        gone = UserFactory(is_active=False)
        ContactFactory(primary_advisor=gone)
        ContactFactory(primary_advisor=gone, deleted_at=timezone.now())
    UserFactory(is_active=False)
    with django_assert_num_queries(3):
        assert [number for _, number in left_behind()] == [2] * leavers
