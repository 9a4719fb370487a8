"""Exporting contacts: exactly those chosen, only those one may see, and noted."""

import csv
import io

import openpyxl
import pytest

from contacts.models import Contact
from core.models import Activity
from core.spreadsheets.formulas import unguard
from tests.factories import AssignmentFactory, ContactFactory, HouseholdFactory, TagFactory, TeamFactory, UserFactory

URL = "/contacts/export/"


def lines(response) -> list[dict[str, str]]:
    assert response.status_code == 200
    assert response.streaming
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def names(found) -> list[str]:
    return [line["Last name"] for line in found]


@pytest.fixture
def three(advisor, colleague):
    """Two contacts of the advisor, one of the colleague."""
    return [
        ContactFactory(last_name="Adler", primary_advisor=advisor),
        ContactFactory(last_name="Baker", primary_advisor=advisor, contact_type="prospect"),
        ContactFactory(last_name="Cole", primary_advisor=colleague),
    ]


def test_the_ticked_contacts_are_exported(as_user, admin, three):
    ids = f"{three[2].pk},{three[0].pk}"
    client = as_user(admin)
    page = client.post(URL, {"ids": ids})
    assert "Export 2 contacts" in page.content.decode()
    assert names(lines(client.post(URL, {**page.context["hidden"], "format": "csv"}))) == ["Adler", "Cole"]


def test_all_that_match_are_exported(as_user, admin, three):
    posted = {"all": "1", "query": "type=prospect", "format": "csv"}
    assert names(lines(as_user(admin).post(URL, posted))) == ["Baker"]


def test_what_a_list_shows_is_exported_in_its_order(as_user, admin, three):
    client = as_user(admin)
    page = client.get(f"{URL}?type=client&sort=-name")
    assert "Export 2 contacts" in page.content.decode()
    assert names(lines(client.post(URL, {**page.context["hidden"], "format": "csv"}))) == ["Cole", "Adler"]


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("admin", ["Adler", "Baker", "Cole"]),
        ("compliance", ["Adler", "Baker", "Cole"]),
        ("advisor", ["Adler", "Baker"]),
        ("colleague", ["Cole"]),
    ],
)
def test_everybody_exports_only_contacts_they_see(request, as_user, three, role, seen):
    client = as_user(request.getfixturevalue(role))
    assert names(lines(client.post(URL, {"all": "1", "format": "csv"}))) == seen
    ticked = ",".join(str(contact.pk) for contact in three)
    assert names(lines(client.post(URL, {"ids": ticked, "format": "csv"}))) == seen


def test_support_exports_contacts_of_their_teams_alone(as_user, support, three):
    client = as_user(support)
    assert "No contact is chosen" in client.post(URL, {"all": "1", "format": "csv"}).content.decode()
    Contact.objects.filter(pk=three[1].pk).update(team=TeamFactory(members=[support]))
    assert names(lines(client.post(URL, {"all": "1", "format": "csv"}))) == ["Baker"]


def test_the_trash_is_not_exported(as_user, admin, three):
    Contact.objects.filter(pk=three[0].pk).update(deleted_at="2026-01-01T00:00Z")
    ticked = ",".join(str(contact.pk) for contact in three)
    assert names(lines(as_user(admin).post(URL, {"ids": ticked, "format": "csv"}))) == ["Baker", "Cole"]


@pytest.mark.django_db
def test_strangers_and_contacts_export_nothing(client, as_user):
    assert client.post(URL, {"all": "1", "format": "csv"}).status_code == 401
    assert as_user(UserFactory(role="contact")).post(URL, {"all": "1", "format": "csv"}).status_code == 404


@pytest.mark.parametrize(
    "posted", [{}, {"ids": "x"}, {"ids": "-1"}, {"all": "1", "query": "status=rich"}, {"ids": "999999999999999999999"}]
)
def test_a_choice_that_cannot_be_read_exports_nothing(as_user, admin, three, posted):
    page = as_user(admin).post(URL, {**posted, "format": "csv"})
    assert "No contact is chosen" in page.content.decode()
    assert not Activity.objects.filter(verb="exported").exists()


def test_an_unknown_format_asks_again(as_user, admin, three):
    assert "Export 3 contacts" in as_user(admin).post(URL, {"all": "1", "format": "exe"}).content.decode()


def test_a_row_says_everything(as_user, admin, advisor):
    contact = ContactFactory(
        first_name="Zoë",
        last_name="=1+1",
        phone="+12125550123",
        date_of_birth="1950-02-03",
        primary_advisor=advisor,
        household=HouseholdFactory(name="Zed household"),
    )
    contact.tags.set([TagFactory(name="golf"), TagFactory(name="Board")])
    AssignmentFactory(contact=contact, experience__name="Family")
    (line,) = lines(as_user(admin).post(URL, {"all": "1", "format": "csv"}))
    assert {key: unguard(value) for key, value in line.items() if value and key not in {"Email", "Created"}} == {
        "First name": "Zoë",
        "Last name": "=1+1",
        "Phone": "+12125550123",
        "Type": "Client",
        "Primary advisor": advisor.email,
        "Date of birth": "1950-02-03",
        "Household": "Zed household",
        "Tags": "Board, golf",
        "Advisor name": "Ada Advisor",
        "Status": "Assigned",
        "Experience": "Family",
        "Invitations sent": "0",
        "Source": "Added by hand",
    }
    assert (line["Last name"], line["Phone"]) == ("'=1+1", "'+12125550123")


def test_the_workbook_holds_the_same(as_user, admin, advisor):
    ContactFactory(last_name="@Adler", phone="+12125550123", primary_advisor=advisor)
    response = as_user(admin).post(URL, {"all": "1", "format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    response.close()
    headings, row = sheet.iter_rows(values_only=True)
    said = dict(zip(headings, row, strict=True))
    assert (said["Last name"], said["Phone"]) == ("'@Adler", "+12125550123")


def test_an_export_is_noted_with_who_and_what(as_user, compliance, three):
    lines(as_user(compliance).post(URL, {"all": "1", "query": "type=client", "format": "csv"}))
    noted = Activity.objects.get(verb="exported")
    assert (noted.actor, noted.subject_type, noted.subject_id) == (compliance, "user", compliance.pk)
    assert noted.sentence == "Exported 2 contacts as CSV: All that match Type: Client"
    assert noted.data == {"count": 2, "format": "csv", "query": "type=client", "ids": []}


def test_looking_at_the_page_notes_nothing(as_user, admin, three):
    as_user(admin).get(f"{URL}?format=csv")
    assert not Activity.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_an_export_takes_as_many_queries_for_one_row_as_for_three(
    as_user, admin, advisor, rows, django_assert_num_queries
):
    for _ in range(rows):
        AssignmentFactory(contact__primary_advisor=advisor).contact.tags.add(TagFactory())
    client = as_user(admin)
    with django_assert_num_queries(7):
        assert len(lines(client.post(URL, {"all": "1", "format": "csv"}))) == rows


def test_the_list_offers_the_export(as_user, compliance, three):
    page = as_user(compliance).get("/contacts/?type=client").content.decode()
    assert 'href="/contacts/export/?type=client"' in page
    assert 'formaction="/contacts/export/"' in page
