"""An advisor's book goes to another: over a preview, or when they are deactivated; and back."""

import pytest
from django.utils import timezone

from contacts.models import Contact
from core.models import Activity, Operation
from tests.contacts.test_bulk import confirm
from tests.contacts.test_undoing import undo
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(advisor, colleague):
    """Three contacts of the advisor, one in the trash; and one of somebody else."""
    ContactFactory(primary_advisor=colleague)
    ContactFactory(primary_advisor=advisor, deleted_at=timezone.now())
    return ContactFactory.create_batch(2, primary_advisor=advisor)


def owners():
    """Whose each contact is."""
    return list(Contact.objects.order_by("pk").values_list("primary_advisor", flat=True))


def begin(client, giver, taker):
    """Press the button on the page of `giver`, choose `taker`; the address of the preview."""
    assert f'action="/contacts/hand-over/{giver.pk}/"' in client.get(f"/users/{giver.pk}/").content.decode()
    url = client.post(f"/contacts/hand-over/{giver.pk}/").url
    draft = client.get(url).context["operation"]
    return client.post("/contacts/bulk/contacts.hand_over/", {"draft": draft.pk, "to": taker.pk}).url


def test_a_book_goes_to_another_and_back(as_user, admin, advisor, colleague, book):
    client, before = as_user(admin), owners()
    url = begin(client, advisor, colleague)
    page = client.get(url)
    assert (page.context["title"], page.context["preview"].will) == (
        f"Hand over from {advisor.name} to {colleague.name}",
        3,
    )
    confirm(client, url)
    operation = Operation.objects.get()
    assert (operation.state, operation.done, owners()) == ("finished", 3, [colleague.pk] * 4)
    told = Activity.objects.filter(verb="handed_over", operation=operation, actor=admin)
    assert set(told.values_list("sentence", flat=True)) == {f"Handed over from {advisor.name} to {colleague.name}"}
    assert (told.count(), undo(client, operation)[0].done, owners()) == (3, 3, before)


def test_those_whom_somebody_else_has_by_now_are_skipped(as_user, admin, advisor, colleague, book):
    client = as_user(admin)
    url = begin(client, advisor, colleague)
    Contact.objects.filter(pk=book[0].pk).update(primary_advisor=admin)
    confirm(client, url)
    operation = Operation.objects.get()
    assert (operation.done, operation.lines.get(state="skipped").reason) == (2, "Has another advisor by now.")
    assert Contact.objects.get(pk=book[0].pk).primary_advisor == admin


def test_nobody_takes_who_cannot(as_user, admin, advisor, colleague, support, book):
    client = as_user(admin)
    url = client.post(f"/contacts/hand-over/{advisor.pk}/").url
    draft = client.get(url).context["operation"]
    for taker in (advisor, support):
        assert client.post("/contacts/bulk/contacts.hand_over/", {"draft": draft.pk, "to": taker.pk}).status_code == 422
    url = client.post("/contacts/bulk/contacts.hand_over/", {"draft": draft.pk, "to": colleague.pk}).url
    type(colleague).objects.filter(pk=colleague.pk).update(is_active=False)
    assert client.get(url).context["preview"].skipped == [("The advisor chosen can no longer have contacts.", 3)]


def test_only_admins_hand_over(as_user, advisor, colleague, compliance, book):
    for user in (advisor, colleague, compliance):
        assert as_user(user).post(f"/contacts/hand-over/{advisor.pk}/").status_code in {403, 404}
        assert as_user(user).get("/contacts/bulk/contacts.hand_over/").status_code in {403, 404}
    assert not Operation.objects.exists()


def test_who_has_nothing_has_nothing_to_hand_over(as_user, admin, support):
    client = as_user(admin)
    assert "/contacts/bulk/contacts.hand_over/" not in client.get(f"/users/{support.pk}/").content.decode()
    assert client.post(f"/contacts/hand-over/{support.pk}/").url == f"/users/{support.pk}/"
    assert not Operation.objects.exists()


def test_who_is_deactivated_hands_over_by_an_operation(as_user, admin, advisor, colleague, book):
    as_user(admin).post(f"/users/{advisor.pk}/deactivate/", {"successor": colleague.pk})
    operation = Operation.objects.get()
    advisor.refresh_from_db()
    assert (operation.kind, operation.owner, operation.done) == ("contacts.hand_over", admin, 3)
    assert Activity.objects.filter(operation=operation, subject_type="contact").count() == 3
    assert (owners(), advisor.is_active) == ([colleague.pk] * 4, False)


def test_a_large_book_is_left_to_the_worker(as_user, admin, advisor, colleague, django_capture_on_commit_callbacks):
    ContactFactory.create_batch(201, primary_advisor=advisor)
    with django_capture_on_commit_callbacks(execute=True):
        as_user(admin).post(f"/users/{advisor.pk}/deactivate/", {"successor": colleague.pk})
        assert (Operation.objects.get().state, set(owners())) == ("queued", {advisor.pk})
    assert (Operation.objects.get().done, set(owners())) == (201, {colleague.pk})


def test_nobody_is_deactivated_whose_book_stays(as_user, admin, advisor, colleague, book, monkeypatch):
    monkeypatch.setattr("contacts.operations.handing_over.HandOver.change", failing)
    client = as_user(admin)
    client.raise_request_exception = False
    assert client.post(f"/users/{advisor.pk}/deactivate/", {"successor": colleague.pk}).status_code == 500
    advisor.refresh_from_db()
    assert (advisor.is_active, owners().count(advisor.pk), Operation.objects.count()) == (True, 3, 0)


def failing(*_):
    """Something that goes wrong."""
    raise RuntimeError("broken")
