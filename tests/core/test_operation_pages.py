"""The operations pages: whose they are, progress, report, stopping and trying again."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Contact, FileImport
from core.models import Activity, Operation, OperationLine
from core.operations import selecting
from tests.factories import ContactFactory

PAGE = "/operations/"


def operation_of(user, *, states=("done", "skipped", "failed"), **fields):
    """An operation on one contact for each state of a line."""
    counts = {name: states.count(name) for name in ("done", "skipped", "failed")}
    fields = {"kind": "contacts.deactivate", "title": "Deactivate", "state": "finished"} | counts | fields
    operation = Operation.objects.create(owner=user, total=len(states), **fields)
    for state in states:
        reason = "" if state in {"done", "planned"} else f"Why {state}."
        contact = ContactFactory(primary_advisor=user)
        if state == "planned":
            selecting.freeze(operation, [contact.pk])
            continue
        OperationLine.objects.create(operation=operation, subject_id=contact.pk, state=state, reason=reason)
    return operation


def shown(response):
    """Keys of the rows on the page."""
    return [row.record.pk for row in response.context["table"].paginated_rows]


def test_everybody_sees_their_own_and_overseers_all(as_user, admin, advisor, colleague, compliance):
    mine = operation_of(advisor)
    operation_of(advisor, state="draft")
    seen = {user: shown(as_user(user).get(PAGE)) for user in (admin, advisor, colleague, compliance)}
    assert seen == {admin: [mine.pk], advisor: [mine.pk], colleague: [], compliance: [mine.pk]}
    for page in ("", "progress/", "report/"):
        url = f"{PAGE}{mine.pk}/{page}"
        codes = [as_user(user).get(url).status_code for user in (admin, advisor, colleague, compliance)]
        assert (page, codes) == (page, [200, 200, 404, 200])


def test_strangers_sign_in_and_contacts_find_nothing(client, as_user, advisor):
    from accounts.models import Role
    from tests.factories import UserFactory

    operation = operation_of(advisor)
    assert client.get(PAGE).status_code == 302
    person = UserFactory(role=Role.CONTACT)
    client.force_login(person, backend="accounts.backends.PortalBackend")
    for url in (PAGE, f"{PAGE}{operation.pk}/", f"{PAGE}{operation.pk}/report/"):
        assert client.get(url).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number(as_user, admin, advisor, django_assert_num_queries, count):
    for _ in range(count):
        operation_of(advisor, states=())
    client = as_user(admin)
    with django_assert_num_queries(7):
        assert len(shown(client.get(PAGE))) == count


@pytest.mark.parametrize("count", [1, 3])
def test_a_report_takes_the_same_queries_for_any_number(as_user, advisor, django_assert_num_queries, count):
    operation = operation_of(advisor, states=("done",) * count)
    client = as_user(advisor)
    with django_assert_num_queries(14):
        assert len(shown(client.get(f"{PAGE}{operation.pk}/"))) == count


@pytest.mark.parametrize("query", ["sort=x", "page=x", "state=x", "whose=x", "per_page=x", "sort=-title"])
def test_garbage_in_the_address_is_no_error(as_user, admin, query):
    operation = operation_of(admin)
    client = as_user(admin)
    assert [client.get(f"{url}?{query}").status_code for url in (PAGE, f"{PAGE}{operation.pk}/")] == [200, 200]


def test_lines_are_narrowed_by_outcome_and_named_for_those_who_see_them(as_user, advisor, admin):
    operation = operation_of(advisor)
    client = as_user(advisor)
    response = client.get(f"{PAGE}{operation.pk}/", {"state": "skipped"})
    line = operation.lines.get(state="skipped")
    assert shown(response) == [line.pk]
    assert f"/contacts/{line.subject_id}/" in response.content.decode()


def test_the_report_is_a_file(as_user, advisor):
    operation = operation_of(advisor)
    response = as_user(advisor).get(f"{PAGE}{operation.pk}/report/?state=failed")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "First name,Last name,Email,Outcome,Reason"
    assert [line.split(",")[3:] for line in lines[1:]] == [["Failed", "Why failed."]]
    sheet = as_user(advisor).get(f"{PAGE}{operation.pk}/report/?format=xlsx&state=x")
    assert sheet["Content-Disposition"].endswith('.xlsx"')
    sheet.close()


def test_who_took_a_report_is_noted_once_a_file(as_user, advisor, colleague):
    operation, client = operation_of(advisor), as_user(advisor)
    url = f"{PAGE}{operation.pk}/report/"
    client.head(url)
    assert as_user(colleague).get(url).status_code == 404
    assert not Activity.objects.filter(verb="exported").exists()
    as_user(advisor).get(f"{url}?state=failed")
    noted = Activity.objects.get(verb="exported")
    assert (noted.actor, noted.subject_type, noted.subject_id) == (advisor, "user", advisor.pk)
    assert noted.sentence == f"Exported 1 report line as CSV: {operation.title}, failed"
    assert noted.data == {"operation": operation.pk, "state": "failed", "format": "csv", "count": 1}


def test_the_owner_stops_it_others_do_not(as_user, advisor, colleague, compliance):
    operation = operation_of(advisor, states=("planned",), state="queued")
    url = f"{PAGE}{operation.pk}/cancel/"
    assert [as_user(user).post(url).status_code for user in (colleague, compliance, advisor)] == [404, 404, 302]
    operation.refresh_from_db()
    assert operation.state == "stopped"
    assert as_user(advisor).get(url).status_code == 405


def test_one_that_runs_is_asked_to_stop(as_user, admin, advisor):
    operation = operation_of(advisor, states=("planned",), state="running")
    as_user(admin).post(f"{PAGE}{operation.pk}/cancel/")
    operation.refresh_from_db()
    assert (operation.state, operation.cancel_requested) == ("running", True)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "stopped", "total": 5}, "Stopped: 1 done, 1 skipped, 1 failed, 2 untouched."),
        ({"state": "failed", "error": "The CRM refuses the token."}, "ended early. The CRM refuses the token. What is"),
        ({"state": "queued"}, "It begins as soon as a worker is free."),
        ({"state": "queued", "wait_until": timezone.now() + timedelta(hours=1)}, "It waits for something outside"),
    ],
)
def test_what_became_of_it_is_said_as_it_is(as_user, advisor, fields, words):
    operation = operation_of(advisor)
    Operation.objects.filter(pk=operation.pk).update(**fields)
    assert words in as_user(advisor).get(f"{PAGE}{operation.pk}/").content.decode()


def test_only_what_failed_is_tried_again(as_user, advisor, colleague):
    operation = operation_of(advisor)
    url = f"{PAGE}{operation.pk}/retry/"
    assert as_user(colleague).post(url).status_code == 404
    as_user(advisor).post(url)
    again = Operation.objects.latest("pk")
    failed = operation.lines.get(state="failed").subject_id
    assert (again.state, again.done, again.lines.get().subject_id) == ("finished", 1, failed)
    as_user(advisor).post(f"{PAGE}{again.pk}/retry/")
    assert Operation.objects.count() == 2


def test_progress_reloads_the_page_at_the_end(as_user, advisor):
    going = operation_of(advisor, states=("planned",), state="queued")
    client = as_user(advisor)
    asking = {"headers": {"HX-Request": "true"}}
    assert "HX-Refresh" not in client.get(f"{PAGE}{going.pk}/progress/", **asking)
    over = operation_of(advisor)
    assert client.get(f"{PAGE}{over.pk}/progress/", **asking)["HX-Refresh"] == "true"


def test_a_kind_no_longer_known_can_still_be_read(as_user, advisor):
    operation = operation_of(advisor, kind="gone")
    client = as_user(advisor)
    assert client.get(f"{PAGE}{operation.pk}/").status_code == 200
    assert client.get(f"{PAGE}{operation.pk}/report/").status_code == 302


def test_its_owner_pauses_it_and_lets_it_go_on(as_user, advisor, colleague, compliance):
    operation = Operation.objects.create(kind="contacts.delete", title="x", owner=advisor, state="running", total=5)
    assert as_user(colleague).post(f"/operations/{operation.pk}/pause/").status_code == 404
    assert as_user(compliance).post(f"/operations/{operation.pk}/pause/").status_code == 404
    client = as_user(advisor)
    client.post(f"/operations/{operation.pk}/pause/")
    page = client.get(f"/operations/{operation.pk}/").content.decode()
    assert "Pausing" in page and f"/operations/{operation.pk}/resume/" in page
    Operation.objects.filter(pk=operation.pk).update(state="paused", pause_requested=False)
    page = client.get(f"/operations/{operation.pk}/").content.decode()
    assert 'data-progress="over"' in page and f"/operations/{operation.pk}/cancel/" in page
    client.post(f"/operations/{operation.pk}/resume/")
    operation.refresh_from_db()
    assert operation.state in {"queued", "finished"}


def test_the_bell_tells_what_ended_until_its_owner_has_looked(as_user, advisor, admin):
    make = {"kind": "contacts.delete", "owner": advisor, "total": 5}
    first, second = (Operation.objects.create(title=title, state="finished", **make) for title in ("x", "y"))
    Operation.objects.create(title="z", state="running", **make)
    client = as_user(advisor)
    assert 'aria-label="Operations, 1 going on, 2 ended"' in client.get("/operations/").content.decode()
    as_user(admin).post(f"/operations/{first.pk}/seen/")  # that somebody else looks changes nothing
    client = as_user(advisor)
    assert 'hx-trigger="load"' in client.get(f"/operations/{first.pk}/").content.decode()
    assert Operation.objects.filter(seen_at=None).count() == 3  # reading alone changes nothing
    bell = client.post(f"/operations/{first.pk}/seen/", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-swap-oob="true"' in bell and "1 going on, 1 ended" in bell
    assert 'hx-trigger="load"' not in client.get(f"/operations/{first.pk}/").content.decode()
    page = client.get("/operations/?going=ended")
    assert 'aria-label="Operations, 1 going on, 1 ended"' in page.content.decode()
    assert [row.record.pk for row in page.context["page"].object_list] == [second.pk]
    client.post("/operations/seen/")
    assert 'aria-label="Operations, 1 going on"' in client.get("/operations/").content.decode()


def test_the_page_of_an_import_puts_the_bell_out_like_that_of_an_operation(as_user, admin, advisor):
    checked, applied, theirs = (
        operation_of(user, kind=kind)
        for user, kind in (
            (admin, "contacts.import_check"),
            (admin, "contacts.import_apply"),
            (advisor, "contacts.import_apply"),
        )
    )
    made = {"owner": admin, "file_name": "a.csv", "state": "applied", "check_operation": checked}
    own, finished_by_another = (FileImport.objects.create(**made, apply_operation=one) for one in (applied, theirs))
    client = as_user(admin)

    def posts(file_import):
        page = client.get(f"/contacts/import/{file_import.pk}/").content.decode()
        return re.findall(r'hx-post="/operations/(\d+)/seen/"\s+hx-trigger="load"', page)

    assert posts(finished_by_another) == [str(checked.pk)]
    assert posts(own) == [str(checked.pk), str(applied.pk)]
    b"".join(client.get(f"/contacts/import/{own.pk}/rows/"))
    assert Operation.objects.filter(seen_at=None).count() == 3  # reading alone changes nothing
    for key in posts(own):
        client.post(f"/operations/{key}/seen/")
    assert posts(own) == []


def test_operations_are_narrowed_to_a_kind_and_a_report_is_downloaded_as_it_is_shown(as_user, advisor):
    closed, deleted = operation_of(advisor), operation_of(advisor, kind="contacts.delete")
    client = as_user(advisor)
    assert shown(client.get(PAGE, {"kind": "contacts.delete"})) == [deleted.pk]
    assert shown(client.get(PAGE, {"kind": "no such"})) == []
    page = client.get(f"{PAGE}{closed.pk}/", {"state": "failed"}).content.decode()
    assert "?format=csv&amp;state=failed" in page
    report = b"".join(client.get(f"{PAGE}{closed.pk}/report/", {"format": "csv", "state": "failed"})).decode()
    assert "Why failed." in report and "Why skipped." not in report


def test_the_report_is_sorted_by_name_not_by_key(as_user, advisor, colleague, monkeypatch):
    operation = operation_of(advisor, states=("done",) * 4)
    lines = list(operation.lines.order_by("pk"))
    for line, last_name in zip(lines, ("Zorn", "Abel", "Müller", "Unseen"), strict=True):
        Contact.objects.filter(pk=line.subject_id).update(last_name=last_name)
    Contact.objects.filter(pk=lines[3].subject_id).update(primary_advisor=colleague)
    client, (zorn, abel, muller, unseen) = as_user(advisor), [line.pk for line in lines]
    address = f"{PAGE}{operation.pk}/"
    assert shown(client.get(address)) == [abel, muller, zorn, unseen]
    assert shown(client.get(address, {"sort": "-subject"})) == [zorn, muller, abel, unseen]
    monkeypatch.setattr("core.operations.views.SORTED_AT_MOST", 3)
    assert shown(client.get(address)) == [zorn, abel, muller, unseen]
