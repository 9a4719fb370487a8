"""The trash: what is in it, for whom, for how long, and the way back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact
from core.models import Activity, Operation
from tests.factories import ContactFactory

TRASH = "/contacts/trash/"


def deleted(advisor, *, days=1, **fields):
    """A contact that was deleted some days ago."""
    return ContactFactory(
        primary_advisor=advisor, deleted_at=timezone.now() - timedelta(days=days), deleted_by=advisor, **fields
    )


def shown(response):
    """Keys of the rows on the page."""
    return [row.record.pk for row in response.context["table"].paginated_rows]


def test_everybody_sees_what_they_could_restore(as_user, admin, advisor, colleague, support, compliance):
    mine, old = deleted(advisor), deleted(advisor, days=31)
    seen = {user: shown(as_user(user).get(TRASH)) for user in (admin, advisor, colleague, support)}
    assert seen == {admin: [mine.pk], advisor: [mine.pk], colleague: [], support: []}
    assert as_user(compliance).get(TRASH).status_code == 404
    assert as_user(advisor).post(reverse("contacts:bulk_one", args=[old.pk, "contacts.restore"])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_trash_takes_the_same_queries_for_any_number(as_user, advisor, django_assert_num_queries, count):
    for _ in range(count):
        deleted(advisor)
    client = as_user(advisor)
    with django_assert_num_queries(8):
        assert len(shown(client.get(TRASH))) == count


@pytest.mark.parametrize("sort", ["name", "-advisor", "deleted", "-by", "nonsense"])
def test_the_trash_sorts_and_searches(as_user, advisor, sort):
    one, two = deleted(advisor, last_name="Abel"), deleted(advisor, last_name="Zorn", days=2)
    client = as_user(advisor)
    assert set(shown(client.get(TRASH, {"sort": sort}))) == {one.pk, two.pk}
    assert shown(client.get(TRASH, {"q": "zorn", "sort": sort})) == [two.pk]


def test_one_is_restored(as_user, advisor, colleague):
    contact = deleted(advisor)
    url = reverse("contacts:bulk_one", args=[contact.pk, "contacts.restore"])
    assert as_user(colleague).post(url).status_code == 404
    client = as_user(advisor)
    assert client.get(url).status_code == 200
    client.post(url)
    assert list(Contact.objects.visible_to(advisor)) == [contact]
    assert Activity.objects.get().sentence == "Restored from the trash"


def test_an_address_taken_meanwhile_is_not_given_twice(as_user, advisor):
    contact = deleted(advisor, email="same@example.com")
    ContactFactory(email="Same@example.com")
    response = as_user(advisor).post(reverse("contacts:bulk_one", args=[contact.pk, "contacts.restore"]))
    assert response.context["refusal"] == "Another contact has this email address now."
    assert Operation.objects.count() == 0


@pytest.mark.parametrize("posted", ["ids", "all"])
def test_many_are_restored_but_one_address_only_once(as_user, advisor, colleague, posted):
    first, second = (deleted(advisor, email="same@example.com") for _ in range(2))
    third, foreign = deleted(advisor), deleted(colleague)
    ids = ",".join(str(contact.pk) for contact in (first, second, third, foreign))
    client = as_user(advisor)
    form = {"ids": ids} if posted == "ids" else {"all": "1", "query": ""}
    url = client.post("/contacts/bulk/contacts.restore/", form).url
    client.post("/contacts/bulk/contacts.restore/", client.get(url).context["hidden"])
    operation = Operation.objects.get()
    assert (operation.done, operation.skipped) == (2, 1)
    assert set(Contact.objects.visible_to(advisor)) == {second, third}


def test_a_bad_filter_restores_nothing(as_user, advisor):
    deleted(advisor)
    assert (
        as_user(advisor).post("/contacts/bulk/contacts.restore/", {"all": "1", "query": "deleted_to=soon"}).url == TRASH
    )
