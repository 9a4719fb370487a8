"""Undoing is offered only where it would put something back, and reports name people or say what became of them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.domain.purging import purge_trash
from contacts.models import Contact
from contacts.operations.bulk_action import NOT_YOURS, PURGED
from core.models import Operation
from tests.contacts.test_undoing import operate, undo
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
NOTHING = "Nothing of it can be undone any more"


@pytest.fixture
def three(advisor) -> list[Contact]:
    return ContactFactory.create_batch(3, primary_advisor=advisor)


def page(client, operation: Operation):
    return client.get(f"/operations/{operation.pk}/")


def buttons(client, operation: Operation) -> tuple[str, bool]:
    """The words on the button that undoes an operation, and whether the page says that nothing can be undone."""
    shown = page(client, operation)
    offer = shown.context["undo"]
    html = shown.content.decode()
    assert (f"/contacts/undo/{operation.pk}/" in html) is bool(offer.url)
    return (offer.label if offer.url else "", NOTHING in html)


def test_the_button_says_how_many_can_be_undone_and_goes_when_none_can(as_user, advisor, three):
    operation = operate("contacts.deactivate", advisor, three)
    client = as_user(advisor)
    assert buttons(client, operation) == ("Undo", False)
    Contact.objects.filter(pk=three[0].pk).update(deactivated_at=timezone.now() - timedelta(days=1))
    assert buttons(client, operation) == ("Undo 2 of 3", False)
    Contact.objects.filter(pk__in=[one.pk for one in three]).update(deactivated_at=None)
    assert buttons(client, operation) == ("", True)


def test_what_has_been_undone_is_not_offered_again(as_user, advisor, three):
    operation = operate("contacts.deactivate", advisor, three)
    client = as_user(advisor)
    undoing, _ = undo(client, operation)
    assert buttons(client, operation) == ("", True)
    assert buttons(client, undoing) == ("Undo", False)


def test_contacts_given_away_since_do_not_count_as_undoable(as_user, advisor, colleague, three):
    operation = operate("contacts.deactivate", advisor, three)
    Contact.objects.filter(pk__in=[one.pk for one in three]).update(primary_advisor=colleague)
    assert buttons(as_user(advisor), operation) == ("", True)


def test_of_many_contacts_the_preview_counts(as_user, advisor, three, monkeypatch):
    monkeypatch.setattr("contacts.operations.undoing.COUNTED", 2)
    operation = operate("contacts.deactivate", advisor, three)
    Contact.objects.filter(pk=three[0].pk).update(deactivated_at=timezone.now() - timedelta(days=1))
    client = as_user(advisor)
    assert buttons(client, operation) == ("Undo", False)
    _, preview = undo(client, operation)
    assert (preview.will, preview.total) == (2, 3)


def test_what_could_never_be_undone_says_nothing_about_undoing(as_user, admin, advisor, three):
    operation = operate("contacts.deactivate", advisor, three)
    Operation.objects.filter(pk=operation.pk).update(finished_at=timezone.now() - timedelta(days=999))
    assert buttons(as_user(admin), operation) == ("", False)


def test_a_report_calls_nobody_by_a_number(as_user, advisor, colleague, three):
    mine, given, gone = three
    operation = operate("contacts.deactivate", advisor, three)
    Contact.objects.filter(pk=given.pk).update(primary_advisor=colleague)
    Contact.objects.filter(pk=gone.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    purge_trash()
    html = page(as_user(advisor), operation).content.decode()
    assert (mine.name in html, given.name in html, gone.name in html) == (True, False, False)
    assert (NOT_YOURS in html, PURGED in html, "No. " in html) == (True, True, False)


def test_a_report_takes_the_same_queries_whoever_has_gone(as_user, advisor, colleague, django_assert_max_num_queries):
    counts = []
    for number in (1, 3):
        contacts = ContactFactory.create_batch(number, primary_advisor=advisor)
        operation = operate("contacts.deactivate", advisor, contacts)
        Contact.objects.filter(pk__in=[one.pk for one in contacts]).update(primary_advisor=colleague)
        client = as_user(advisor)
        page(client, operation)
        with django_assert_max_num_queries(40) as found:
            page(client, operation)
        counts.append(len(found))
    assert counts[0] == counts[1]
