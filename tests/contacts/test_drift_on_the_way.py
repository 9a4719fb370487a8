"""Who leaves the filter after an operation by filter has begun, and before it is their turn, is skipped and told."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from core.models import KeptRows, Operation
from core.operations import running, selecting
from core.registry import operation_types
from tests.contacts.test_bulk import choose, confirm
from tests.contacts.test_drift import settle
from tests.factories import ContactFactory, ExperienceFactory, TagFactory, UserFactory

pytestmark = pytest.mark.django_db
LEFT = "No longer in the filter they were chosen by: "


@pytest.fixture(autouse=True)
def _by_the_worker(monkeypatch):
    """Nothing is done within the request, so that something can happen before it is."""
    monkeypatch.setattr(running, "INLINE_LIMIT", 0)


@pytest.fixture
def six(advisor):
    """Six clients of the advisor."""
    return ContactFactory.create_batch(6, primary_advisor=advisor, contact_type="client")


@pytest.fixture
def work(monkeypatch):
    """`work(operation, before)`: a worker does it, two rows a chunk; before each chunk `before(ids)` happens."""

    def go(operation, before=lambda ids: None):
        kind = operation_types[operation.kind]
        doing = kind.apply
        with monkeypatch.context() as patched:
            patched.setattr(kind, "chunk", 2)
            patched.setattr(kind, "apply", lambda current, ids: before(ids) or doing(current, ids))
            running.run(operation.pk)
        operation.refresh_from_db()
        assert operation.done + operation.skipped == operation.total == operation.lines.count()
        return operation

    return go


def begun(client, action, query):
    """All that match are chosen, looked at and confirmed."""
    confirm(client, choose(client, action, all="1", query=query))
    operation = Operation.objects.latest("pk")
    assert operation.state == "queued"
    return operation


def edit(*contacts, **fields):
    """Somebody changes contacts."""
    Contact.objects.filter(pk__in=[one.pk for one in contacts]).update(**fields)


def skipped(operation):
    """Reasons by contact."""
    return dict(operation.lines.filter(state="skipped").values_list("subject_id", "reason"))


def test_who_left_the_filter_before_their_turn_is_skipped(as_user, advisor, six, work):
    operation = begun(as_user(advisor), "deactivate", "type=client&type=lead&sort=-name&page=2")

    def meanwhile(ids):
        if six[2].pk in ids:
            edit(six[0], six[3], six[5], contact_type="prospect")  # the first has had its turn
            edit(six[4], contact_type="lead")

    work(operation, meanwhile)
    reason = f"{LEFT}Type: Client; Type: Lead."
    assert skipped(operation) == {six[3].pk: reason, six[5].pk: reason}
    assert set(Contact.objects.filter(deactivated_at=None)) == {six[3], six[5]}


def test_what_the_operation_does_itself_lets_nobody_leave(as_user, advisor, six, work):
    experience = ExperienceFactory()
    client = as_user(advisor)
    url = choose(client, "assign", all="1", query="experience=none&status=not_invited&q=client")
    form = client.get(url).context["form"]
    posted = {name: form.initial.get(name, field.initial) or "" for name, field in form.fields.items()}
    answer = client.post(
        "/contacts/bulk/contacts.assign/", posted | {"draft": url.split("=")[1], "experience": experience.pk}
    )
    assert answer.status_code == 302, answer.context["form"].errors
    confirm(client, answer.url)
    operation = work(Operation.objects.latest("pk"))
    assert (operation.done, operation.skipped) == (operation.total, 0)
    assert operation.total == Contact.objects.filter(experience=experience).count() > 0


def test_those_kept_by_an_answer_are_changed_and_others_are_not(as_user, advisor, six, work):
    client = as_user(advisor)
    url = choose(client, "deactivate", all="1", query="type=client")
    edit(six[0], six[3], contact_type="lead")
    settle(client, url, "keep")
    confirm(client, url)
    edit(six[1], contact_type="lead")
    assert skipped(work(Operation.objects.get())) == {six[1].pk: f"{LEFT}Type: Client."}


def test_who_was_left_out_after_all_is_kept_no_more(as_user, advisor, six):
    client = as_user(advisor)
    url = choose(client, "deactivate", all="1", query="type=client")
    edit(six[0], contact_type="lead")
    settle(client, url, "keep")
    assert KeptRows.objects.get().subject_ids == [six[0].pk]
    edit(six[1], contact_type="lead")
    settle(client, url, "leave")
    assert not KeptRows.objects.exists()


def test_a_reason_of_the_kind_and_a_lost_right_come_first(as_user, advisor, colleague, six, work):
    operation = begun(as_user(advisor), "deactivate", "status=not_invited")
    edit(six[0], deactivated_at="2026-01-01T00:00Z")
    edit(six[1], primary_advisor=colleague)
    assert skipped(work(operation)) == {
        six[0].pk: "Deactivated already.",
        six[1].pk: "Deleted meanwhile, or no longer yours to change.",
    }


def test_search_tags_and_households_count_as_well(as_user, advisor, six, work):
    tag = TagFactory(name="Golf")
    tag.contacts.add(*six)
    edit(*six, last_name="Sought")
    operation = begun(as_user(advisor), "deactivate", f"q=sought&tag={tag.pk}")
    edit(six[0], last_name="Other")
    tag.contacts.remove(six[1])
    assert skipped(work(operation)) == dict.fromkeys([six[0].pk, six[1].pk], f"{LEFT}Search: sought; Tag: Golf.")


def test_the_trash_has_its_own_filter(as_user, advisor, six, work):
    client = as_user(advisor)
    edit(*six, deleted_at=datetime.now(tz=ZoneInfo("UTC")), last_name="Sought")
    operation = begun(client, "restore", "q=sought")
    edit(six[0], last_name="Other")
    assert skipped(work(operation)) == {six[0].pk: f"{LEFT}Search: sought."}


def test_days_begin_where_the_owner_lives(as_user, six, work):
    owner = UserFactory(role="admin", time_zone="Pacific/Auckland")  # ahead of the firm's by more than half a day
    edit(*six, created_at=datetime(2026, 3, 1, 0, 30, tzinfo=ZoneInfo("Pacific/Auckland")))
    operation = begun(as_user(owner), "deactivate", "created_from=2026-03-01&created_to=2026-03-01")
    assert (work(operation).done, operation.total) == (6, 6)


def test_a_filter_that_cannot_be_read_any_more_changes_nobody(as_user, advisor, six, work):
    tag = TagFactory(name="Golf")
    tag.contacts.add(*six)
    operation = begun(as_user(advisor), "deactivate", f"tag={tag.pk}")
    tag.delete()
    assert work(operation).done == 0


def test_it_takes_one_query_a_chunk(advisor, six, work):
    def queries(query):
        """How many the second and the third chunk take."""
        operation = Operation.objects.create(
            kind="contacts.deactivate", title="x", owner=advisor, state="queued", query=query
        )
        selecting.freeze(operation, [one.pk for one in six])
        edit(*six, deactivated_at=None)
        marks = []
        with CaptureQueriesContext(connection) as captured:
            work(operation, lambda ids: marks.append(len(captured)))
        return marks[2] - marks[1]

    assert queries("type=client&q=client&experience=none") == queries("") + 1


def test_the_rest_is_watched_too_and_keeps_who_was_kept(as_user, advisor, six, work):
    client = as_user(advisor)
    url = choose(client, "deactivate", all="1", query="type=client")
    edit(six[4], contact_type="lead")
    settle(client, url, "keep")
    confirm(client, url)
    operation = Operation.objects.get()
    client.post(f"/operations/{operation.pk}/cancel/")
    edit(six[1], contact_type="lead")
    client.post(f"/operations/{operation.pk}/rest/")
    rest = work(Operation.objects.latest("pk"))
    assert (rest.done, skipped(rest)) == (5, {six[1].pk: f"{LEFT}Type: Client."})


@pytest.mark.parametrize("lost", [{"role": "support"}, {"is_active": False}])
def test_an_owner_who_loses_their_rights_on_the_way_changes_nobody_from_then_on(as_user, advisor, six, work, lost):
    operation = begun(as_user(advisor), "deactivate", "type=client")

    def meanwhile(ids):
        if six[2].pk in ids:
            type(advisor).objects.filter(pk=advisor.pk).update(**lost)

    # The chunk under way had been claimed before; those after it are asked for anew.
    work(operation, meanwhile)
    changed = set(Contact.objects.exclude(deactivated_at=None).values_list("pk", flat=True))
    assert changed == {one.pk for one in six[:4]}
    assert set(skipped(operation)) == {one.pk for one in six[4:]}
