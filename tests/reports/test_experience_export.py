"""The experience report as a file: the rows and the order of the screen, for those who may see them."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from contacts.models import Contact, PortalSignIn
from core.models import Activity
from tests.factories import AssignmentFactory, CampaignFactory, ContactFactory, ExperienceFactory, UserFactory

URL = "/reports/experience/export/"


def given(advisor, name, **fields):
    return AssignmentFactory(contact=ContactFactory(primary_advisor=advisor, last_name=name), **fields).contact


def lines(response) -> list[dict[str, str]]:
    assert response.status_code == 200
    assert response.streaming
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_file_says_what_the_report_says(as_user, admin, advisor):
    experience, campaign = ExperienceFactory(name="Family"), CampaignFactory(name="Ninety days", length_days=90)
    contact = given(advisor, "Busy", experience=experience, campaign=campaign)
    contact.assignments.update(campaign_started_on=timezone.now().date() - timedelta(days=11))
    Contact.objects.filter(pk=contact.pk).update(time_zone="UTC", start_at=timezone.now())
    PortalSignIn.objects.create(contact=contact)
    (line,) = lines(as_user(admin).post(URL, {"format": "csv"}))
    said = {name: line[name] for name in ("Last name", "Status", "Experience", "Campaign", "Advisor last name")}
    assert list(said.values()) == ["Busy", "Active", "Family", "Ninety days", "Advisor"]
    assert [line[name] for name in ("Campaign day", "Campaign days", "Sign-ins", "Resources opened")] == [
        "12",
        "90",
        "1",
        "0",
    ]


def test_filters_and_order_are_those_of_the_screen(as_user, admin, advisor):
    family, retirement = ExperienceFactory(name="Family"), ExperienceFactory(name="Retirement")
    for name, experience in (("Adler", family), ("Baker", retirement), ("Cole", family)):
        given(advisor, name, experience=experience)
    found = lines(as_user(admin).post(f"{URL}?experience={family.pk}&sort=-name", {"format": "csv"}))
    assert [line["Last name"] for line in found] == ["Cole", "Adler"]


@pytest.mark.parametrize(
    ("role", "names"),
    [("admin", ["His", "Mine"]), ("compliance", ["His", "Mine"]), ("advisor", ["Mine"]), ("support", [])],
)
def test_everybody_exports_only_contacts_they_see(request, as_user, advisor, colleague, role, names):
    given(advisor, "Mine")
    given(colleague, "His")
    found = lines(as_user(request.getfixturevalue(role)).post(URL, {"format": "csv"}))
    assert [line["Last name"] for line in found] == names


@pytest.mark.django_db
def test_strangers_and_contacts_export_nothing(client, as_user):
    assert client.post(URL).status_code == 302
    assert as_user(UserFactory(role="contact")).post(URL).status_code == 404


def test_a_filter_that_cannot_be_read_exports_nothing(as_user, admin, advisor):
    given(advisor, "Mine")
    assert lines(as_user(admin).post(f"{URL}?status=rich", {"format": "csv"})) == []


def test_formulas_do_not_leave(as_user, admin, advisor):
    given(advisor, "=HYPERLINK(1)")
    (line,) = lines(as_user(admin).post(URL, {"format": "csv"}))
    assert line["Last name"] == "'=HYPERLINK(1)"


def test_the_workbook_holds_the_same(as_user, admin, advisor):
    given(advisor, "@Adler")
    response = as_user(admin).post(URL, {"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    response.close()
    headings, row = sheet.iter_rows(values_only=True)
    assert dict(zip(headings, row, strict=True))["Last name"] == "'@Adler"


def test_an_export_is_noted_with_who_and_how_many(as_user, compliance, advisor):
    given(advisor, "Mine")
    lines(as_user(compliance).post(f"{URL}?status=assigned", {"format": "csv"}))
    noted = Activity.objects.get(verb="exported")
    assert (noted.actor, noted.subject_type, noted.subject_id) == (compliance, "user", compliance.pk)
    assert noted.data == {"report": "experience", "count": 1, "format": "csv", "query": "status=assigned"}


def test_looking_at_the_address_exports_nothing(as_user, admin):
    response = as_user(admin).get(f"{URL}?status=active")
    assert (response.status_code, response.url) == (302, "/reports/experience/?status=active")
    assert not Activity.objects.filter(verb="exported").exists()
