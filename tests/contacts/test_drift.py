"""What was ticked and stands outside the filter is said; what matches the filter no more is asked about."""

import pytest

from contacts.models import Contact
from core.models import Operation
from tests.contacts.test_bulk import choose, confirm
from tests.factories import ContactFactory
from tests.markup import one_line

pytestmark = pytest.mark.django_db
LEFT_OUT = "No longer matches the filter."


@pytest.fixture
def four(advisor):
    """Four clients of the advisor."""
    return ContactFactory.create_batch(4, primary_advisor=advisor, contact_type="client")


@pytest.fixture
def drifted(as_user, advisor, four):
    """A client whose user chose all clients to be closed, the address of the preview; one of them is a lead by now."""
    client = as_user(advisor)
    url = choose(client, "deactivate", all="1", query="type=client&sort=-name&page=2")
    Contact.objects.filter(pk=four[0].pk).update(contact_type="lead", last_name="Astray")
    return client, url


def settle(client, url, answer, **changed):
    """Answer the question on the page at `url`."""
    page = client.get(url)
    posted = {"draft": page.context["operation"].pk, "sign": page.context["drift"].sign, "drifted": answer}
    return client.post(page.request["PATH_INFO"], posted | changed)


def test_ticked_ones_outside_the_present_filter_are_counted(as_user, advisor, four):
    Contact.objects.filter(pk__in=[four[0].pk, four[1].pk]).update(contact_type="lead")
    client = as_user(advisor)
    url = choose(client, "deactivate", four, query="type=client&page=3")
    words = "4 selected contacts, 2 not in the current filter"
    assert words in client.get(url).content.decode()
    confirm(client, url)
    operation = Operation.objects.get()
    assert (operation.selection, operation.done) == (words, 4)
    assert choose(client, "reactivate", four, query="page=3&sort=name")
    assert Operation.objects.latest("pk").selection == "4 selected contacts"


def test_those_who_match_no_more_can_be_left_out(drifted, four):
    client, url = drifted
    page = client.get(url)
    assert "1 of 4 no longer matches the filter" in one_line(page) and "Astray" in one_line(page)
    assert "hidden" not in page.context
    preview = client.get(settle(client, url, "leave").url).context["preview"]
    assert (preview.total, preview.will, preview.skipped) == (4, 3, [(LEFT_OUT, 1)])
    confirm(client, url)
    operation = Operation.objects.get()
    assert (operation.state, operation.done, operation.skipped) == ("finished", 3, 1)
    assert operation.lines.get(subject_id=four[0].pk).reason == LEFT_OUT
    assert Contact.objects.get(pk=four[0].pk).deactivated_at is None


def test_those_who_match_no_more_can_be_changed_too_and_it_is_kept_that_they_were(drifted):
    client, url = drifted
    preview = client.get(settle(client, url, "keep").url).context["preview"]
    assert (preview.will, preview.skipped) == (4, [])
    confirm(client, url)
    operation = Operation.objects.get()
    assert (operation.done, operation.query) == (4, "type=client")
    assert operation.selection == "All that match Type: Client (1 of them no longer match)"


def test_nothing_starts_without_an_answer_and_an_answer_is_about_what_was_shown(drifted, four):
    client, url = drifted
    draft = Operation.objects.get()
    hidden = {"draft": draft.pk, "confirm": 1, "seen": "x"}
    for answer in ("perhaps", ""):
        settle(client, url, answer)
    settle(client, url, "keep", sign="old")
    assert "drift" in client.get(url).context
    settle(client, url, "keep")
    hidden = client.get(url).context["hidden"]
    Contact.objects.filter(pk=four[1].pk).update(contact_type="lead")  # between the preview and the press
    answer = client.post("/contacts/bulk/contacts.deactivate/", hidden)
    assert (answer.status_code, answer.context["drift"].number) == (409, 2)
    assert Operation.objects.get().state == "draft"
    settle(client, url, "leave")
    confirm(client, url)
    operation = Operation.objects.get()
    assert (operation.done, operation.skipped, operation.selection) == (2, 2, "All that match Type: Client")


@pytest.mark.usefixtures("drifted")
def test_the_answer_is_the_owners(as_user, colleague):
    draft = Operation.objects.get()
    posted = {"draft": draft.pk, "sign": "x", "drifted": "keep"}
    assert as_user(colleague).post("/contacts/bulk/contacts.deactivate/", posted).url == "/contacts/"
    draft.refresh_from_db()
    assert draft.drift_accepted == ""


def test_the_trash_has_its_own_filter(as_user, advisor, four):
    client = as_user(advisor)
    confirm(client, choose(client, "delete", four))
    names = f"q={four[0].last_name}"
    choose(client, "restore", four, query=names)
    assert Operation.objects.latest("pk").selection == "4 selected contacts, 3 not in the current filter, in the trash"
    url = choose(client, "restore", all="1", query=names)
    assert Operation.objects.latest("pk").total == 1
    Contact.objects.filter(pk=four[0].pk).update(last_name="Astray")
    assert client.get(url).context["drift"].number == 1
