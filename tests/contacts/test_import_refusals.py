"""File import: what cannot be taken is refused with its true reason, at the dry run or when it is applied."""

import pytest
from django.db import DataError, connection

from accounts.models import User
from contacts.imports import applying
from contacts.imports.checking import NO_ADVISOR, NO_TEAM, plan
from contacts.models import Contact
from tests.contacts.test_imports import HEADINGS, messages_of, stopped, verdicts
from tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("length", "verdict"), [(120, "create"), (121, "cannot")])
def test_a_household_with_too_long_a_name_stops_its_row_and_nothing_else(admin, advisor, bring, apply, length, verdict):
    line = "N,N,n{}@example.com,2125550101,client,{},,{}"
    lines = [line.format(n, advisor.email, "H" * size) for n, size in ((1, length), (2, 9))]
    file_import = bring(admin, "\n".join([f"{HEADINGS},Household", *lines]))
    assert verdicts(file_import) == {2: verdict, 3: "create"}
    if verdict == "cannot":
        assert messages_of(file_import, 2) == ["Household is longer than 120 characters."]
    assert apply(admin, file_import).state == "applied"
    assert Contact.objects.count() == list(verdicts(file_import).values()).count("create")


@pytest.fixture
def choices():
    """An advisor and a team, as they are chosen for the new contacts of a file that names neither."""
    return {"primary_advisor": UserFactory(), "team": TeamFactory()}


def leave(choices):
    """The advisor leaves the firm."""
    User.objects.filter(pk=choices["primary_advisor"].pk).update(is_active=False)


def archive(choices):
    """The team is archived."""
    choices["team"].archive()


def delete(choices):
    """The team is deleted."""
    choices["team"].delete()


GONE = [(leave, NO_ADVISOR), (archive, NO_TEAM), (delete, NO_TEAM)]
NAMELESS = f"{HEADINGS}\nN,N,n@example.com,2125550101,client,,\n"


@pytest.mark.parametrize(("happens", "reason"), GONE)
def test_what_was_chosen_for_new_contacts_is_not_given_once_it_is_gone(admin, bring, apply, choices, happens, reason):
    file_import = bring(admin, NAMELESS, **{name: str(chosen.pk) for name, chosen in choices.items()})
    assert verdicts(file_import) == {2: "create"}
    happens(choices)
    assert apply(admin, file_import).state == "applied"
    assert (Contact.objects.count(), file_import.rows.get().outcome) == (0, "stale")
    assert messages_of(file_import, 2) == [reason]


@pytest.mark.parametrize(("happens", "reason"), GONE)
def test_a_row_that_is_checked_again_is_told_what_is_gone(as_user, admin, bring, choices, happens, reason):
    file_import = bring(admin, NAMELESS, **{name: str(chosen.pk) for name, chosen in choices.items()})
    happens(choices)
    row = file_import.rows.get()
    as_user(admin).post(f"/contacts/import/{file_import.pk}/rows/{row.pk}/", row.values)
    assert (verdicts(file_import), messages_of(file_import, 2)) == ({2: "cannot"}, [reason])
    page = as_user(admin).get(f"/contacts/import/{file_import.pk}/")
    assert [one.count for one in page.context["reasons"]] == [1]


def test_a_row_that_names_its_advisor_does_without_the_one_who_left(admin, advisor, bring, apply, choices):
    chosen = str(choices["primary_advisor"].pk)
    file_import = bring(admin, NAMELESS.replace("client,", f"client,{advisor.email}"), primary_advisor=chosen)
    leave(choices)
    apply(admin, file_import)
    assert Contact.objects.get().primary_advisor == advisor


def test_a_team_deleted_in_this_very_moment_is_named_as_the_reason(admin, advisor, bring, choices):
    file_import = bring(admin, NAMELESS, **{name: str(chosen.pk) for name, chosen in choices.items()})
    plans = plan(file_import, list(file_import.rows.all()))
    delete(choices)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert applying._create(plans, file_import) == {plans[0].row.pk: NO_TEAM}


@pytest.mark.parametrize("begun", [False, True])
def test_a_stopped_check_of_mended_rows_is_repeated_and_the_import_goes_on(
    as_user, admin, advisor, bring, apply, django_capture_on_commit_callbacks, begun
):
    line = "N,N,n{}@example.com,2125550101,client,{},\n"
    file_import = bring(admin, f"{HEADINGS}\n{line.format(1, advisor.email)}{line.format(2, '')}")
    client, address = as_user(admin), f"/contacts/import/{file_import.pk}/"
    if begun:
        client.post(f"{address}apply/")
        file_import.refresh_from_db()
        assert stopped(file_import, file_import.apply_operation, client) == "checked"
    mended = {"field": "primary_advisor", "value": advisor.email}
    client.post(f"{address}mend/", mended)
    file_import.refresh_from_db()
    assert stopped(file_import, file_import.check_operation, client) == "checked"
    page = client.get(address)
    assert [one.count for one in page.context["reasons"]] == [1]
    assert "Not all rows were checked again." in page.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{address}mend/", mended)
    assert verdicts(file_import) == {2: "create", 3: "create"}
    assert (apply(admin, file_import).state, file_import.error, Contact.objects.count()) == ("applied", "", 2)


def test_lines_that_the_database_refuses_end_the_import_which_can_go_on(admin, advisor, bring, apply, monkeypatch):
    """A batch is many rows: it cannot fail alone without taking them with it."""
    line = "N,N,n{}@example.com,2125550101,client,{},\n"
    file_import = bring(admin, f"{HEADINGS}\n{line.format(1, advisor.email)}{line.format(2, advisor.email)}")
    with monkeypatch.context() as broken:

        def refuse(*args):
            raise DataError("value too long")

        broken.setattr(applying, "_update", refuse)
        assert apply(admin, file_import).state == "checked"
    assert (file_import.apply_operation.state, Contact.objects.count()) == ("failed", 0)
    assert apply(admin, file_import).state == "applied"
    assert Contact.objects.count() == 2
