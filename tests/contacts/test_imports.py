"""File import: every row in exactly one place, mended on the spot, applied once."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import validate_email
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from contacts.domain.phone import NotAPhone, e164
from contacts.imports import applying
from contacts.imports.checking import plan
from contacts.imports.fields import _PLAIN_EMAIL, Bad, read_phone
from contacts.imports.reading import Unreadable, describe, rows
from contacts.models import Contact, FileImport, ImportRow
from core.models import Activity, Operation, OperationLine
from core.operations import running, selecting
from core.registry import operation_types
from tests.factories import ContactFactory, HouseholdFactory, TagFactory, UserFactory

pytestmark = pytest.mark.django_db

HEADINGS = "First Name,Last Name,E-mail,Mobile,Type,Advisor,Tags"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def verdicts(file_import):
    return {row.number: row.verdict for row in file_import.rows.all()}


def messages_of(file_import, number):
    return [reason["message"] for reason in file_import.rows.get(number=number).reasons]


def test_every_row_is_in_exactly_one_place_and_the_report_adds_up(admin, advisor, bring, apply):
    ContactFactory(email="known@example.com", first_name="Kim", last_name="Known", primary_advisor=advisor)
    same = ContactFactory(email="same@example.com", first_name="Sam", last_name="Same", primary_advisor=advisor)
    text = f"""{HEADINGS}
Nora,New,NORA@example.com,(212) 555-0101,client,{advisor.email},"golf, vip"
Kimberly,Known,Known@Example.com,,,,
Sam,Same,same@example.com,{same.phone},Client,{advisor.email},
Bo,Bad,nonsense,555,Robot,nobody,
Nora,Again,nora@example.com,2125550102,client,{advisor.email},
"""
    file_import = bring(admin, text)
    assert file_import.state == "checked"
    assert verdicts(file_import) == {2: "create", 3: "update", 4: "unchanged", 5: "cannot", 6: "cannot"}
    assert len(messages_of(file_import, 5)) == 4
    assert messages_of(file_import, 6) == ["Line 2 of the file has the same email address."]
    assert Contact.objects.count() == 2
    assert apply(admin, file_import).state == "applied"
    nora = Contact.objects.get(email="nora@example.com")
    assert (nora.phone, nora.primary_advisor, nora.source) == ("+12125550101", advisor, "file")
    assert {tag.name for tag in nora.tags.all()} == {"golf", "vip"}
    assert Contact.objects.get(email="known@example.com").first_name == "Kimberly"
    assert Activity.objects.filter(subject_id=nora.pk, verb="added").get().operation == file_import.apply_operation
    assert sorted(file_import.rows.values_list("outcome", flat=True)) == ["", "", "", "create", "update"]


def test_the_same_file_twice_changes_nothing(admin, advisor, bring, apply):
    text = f"{HEADINGS}\nNora,New,nora@example.com,2125550101,lead,{advisor.email},golf\n"
    apply(admin, bring(admin, text))
    again = bring(admin, text)
    assert verdicts(again) == {2: "unchanged"}


def test_our_own_export_comes_back_unchanged(as_user, admin, advisor, bring):
    for number in range(3):
        contact = ContactFactory(primary_advisor=advisor, household=HouseholdFactory(), city=f"=Town {number};=1|'-x")
        contact.tags.create(name=f"tag {number}")
    answer = as_user(admin).post("/contacts/export/", {"all": "1", "query": "", "format": "csv"})
    content = b"".join(answer.streaming_content)
    assert set(verdicts(bring(admin, content)).values()) == {"unchanged"}


def test_a_row_is_mended_on_the_spot(as_user, admin, advisor, bring, apply):
    file_import = bring(admin, f"{HEADINGS}\nBo,Bad,nonsense,2125550101,client,{advisor.email},\n")
    row = file_import.rows.get()
    address = f"/contacts/import/{file_import.pk}/rows/{row.pk}/"
    still = as_user(admin).post(address, row.values | {"email": "still wrong"})
    assert still.status_code == 200
    assert verdicts(file_import) == {2: "cannot"}
    mended = as_user(admin).post(address, row.values | {"email": "bo@example.com"})
    assert mended.status_code == 302
    assert verdicts(file_import) == {2: "create"}
    apply(admin, file_import)
    assert Contact.objects.get().email == "bo@example.com"


def test_one_value_mends_all_rows_of_a_reason(as_user, admin, advisor, bring, django_capture_on_commit_callbacks):
    lines = [f"P{n},Person,p{n}@example.com,212555{n:04d},client,," for n in range(5)]
    file_import = bring(admin, "\n".join([HEADINGS, *lines]))
    assert set(verdicts(file_import).values()) == {"cannot"}
    with django_capture_on_commit_callbacks(execute=True):
        data = {"field": "primary_advisor", "value": advisor.email}
        assert as_user(admin).post(f"/contacts/import/{file_import.pk}/mend/", data).status_code == 302
    assert set(verdicts(file_import).values()) == {"create"}


def test_advisors_import_their_own_and_learn_nothing_of_others(advisor, colleague, bring):
    ContactFactory(email="theirs@example.com", primary_advisor=colleague, first_name="Secret")
    text = f"""{HEADINGS}
Nora,New,nora@example.com,2125550101,client,{advisor.email},
Otto,Other,otto@example.com,2125550102,client,{colleague.email},
Some,Body,theirs@example.com,2125550103,client,{advisor.email},
"""
    file_import = bring(advisor, text)
    assert verdicts(file_import) == {2: "create", 3: "cannot", 4: "cannot"}
    assert messages_of(file_import, 4) == ["A contact of a colleague has this email address. Ask an admin about it."]


def test_nobody_else_opens_an_import(as_user, admin, advisor, colleague, compliance, bring):
    file_import = bring(advisor, f"{HEADINGS}\nNora,New,nora@example.com,2125550101,client,,\n")
    address = f"/contacts/import/{file_import.pk}/"
    answers = {user.last_name: as_user(user).get(address).status_code for user in (admin, advisor, colleague)}
    assert answers == {"Admin": 200, "Advisor": 200, "Colleague": 404}
    assert as_user(compliance).get(address).status_code in {403, 404}
    assert as_user(colleague).get(f"{address}rows/").status_code == 404


def test_a_contact_changed_since_the_dry_run_is_left_alone(admin, advisor, bring, apply):
    known = ContactFactory(email="known@example.com", first_name="Kim", primary_advisor=advisor)
    file_import = bring(admin, f"{HEADINGS}\nKimberly,{known.last_name},known@example.com,{known.phone},,,\n")
    Contact.objects.update(first_name="Kimmy")
    apply(admin, file_import)
    row = file_import.rows.get()
    assert (row.outcome, Contact.objects.get().first_name) == ("stale", "Kimmy")


def test_applying_twice_creates_once(admin, advisor, bring, apply):
    file_import = apply(admin, bring(admin, f"{HEADINGS}\nN,N,n@example.com,2125550101,client,{advisor.email},\n"))
    apply(admin, file_import)
    operation = file_import.apply_operation
    OperationLine.objects.filter(operation=operation).delete()
    selecting.freeze(operation, [1])
    type(file_import.apply_operation).objects.update(state="queued")
    running.run(file_import.apply_operation_id)
    assert Contact.objects.count() == 1
    assert Activity.objects.filter(verb="added").count() == 1


def test_a_stopped_import_goes_on_from_its_report(as_user, admin, advisor, colleague, bring, apply, monkeypatch):
    monkeypatch.setattr("contacts.operations.importing.BATCH", 1)
    people = "".join(f"N{n},N,n{n}@example.com,2125550101,client,{advisor.email},\n" for n in range(3))
    file_import, kind = bring(admin, f"{HEADINGS}\n{people}"), operation_types["contacts.import_apply"]
    doing = kind.apply

    def stop(operation, subject_ids):
        if subject_ids == [2]:
            running.cancel(operation)
        return doing(operation, subject_ids)

    with monkeypatch.context() as patched:
        patched.setattr(kind, "apply", stop)
        stopped = apply(admin, file_import).apply_operation
    assert (stopped.state, Contact.objects.count()) == ("stopped", 1)
    page = as_user(admin).get(f"/operations/{stopped.pk}/")
    assert page.context["rest_url"] == f"/contacts/import/{file_import.pk}/apply/"
    apply(admin, file_import)
    file_import.refresh_from_db()
    assert (file_import.state, Contact.objects.count()) == ("applied", 3)
    assert as_user(admin).get(f"/operations/{stopped.pk}/").context["rest_url"] == ""


def test_an_empty_cell_clears_nothing_and_a_locked_field_stays(admin, advisor, bring):
    ContactFactory(
        email="k@example.com", first_name="Kim", city="Here", primary_advisor=advisor, locked_fields=["city"]
    )
    file_import = bring(admin, "Email,First name,City\nk@example.com,,There\n")
    assert verdicts(file_import) == {2: "unchanged"}


def test_columns_are_remembered(as_user, admin, bring):
    text = "Post,Vorname,Last name\nx@example.com,X,Y\n"
    bring(admin, text, column_1="first_name", column_0="email")
    answer = as_user(admin).post("/contacts/import/", {"file": SimpleUploadedFile("b.csv", text.encode())})
    form = as_user(admin).get(answer.url).context["form"]
    assert [form.fields[f"column_{n}"].initial for n in range(3)] == ["email", "first_name", "last_name"]


def test_an_excel_file_is_read(admin, advisor, bring):
    book = Workbook()
    book.active.append(["First name", "Last name", "Email", "Phone", "Type", "Advisor", "Date of birth", "Zip"])
    import datetime

    born = datetime.date(1980, 12, 31)
    book.active.append(["Nora", "New", "nora@example.com", 2125550101, "Client", advisor.email, born, 2134.0])
    written = io.BytesIO()
    book.save(written)
    file_import = bring(admin, written.getvalue())
    row = file_import.rows.get()
    assert (row.verdict, row.values["date_of_birth"], row.values["postal_code"]) == ("create", "1980-12-31", "2134")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n",
        b"PK\x03\x04 broken",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old",
        b"First name,Email\n",
        b"\x00\x01\x02\x03\x00",
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(as_user, admin, content):
    answer = as_user(admin).post("/contacts/import/", {"file": SimpleUploadedFile("x.csv", content)})
    assert answer.status_code == 422
    assert answer.context["form"].errors


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_common_encodings_and_delimiters_are_found_out(encoding, delimiter):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([["Name", "Straße"], ["Zoë Müller", 'said "hi"'], ["Ana", "two\nlines"]] * 3)
    file = io.BytesIO(text.getvalue().encode(encoding))
    found = [cells for _, cells in rows(file, describe(file))]
    assert found[:3] == [["Name", "Straße"], ["Zoë Müller", 'said "hi"'], ["Ana", "two\nlines"]]


@given(st.binary(max_size=300))
def test_no_file_whatsoever_gives_more_than_a_reason(content):
    file = io.BytesIO(content)
    try:
        list(rows(file, describe(file)))
    except Unreadable as error:
        assert str(error)


@given(st.from_regex(r"\+?1?[ .-]?\(?[0-9]{3}\)?[ .-]?[0-9]{3}[ .-]?[0-9]{4}", fullmatch=True))
def test_the_short_way_of_phones_gives_the_same_number(text):
    class Lookup:
        country = "US"

    try:
        expected = e164(text, "US")
    except NotAPhone:
        expected = None
    try:
        assert read_phone(text, Lookup) == expected
    except Bad:
        assert expected is None


def test_bad_rows_are_downloaded_with_their_reasons(as_user, admin, advisor, bring):
    file_import = bring(admin, f"{HEADINGS}\nBo,Bad,nonsense,2125550101,client,{advisor.email},\n")
    answer = as_user(admin).get(f"/contacts/import/{file_import.pk}/rows/?verdict=cannot")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "“nonsense” is not an email address." in content
    noted = Activity.objects.get(verb="exported")
    assert (noted.actor, noted.subject_type, noted.subject_id) == (admin, "user", admin.pk)
    assert noted.sentence == "Exported 1 import row as CSV: people.csv, cannot be imported"


@pytest.mark.parametrize("query", ["?verdict=nonsense", "?field=email&verdict=cannot", "?page=99", "?outcome=stale"])
def test_the_page_of_an_import_takes_any_address(as_user, admin, bring, query):
    file_import = bring(admin, f"{HEADINGS}\nBo,Bad,nonsense,2125550101,client,,\n")
    assert as_user(admin).get(f"/contacts/import/{file_import.pk}/{query}").status_code == 200
    assert ImportRow.objects.count() == 1


def test_support_imports_into_their_team_only(bring, support, admin):
    from tests.factories import TeamFactory

    team = TeamFactory(members=[support])
    advisor = UserFactory()
    line = f"{HEADINGS}\nNora,New,nora@example.com,2125550101,client,{advisor.email},\n"
    assert verdicts(bring(support, line)) == {2: "cannot"}
    assert verdicts(bring(support, line, team=str(team.pk))) == {2: "create"}


def stopped(file_import, operation, client):
    """The user cancels an operation of the import that no worker has begun."""
    type(operation).objects.filter(pk=operation.pk).update(state="queued")
    assert client.post(f"/operations/{operation.pk}/cancel/").status_code == 302
    file_import.refresh_from_db()
    return file_import.state


def test_a_stopped_check_can_be_repeated_and_a_stopped_import_goes_on(as_user, admin, advisor, bring, apply):
    file_import = bring(admin, f"{HEADINGS}\nN,N,n@example.com,2125550101,client,{advisor.email},\n")
    FileImport.objects.update(state="checking")
    assert stopped(file_import, file_import.check_operation, as_user(admin)) == "failed"
    assert as_user(admin).get(f"/contacts/import/{file_import.pk}/columns/").status_code == 200
    FileImport.objects.update(state="checked")
    as_user(admin).post(f"/contacts/import/{file_import.pk}/apply/")
    file_import.refresh_from_db()
    assert stopped(file_import, file_import.apply_operation, as_user(admin)) == "checked"
    assert apply(admin, file_import).state == "applied"
    assert Contact.objects.count() == 1


def test_a_second_click_starts_no_second_check(as_user, admin, bring):
    file_import = bring(admin, f"{HEADINGS}\nN,N,n@example.com,2125550101,client,,\n")
    client, address = as_user(admin), f"/contacts/import/{file_import.pk}/columns/"
    data = {name: field.initial or "" for name, field in client.get(address).context["form"].fields.items()}
    assert [client.post(address, data).status_code for _ in range(2)] == [302, 302]
    assert Operation.objects.filter(kind="contacts.import_check").count() == 2


@pytest.mark.parametrize("change", [{"role": "compliance"}, {"is_active": False}])
def test_whoever_lost_the_right_meanwhile_imports_nothing(as_user, admin, bring, apply, change):
    uploader = UserFactory(role="admin")
    file_import = bring(uploader, f"{HEADINGS}\nN,N,n@example.com,2125550101,client,{uploader.email},\n")
    type(uploader).objects.filter(pk=uploader.pk).update(**change)
    apply(admin, file_import)
    assert (Contact.objects.count(), file_import.rows.get().outcome) == (0, "stale")


@given(st.text("aB0_.+-é", max_size=6), st.text("aB0-._", max_size=6), st.sampled_from(["com", "c", "1", "Co-m"]))
def test_the_short_way_of_addresses_takes_only_what_the_long_one_takes(name, host, end):
    text = f"{name}@{host}.{end}"
    if _PLAIN_EMAIL.fullmatch(text):
        validate_email(text)


def test_a_new_contact_has_what_any_other_has(admin, advisor, bring, apply):
    ContactFactory(email="like@example.com", primary_advisor=advisor)
    text = f"{HEADINGS},DOB\nÉva,Ö’Neill,e@example.com,2125550101,lead,{advisor.email},,1980-02-03\n"
    apply(admin, bring(admin, text + f"N,N,n@example.com,2125550101,client,{advisor.email},,\n"))
    like, new, plain = (Contact.objects.get(email=f"{name}@example.com") for name in ("like", "e", "n"))
    assert (new.first_name, new.last_name, new.contact_type) == ("Éva", "Ö’Neill", "lead")
    assert (new.date_of_birth.isoformat(), plain.date_of_birth) == ("1980-02-03", None)
    assert (new.phone, new.source, new.primary_advisor, new.status) == ("+12125550101", "file", advisor, "not_invited")
    left = {"id", "first_name", "last_name", "email", "phone", "contact_type", "source", "date_of_birth"}
    left |= {"created_at", "updated_at"}
    names = {field.attname for field in Contact._meta.concrete_fields if not field.generated} - left
    assert {name: getattr(new, name) for name in names} == {name: getattr(like, name) for name in names}
    assert new.updated_at is not None


def test_an_address_taken_in_this_very_moment_leaves_the_others_be(admin, advisor, bring):
    lines = "".join(f"N,N,n{n}@example.com,2125550101,client,{advisor.email},\n" for n in range(3))
    file_import = bring(admin, f"{HEADINGS}\n{lines}")
    plans = plan(file_import, list(file_import.rows.order_by("number")))
    ContactFactory(email="N1@example.com")
    assert applying._create(plans, file_import) == {plans[1].row.pk: applying.CHANGED}
    found = dict(Contact.objects.values_list("pk", "email"))
    assert [found.get(one.contact_id) for one in plans] == ["n0@example.com", None, "n2@example.com"]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_check_takes_as_many_queries_for_one_contact_as_for_three(
    admin, advisor, bring, rows, django_assert_num_queries
):
    for n in range(rows):
        home = HouseholdFactory()
        known = ContactFactory(email=f"n{n}@example.com", primary_advisor=advisor, household=home)
        known.tags.add(TagFactory(name=f"golf {n}"))
    lines = "".join(f"N,N,n{n}@example.com,2125550101,client,,GOLF {n},Home\n" for n in range(rows))
    file_import = bring(admin, f"{HEADINGS},Household\n{lines}")
    found = list(file_import.rows.select_related("file_import__owner").order_by("number"))
    with django_assert_num_queries(8):
        plans = plan(found[0].file_import, found)
    assert [set(one.changes) & {"tags", "household"} for one in plans] == [{"household"}] * rows
