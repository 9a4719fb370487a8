"""What an operation never reached, or what failed in it, is begun again: exactly those rows, and only once."""

import threading

import pytest
from django.db import connection

from accounts.models import Firm
from contacts.models import Contact
from contacts.operations import undoing
from core.models import Operation
from core.operations import running, selecting
from core.registry import operation_types
from tests.factories import ContactFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def six(advisor):
    """Six contacts of the advisor."""
    return ContactFactory.create_batch(6, primary_advisor=advisor)


@pytest.fixture
def stop_after(monkeypatch):
    """`stop_after(operation, 2)`: it runs, and is stopped when so many of its rows are done; its page's address."""

    def go(operation, number):
        kind, doing = operation_types[operation.kind], type(operation_types[operation.kind]).apply
        monkeypatch.setattr(kind, "chunk", number)

        def apply(current, subject_ids):
            running.cancel(current)
            return doing(kind, current, subject_ids)

        with monkeypatch.context() as patched:
            patched.setattr(kind, "apply", apply)
            running.start(operation)
        operation.refresh_from_db()
        assert (operation.state, operation.done) == ("stopped", number)
        return f"/operations/{operation.pk}/"

    return go


def planned(owner, contacts, kind="contacts.deactivate", **fields):
    """A draft over contacts."""
    operation = Operation.objects.create(kind=kind, title="Some title", owner=owner, **fields)
    selecting.freeze(operation, [one.pk for one in contacts])
    return operation


def closed():
    """Keys of those deactivated."""
    return set(Contact.objects.exclude(deactivated_at=None).values_list("pk", flat=True))


def subjects(operation, state):
    """Keys of an operation's rows that ended in a state."""
    return set(operation.lines.filter(state=state).values_list("subject_id", flat=True))


@pytest.mark.parametrize("told", [5_000, 0], ids=["all lines written", "some left to the sweep"])
def test_the_rest_is_exactly_what_was_not_reached(as_user, advisor, six, stop_after, monkeypatch, told):
    monkeypatch.setattr(selecting, "TOLD_AT_ONCE", told)
    page = stop_after(operation := planned(advisor, six, params={"some": "choice"}), 2)
    if not told:
        selecting._tell(operation, 1)
    assert operation.lines.filter(state="untouched").count() == (4 if told else 1)
    client = as_user(advisor)
    assert client.get(page).context["rest_url"] == f"{page}rest/"
    answer = client.post(f"{page}rest/")
    rest = Operation.objects.latest("pk")
    assert answer.url == f"/operations/{rest.pk}/"
    assert (rest.state, rest.kind, rest.title, rest.params) == (
        "finished",
        operation.kind,
        "Some title",
        {"some": "choice"},
    )
    assert (rest.total, subjects(rest, "done")) == (4, {one.pk for one in six[2:]})
    assert rest.selection == f"Those never reached by operation {operation.pk}"
    assert closed() == {one.pk for one in six}
    selecting.tell_untouched()
    assert subjects(operation, "untouched") == {one.pk for one in six[2:]}
    shown = client.get(page)
    link = f'<a href="{answer.url}">Remaining rows restarted</a>'
    assert (shown.context["rest_url"], link in shown.content.decode()) == (
        "",
        True,
    )
    assert f'<a href="{page}">an earlier operation</a>' in client.get(answer.url).content.decode()


def test_a_rest_that_is_stopped_has_a_rest_itself(as_user, advisor, six, stop_after):
    first = planned(advisor, six)
    client, page = as_user(advisor), stop_after(first, 1)
    second = Operation.objects.create(kind=first.kind, title="x", owner=advisor, repeats=first, repeated="untouched")
    selecting.freeze_lines(second, first, "untouched")
    page = stop_after(second, 1)
    client.post(f"{page}rest/")
    assert subjects(Operation.objects.latest("pk"), "done") == {one.pk for one in six[2:]}


def test_what_a_row_may_undergo_is_asked_again(as_user, advisor, colleague, six, stop_after):
    page = stop_after(planned(advisor, six), 2)
    Contact.objects.filter(pk=six[2].pk).update(primary_advisor=colleague)
    Contact.objects.filter(pk=six[3].pk).update(deactivated_at="2026-01-01T00:00Z")
    as_user(advisor).post(f"{page}rest/")
    rest = Operation.objects.latest("pk")
    assert (rest.done, dict(rest.lines.filter(state="skipped").values_list("subject_id", "reason"))) == (
        2,
        {six[2].pk: "Deleted meanwhile, or no longer yours to change.", six[3].pk: "Deactivated already."},
    )


@pytest.mark.parametrize("what", ["rest", "retry"])
def test_a_second_press_begins_nothing(as_user, advisor, six, stop_after, what):
    operation = planned(advisor, six)
    page = stop_after(operation, 2)
    operation.lines.filter(subject_id=six[0].pk).update(state="failed", reason="Why.")
    Operation.objects.filter(pk=operation.pk).update(done=1, failed=1)
    client = as_user(advisor)
    assert client.post(f"{page}{what}/").url == client.post(f"{page}{what}/").url
    assert Operation.objects.count() == 2


def test_it_is_for_its_owner_and_admins(as_user, admin, advisor, colleague, compliance, six, stop_after):
    page = stop_after(planned(advisor, six), 2)
    assert [as_user(user).post(f"{page}rest/").status_code for user in (colleague, compliance)] == [404, 404]
    assert as_user(advisor).get(f"{page}rest/").status_code == 405
    assert as_user(compliance).get(page).context["rest_url"] == ""
    as_user(admin).post(f"{page}rest/")
    rest = Operation.objects.latest("pk")
    assert (rest.owner, rest.done) == (admin, 4)
    client = as_user(advisor)
    answer = client.post(f"{page}rest/", follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert "Somebody else has begun that already." in answer.content.decode()
    assert f'href="/operations/{rest.pk}/"' not in answer.content.decode()


def test_nothing_is_left_of_one_that_finished_or_is_under_way(as_user, advisor, six):
    done, going = running.start(planned(advisor, six)), planned(advisor, six, state="running")
    client = as_user(advisor)
    for operation in (done, going):
        page = client.post(f"/operations/{operation.pk}/rest/", follow=True)
        assert "There is nothing that could be done again." in page.content.decode()
        assert page.context["rest_url"] == ""
    assert Operation.objects.count() == 2


@pytest.mark.parametrize("kind", ["contacts.import_check", "contacts.import_apply", "crm.sync", "gone"])
def test_kinds_that_cannot_take_a_part_do_not_offer_it(as_user, advisor, kind):
    params = {"file_import": 0, "connection": 0}
    operation = planned(advisor, [], kind, state="stopped", params=params)
    Operation.objects.filter(pk=operation.pk).update(total=5, done=2)
    client = as_user(advisor)
    assert client.get(f"/operations/{operation.pk}/").context["rest_url"] == ""
    client.post(f"/operations/{operation.pk}/rest/")
    assert Operation.objects.count() == 1


def test_the_rest_of_an_undoing_puts_back_the_rest(as_user, advisor, six, stop_after):
    operation = running.start(planned(advisor, six))
    page = stop_after(undoing.draft(operation, advisor), 2)
    assert len(closed()) == 4
    Firm.objects.update(undo_days=0)
    client = as_user(advisor)
    assert client.get(page).context["rest_url"] == ""
    assert "days ago" in client.post(f"{page}rest/", follow=True).content.decode()
    Firm.objects.update(undo_days=30)
    client.post(f"{page}rest/")
    rest = Operation.objects.latest("pk")
    assert (rest.undoes, rest.done, closed()) == (operation, 4, set())


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_begin_one(monkeypatch):
    monkeypatch.setattr(running, "INLINE_LIMIT", 0)
    owner = UserFactory(role="admin")
    operation = planned(owner, ContactFactory.create_batch(3, primary_advisor=owner))
    running.cancel(operation)
    operation.refresh_from_db()
    gate, begun = threading.Barrier(2), []

    def press():
        try:
            gate.wait()
            begun.append(running.repeat(operation, "untouched", owner).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(begun) == 2
    assert set(begun) == {Operation.objects.get(repeats=operation).pk}
