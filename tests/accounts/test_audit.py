"""The audit trail: who signed in and from where, what changed about users, who took what away; nobody can change it."""

import csv
import io

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.models import Role, User
from core.history.recording import record
from core.models import Activity, Operation
from core.operations import running
from core.registry import operation_types
from core.spreadsheets import exports
from tests.factories import PASSWORD, UserFactory
from tests.forms import as_shown
from tests.outreach.factories import archived

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def sign_in(email, password=PASSWORD, path="/"):
    """Somebody gives a password, from one place."""
    client = Client(headers={"User-Agent": BROWSER})
    client.post(path, {"email": email, "password": password}, REMOTE_ADDR="203.0.113.9")
    return client


def entries(**wanted):
    """What is recorded, as the page reads it."""
    found = Activity.objects.filter(**wanted).order_by("pk")
    return [(one.subject_type, one.subject_id, one.sentence, one.data.get("address")) for one in found]


def lines(answer):
    """The lines of a file that was sent."""
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"), newline="")))


def test_sign_ins_failures_and_sign_outs_of_the_staff_are_recorded_with_where_they_came_from(db):
    ada = UserFactory(email="ada@example.com")
    sign_in("ada@example.com", "wrong")
    sign_in("nobody@example.com", "wrong")
    sign_in("ADA@example.com").post("/sign-out/", REMOTE_ADDR="203.0.113.9")
    assert entries() == [
        ("user", ada.pk, "Wrong password for ada@example.com", "203.0.113.9"),
        ("sign_in", 0, "Wrong password for nobody@example.com", "203.0.113.9"),
        ("user", ada.pk, "Signed in", "203.0.113.9"),
        ("user", ada.pk, "Signed out", "203.0.113.9"),
    ]
    assert set(Activity.objects.values_list("data__browser", flat=True)) == {BROWSER}


@pytest.mark.parametrize("way", ["staff", "portal", "portal's button"])
def test_whoever_is_signed_out_by_another_sign_in_is_recorded(as_user, advisor, admin, client_contact, way):
    client, named = as_user(advisor), {"password": PASSWORD, "signs_out": advisor.pk}
    if way == "staff":
        client.post("/", named | {"email": admin.email})
        client.post("/", named | {"email": admin.email})  # who signs in again is not signed out
    elif way == "portal":
        client.post("/portal/sign-in/", named | {"email": client_contact.email})
    else:
        client.post("/portal/sign-out/")
    assert list(Activity.objects.filter(verb="signed_out").values_list("subject_id", "actor")) == [(advisor.pk,) * 2]


def test_passwords_are_recorded_nowhere(db):
    UserFactory(email="ada@example.com")
    sign_in("ada@example.com", "mistyped-secret")
    assert not Activity.objects.filter(sentence__contains="mistyped-secret").exists()
    assert "mistyped-secret" not in str(list(Activity.objects.values()))


def test_the_page_tells_who_did_what_to_whom(as_user, admin, advisor, colleague, compliance):
    url = f"/users/{advisor.pk}/"
    for changed in ({"role": "support"}, {"email": "new@example.com"}):
        assert as_user(admin).post(url, as_shown(as_user(admin), url, **changed)).status_code == 302
    as_user(admin).post(f"/users/{colleague.pk}/deactivate/")
    page = as_user(compliance).get("/audit/").content.decode()
    for words in (
        "Role changed from Advisor to Support",
        f"Email changed from {advisor.email} to new@example.com",
        "Deactivated",
        admin.name,
        advisor.name,
        colleague.name,
    ):
        assert words in page, words


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 5),
        ("what=failures", 1),
        ("what=sign_ins", 1),
        ("what=access", 1),
        ("what=exports", 1),
        ("what=alerts", 1),
        ("what=nonsense", 0),
        ("q=203.0.113", 2),
        ("q=byron+signed", 1),
        ("q=%22Byron,%22+signed", 1),
        ("q=nobody", 0),
        ("since=2030-01-01", 0),
        ("until=2030-01-01", 5),
        ("sort=by", 5),
        ("sort=-about", 5),
        ("sort=address", 5),
        ("sort=at", 5),
    ],
)
def test_the_page_is_narrowed_and_sorted(as_user, admin, query, count):
    ada = UserFactory(email="ada@example.com", last_name="Byron")
    place = {"address": "203.0.113.9", "browser": BROWSER}
    for verb, sentence, data in (
        ("signed_in", "Signed in", place),
        ("sign_in_failed", "Wrong password for ada@example.com", place),
        ("role_changed", "Role changed", {}),
        ("exported", "Exported 3 contacts as CSV: All", {}),
    ):
        record(verb, sentence, subject_ids=[ada.pk], subject_type="user", data=data)
    record("guessing", "50 wrong passwords", subject_ids=[1], subject_type="firm")
    record("noted", "About a contact", subject_ids=[1])
    assert as_user(admin).get(f"/audit/?{query}").context["page"].paginator.count == count


def test_a_search_of_too_many_words_is_not_begun(as_user, admin):
    email = "augusta.ada.byron@example.com"
    record("invited", f"Invited {email}", subject_ids=[1], subject_type="firm")
    words = [email[start : start + 3] for start in range(25)] + [email[start : start + 4] for start in range(25)]
    for number, found in ((20, 1), (50, 0)):
        table = as_user(admin).get("/audit/", {"q": " ".join(words[:number])}).context["table"]
        assert len(list(table.paginated_rows)) == found


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_for_any_number(as_user, admin, django_assert_num_queries, count):
    for number in range(count):
        user = UserFactory(email=f"x{number}@example.com")
        record("signed_in", "Signed in", subject_ids=[user.pk], subject_type="user", actor=user)
    client = as_user(admin)
    client.get("/audit/")
    with django_assert_num_queries(7):
        client.get("/audit/")


def test_admins_and_compliance_export_what_the_page_shows_and_that_is_recorded(as_user, compliance, advisor):
    record("signed_in", "Signed in", subject_ids=[advisor.pk], subject_type="user", data={"address": "203.0.113.9"})
    record("role_changed", "=1+1", subject_ids=[advisor.pk], subject_type="user", actor=advisor)
    client = as_user(compliance)
    (line,) = lines(client.post("/audit/export/?what=sign_ins", {"format": "csv"}))
    assert (line["What"], line["About"], line["Address"]) == ("Signed in", advisor.name, "203.0.113.9")
    assert client.post("/audit/export/", {"format": "xlsx"}).status_code == 200
    found = lines(client.post("/audit/export/?sort=at", {"format": "csv"}))
    assert [line["What"] for line in found] == [
        "Signed in",
        "'=1+1",
        "Exported 1 row of the audit trail as CSV: All that match What: Sign-ins",
        "Exported 3 rows of the audit trail as XLSX: All",
        "Exported 4 rows of the audit trail as CSV: All",
    ]


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.SUPPORT, Role.CONTACT])
@pytest.mark.parametrize("path", ["/audit/", "/audit/export/", "/outreach/archive/export/"])
def test_nobody_else_reads_or_exports_it(client, db, role, path):
    client.force_login(UserFactory(role=role), backend="accounts.backends.StaffBackend")
    assert client.post(path, {"format": "csv"}).status_code in {404, 405}


def test_the_mail_archive_is_exported_with_its_text_and_that_is_recorded(as_user, compliance, contact):
    archived(contact, subject="Welcome", text="Dear Carla", recipient="carla@example.com")
    archived(contact, subject="Other", text="Dear Carla", recipient="other@example.com")
    archived(contact, subject="Refused", text="Dear Carla", state="failed")
    client = as_user(compliance)
    assert "/outreach/archive/export/" in client.get("/outreach/archive/").content.decode()
    (line,) = lines(client.post("/outreach/archive/export/?recipient=carla", {"format": "csv"}))
    assert (line["Subject"], line["To"], line["Text"]) == ("Welcome", "carla@example.com", "Dear Carla")
    (entry,) = entries(verb="exported")
    assert entry[2] == "Exported 1 message of the mail archive as CSV: All that match Address: carla"


@pytest.mark.parametrize("path", ["/audit/export/", "/outreach/archive/export/"])
def test_many_rows_are_exported_in_the_background_while_the_right_lasts(
    as_user, admin, contact, monkeypatch, files_on_disk, path
):
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    for number in range(3):
        archived(contact, subject=f"Mail {number}", text="x")
        record("signed_in", "Signed in", subject_ids=[admin.pk], subject_type="user")
    answer = as_user(admin).post(path, {"format": "csv"})
    operation = Operation.objects.latest("pk")
    assert f"/operations/{operation.pk}/" in answer.url
    running.run(operation.pk)
    operation.refresh_from_db()
    assert (operation.state, operation.done) == ("finished", 3)
    User.objects.update(role=Role.ADVISOR)
    operation = Operation.objects.select_related("owner").get(pk=operation.pk)
    assert operation_types[operation.kind].source(operation).rows.count() == 0


@pytest.mark.parametrize("table", ["core_activity", "mail_archivedmessage"])
@pytest.mark.parametrize("sql", ["TRUNCATE {}", "TRUNCATE {} CASCADE", "DELETE FROM {}", "UPDATE {} SET at = now()"])
def test_nobody_changes_or_empties_what_is_recorded(contact, table, sql):
    record("signed_in", "Signed in", subject_ids=[1], subject_type="user")
    archived(contact)
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else PostgreSQL refuses on account of what is not checked yet
        cursor.execute(sql.format(table))


def test_emptying_a_table_that_the_record_refers_to_is_refused_too(contact):
    archived(contact)
    with pytest.raises(DatabaseError, match="Cannot truncate"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE mail_send CASCADE")
