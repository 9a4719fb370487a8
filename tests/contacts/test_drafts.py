"""Selections that are made and never used are forgotten, and whoever comes back to one is told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.operations import undoing
from contacts.views import bulk
from core.models import FrozenSelection, Operation, OperationLine
from core.operations import running
from core.operations.drafts import drop_stale_drafts
from core.tasks import sweep
from tests.contacts.test_bulk import choose, confirm
from tests.contacts.test_drift import settle
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
GONE = "This selection is no longer there: what is not used is kept for 12 hours, and only the newest ten."


@pytest.fixture
def three(advisor):
    """Three clients of the advisor."""
    return ContactFactory.create_batch(3, primary_advisor=advisor)


def age(hours):
    """Make every operation older."""
    Operation.objects.update(created_at=timezone.now() - timedelta(hours=hours))


def test_a_draft_lasts_for_half_a_day(as_user, advisor, three):
    client = as_user(advisor)
    url = choose(client, "deactivate", all="1", query="type=client")
    three[0].contact_type = "lead"
    three[0].save()
    settle(client, url, "leave")
    age(11)
    sweep()
    assert client.get(url).context["preview"].total == 3
    age(13)
    sweep()
    assert [model.objects.count() for model in (Operation, FrozenSelection, OperationLine)] == [0, 0, 0]


def test_whoever_comes_back_to_one_is_told(as_user, advisor, three):
    client = as_user(advisor)
    url = choose(client, "deactivate", three)
    hidden = client.get(url).context["hidden"]
    age(13)
    drop_stale_drafts()
    for answer in (
        client.get(url, follow=True),
        client.post("/contacts/bulk/contacts.deactivate/", hidden, follow=True),
    ):
        assert answer.redirect_chain == [("/contacts/", 302)]
        assert GONE in answer.content.decode()
    assert (
        "Select the contacts first" in client.get("/contacts/bulk/contacts.deactivate/", follow=True).content.decode()
    )


def test_one_that_goes_while_its_button_is_pressed_is_no_error(as_user, advisor, three, monkeypatch):
    client = as_user(advisor)
    url = choose(client, "deactivate", three)
    whole = running.start

    def start(draft):
        age(13)
        drop_stale_drafts()
        return whole(draft)

    monkeypatch.setattr(bulk.running, "start", start)
    assert confirm(client, url).url == "/contacts/"
    assert not Operation.objects.exists()


def test_a_choice_that_changes_while_the_button_is_pressed_is_not_carried_out(as_user, advisor, three, monkeypatch):
    client = as_user(advisor)
    url = choose(client, "deactivate", all="1", query="type=client")
    hidden = client.get(url).context["hidden"]
    looked = bulk.drift_of

    def while_another_window_chooses(draft, *args):
        Operation.objects.filter(pk=draft.pk).update(params={"chosen": "in another window"})
        return looked(draft, *args)

    monkeypatch.setattr(bulk, "drift_of", while_another_window_chooses)
    answer = client.post("/contacts/bulk/contacts.deactivate/", hidden, follow=True)
    assert "The choice was changed in another window" in answer.content.decode()
    assert Operation.objects.get().state == "draft"


def test_the_newest_ten_of_each_stay(as_user, advisor, colleague, three):
    theirs = ContactFactory(primary_advisor=colleague)
    choose(as_user(colleague), "deactivate", [theirs])
    client = as_user(advisor)
    urls = [choose(client, "deactivate", three) for _ in range(12)]
    drop_stale_drafts()
    assert Operation.objects.filter(owner=colleague).count() == 1
    assert [client.get(url).status_code for url in urls] == [302] * 2 + [200] * 10


def test_what_has_begun_stays_however_old_it_is(as_user, advisor, three):
    client = as_user(advisor)
    confirm(client, choose(client, "deactivate", three))
    operation = Operation.objects.get()
    undo = undoing.draft(operation, advisor)
    age(13)
    drop_stale_drafts()
    assert list(Operation.objects.all()) == [operation]
    answer = client.get(f"/contacts/bulk/contacts.undo/?draft={undo.pk}&step=confirm", follow=True)
    assert "Open the operation and press Undo again." in answer.content.decode()
