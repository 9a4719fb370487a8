"""One reader of phones: forms, files, CRMs and the portal take the same numbers and refuse the same texts."""

import csv
import io
import sys

import pytest

from accounts.models import Firm
from contacts.domain.countries import region_of
from contacts.domain.phone import NotAPhone, Phone, e164, read, readable, region_for
from contacts.domain.signing_in import give_password
from contacts.models import Contact
from crm.domain.judging import Meanings, judge
from crm.models import Connection, Record
from tests.factories import PASSWORD, AssignmentFactory, ContactFactory

NOT_PHONES = [
    ("555-0123", "US"),  # cannot be dialled from elsewhere
    ("555-0123 fax", "US"),
    ("030 23125 010 fax", "DE"),
    ("Fax: 030 23125 010", "DE"),
    ("1-800-FLOWERS", "US"),
    ("212-555-0123 Mr Smith", "US"),
    ("0000000000", "US"),
    ("5555555555", "US"),
    ("000000000", "FR"),
    ("112-555-0123", "US"),
    ("212-155-0123", "US"),
    ("030 2312 mobil 017112345", "DE"),
    ("01 58858 0 privat 0664 12", "AT"),
    ("110", "DE"),
    ("911", "US"),
    ("call me", "US"),
    ("", "US"),
    ("55 1234 5678", None),
]
PHONES = [
    ("(212) 555-0123", "US", Phone("+12125550123")),
    ("2125550105.0", "US", Phone("+12125550105")),
    ("01 99 00 12 34", "FR", Phone("+33199001234")),
    ("0491 570 156", "AU", Phone("+61491570156")),
    ("55 1234 5678", "MX", Phone("+525512345678")),
    ("+52 55 1234 5678", None, Phone("+525512345678")),
    ("+44 7700 900123", "US", Phone("+447700900123")),
    ("030/23125 010", "DE", Phone("+493023125010")),
    ("(212) 555-0123 (cell)", "US", Phone("+12125550123")),
    ("c: 212-555-0123", "US", Phone("+12125550123")),
    ("212-555-0123 x45", "US", Phone("+12125550123", "45")),
    ("(212) 555-0123 ext. 45", "US", Phone("+12125550123", "45")),
    ("tel:+1-212-555-0123;ext=45", "US", Phone("+12125550123", "45")),
    ("212-555-0123 / 917-555-0188", "US", Phone("+12125550123", "", ("917-555-0188",))),
    ("212-555-0123/917-555-0188", "US", Phone("+12125550123", "", ("917-555-0188",))),
    ("212-555-0123 (cell) x45", "US", Phone("+12125550123", "45")),
    ("+1 (c) 212-555-0123", "US", Phone("+12125550123")),
    ("fax 212-555-0123, 917-555-0188 x7", "US", Phone("+19175550188", "7", ("fax 212-555-0123",))),
    ("030/23125010 / 030/23125011", "DE", Phone("+493023125010", "", ("030/23125011",))),
]


@pytest.mark.parametrize(("text", "region"), NOT_PHONES)
def test_what_cannot_be_called_is_no_phone(text, region):
    with pytest.raises(NotAPhone):
        read(text, region)


@pytest.mark.parametrize(("text", "region", "expected"), PHONES)
def test_numbers_are_read_with_what_people_write_beside_them(text, region, expected):
    assert read(text, region) == expected


@pytest.mark.parametrize("text", ["212-555-0123 x45", "212-555-0123 / 917-555-0188"])
def test_a_single_number_is_asked_for_where_more_would_be_lost(text):
    with pytest.raises(NotAPhone):
        e164(text, "US")


def test_a_number_is_shown_as_people_write_it():
    assert readable("+12125550123", "45") == "+1 212-555-0123 ext. 45"
    assert readable("+493023125010") == "+49 30 23125010"


@pytest.mark.parametrize(
    ("country", "region"),
    [
        *(("US", "US"), ("U.S.A.", "US"), ("United States", "US"), ("Deutschland", "DE"), ("México", "MX")),
        *(("Republic of Korea", "KR"), ("south korea", "KR"), ("UK", "GB"), ("Scotland", "GB"), ("日本", "JP")),
        *(("Korea", None), ("Congo", None), ("Elbonia", None), ("", None)),
    ],
)
def test_a_country_is_known_by_its_whole_name_only(country, region):
    assert region_of(country) == region


def test_an_unknown_country_is_not_taken_for_the_firms():
    assert (region_for("", "US"), region_for("Elbonia", "US")) == ("US", None)


def contact_data(contact):
    names = ["first_name", "last_name", "email", "phone", "contact_type"]
    return {name: getattr(contact, name) for name in names} | {"primary_advisor": contact.primary_advisor_id}


@pytest.mark.parametrize("text", ["555-0123", "555-0123 fax", "0000000000", "212-555-0123 / 917-555-0188"])
def test_the_form_refuses_what_is_no_phone(as_user, advisor, text):
    data = contact_data(ContactFactory.build(primary_advisor=advisor)) | {"phone": text}
    answer = as_user(advisor).post("/contacts/add/", data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["phone"])


def test_the_form_reads_a_number_as_of_the_country_of_the_address_and_keeps_its_extension(as_user, advisor):
    data = contact_data(ContactFactory.build(primary_advisor=advisor))
    data |= {"phone": "01 99 00 12 34", "phone_extension": "45", "country": "France"}
    assert as_user(advisor).post("/contacts/add/", data).status_code == 302
    contact = Contact.objects.get()
    assert (contact.phone, contact.phone_extension) == ("+33199001234", "45")
    page = as_user(advisor).get(f"/contacts/{contact.pk}/").content.decode()
    assert "+33 1 99 00 12 34 ext. 45" in page


def test_a_number_of_former_days_does_not_stop_other_edits(as_user, advisor):
    contact = ContactFactory(primary_advisor=advisor, phone="+15550123")
    client = as_user(advisor)
    url = f"/contacts/{contact.pk}/edit/"
    seen = client.get(url).context["form"]["seen"].value()
    answer = client.post(url, contact_data(contact) | {"seen": seen, "city": "Springfield"})
    contact.refresh_from_db()
    assert (answer.status_code, contact.phone, contact.city) == (302, "+15550123", "Springfield")


def test_a_file_is_read_by_the_country_of_each_row(admin, advisor, bring):
    rows = [
        ("01 99 00 12 34", "France", "+33199001234"),
        ("0491 570 156", "Australia", "+61491570156"),
        ("55 1234 5678", "Mexico", "+525512345678"),
        ("(212) 555-0101 (cell)", "", "+12125550101"),
        ("0000000000", "US", None),
        ("555-0123", "US", None),
        ("55 1234 5678", "Elbonia", None),
    ]
    lines = [
        f"Ann,P{n},p{n}@example.com,{text},Client,{advisor.email},{land}" for n, (text, land, _) in enumerate(rows)
    ]
    file_import = bring(admin, "\n".join(["First Name,Last Name,Email,Phone,Type,Advisor,Country", *lines]))
    found = {row.number - 2: row for row in file_import.rows.all()}
    assert [found[n].verdict for n in range(len(rows))] == ["create" if number else "cannot" for *_, number in rows]


def test_a_file_brings_numbers_with_extensions_and_says_of_two_numbers_that_there_are_two(admin, advisor, bring, apply):
    text = f"""First Name,Last Name,Email,Phone,Type,Advisor
Ann,P1,p1@example.com,212-555-0123 x45,Client,{advisor.email}
Ann,P2,p2@example.com,"(212) 555-0123 ext. 45",Client,{advisor.email}
Ann,P3,p3@example.com,212-555-0123 / 917-555-0188,Client,{advisor.email}
Ann,P4,p4@example.com,(212) 555-0123 (cell),Client,{advisor.email}
Ann,P5,p5@example.com,2125550105.0,Client,{advisor.email}
"""
    file_import = apply(admin, bring(admin, text))
    kept = dict(Contact.objects.values_list("last_name", "phone_extension"))
    assert kept == {"P1": "45", "P2": "45", "P4": "", "P5": ""}
    assert set(Contact.objects.values_list("phone", flat=True)) == {"+12125550123", "+12125550105"}
    [refused] = file_import.rows.get(number=4).reasons
    assert "more than one phone number" in refused["message"]


def test_a_file_without_countries_is_read_by_the_country_of_the_contact_here(admin, advisor, bring, apply):
    there = ContactFactory(
        email="p@example.com", phone="+525512345678", phone_extension="45", country="Mexico", primary_advisor=advisor
    )
    apply(admin, bring(admin, "First Name,Last Name,Email,Phone\nAnn,P,p@example.com,55 8765 4321\n"))
    there.refresh_from_db()
    # The extension belonged to the former number.
    assert (there.phone, there.phone_extension) == ("+525587654321", "")


def test_our_own_export_brings_the_extension_back(as_user, admin, advisor, bring):
    contact = ContactFactory(phone_extension="0045", primary_advisor=advisor)
    answer = as_user(admin).post("/contacts/export/", {"all": "1", "format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(text)))["Phone extension"] == "0045"
    assert bring(admin, text).rows.get().verdict == "unchanged"
    assert Contact.objects.get().phone_extension == contact.phone_extension


def test_the_firms_country_is_the_last_to_count(admin, advisor, bring, apply):
    Firm.objects.update(default_country="FR")
    apply(
        admin,
        bring(
            admin,
            f"First Name,Last Name,Email,Phone,Type,Advisor\nA,P,p@example.com,01 99 00 12 34,Client,{advisor.email}",
        ),
    )
    assert Contact.objects.get().phone == "+33199001234"


def test_a_contact_gives_a_number_of_their_own_country_with_its_extension(client, advisor):
    contact = AssignmentFactory(contact__country="Mexico", contact__primary_advisor=advisor).contact
    give_password(contact, PASSWORD)
    contact.refresh_from_db()
    client.force_login(contact.user, backend="accounts.backends.PortalBackend")
    form = client.get("/portal/profile/").context["form"]
    data = {one.name: form[one.name].value() or "" for one in form}
    answer = client.post("/portal/profile/", data | {"phone": "55 1234 5678", "phone_extension": "7"})
    contact.refresh_from_db()
    assert (answer.status_code, contact.phone, contact.phone_extension) == (302, "+525512345678", "7")
    assert client.post("/portal/profile/", data | {"phone": "555-0123"}).status_code == 422


@pytest.mark.parametrize(
    ("phone", "country", "values", "reasons"),
    [
        ({"value": "55 1234 5678"}, "Mexico", ("+525512345678", None), []),
        ({"value": "212-555-0123", "extension": "45"}, "", ("+12125550123", "45"), []),
        ({"value": "212-555-0123 x45"}, "", ("+12125550123", "45"), []),
        ({"value": "212-555-0123 / 917-555-0188"}, "", ("+12125550123", None), []),
        ({"value": "212-555-0123", "extension": "ask Ann"}, "", ("+12125550123", None), []),
        ({"value": "555-0123"}, "", (None, None), ["bad_phone"]),
        ({"value": "212-555-0123 fax"}, "", (None, None), ["bad_phone"]),
        ({"value": "55 1234 5678"}, "Elbonia", (None, None), ["bad_phone"]),
    ],
)
def test_records_of_crms_are_read_alike(admin, phone, country, values, reasons):
    meanings = Meanings.of(Connection.objects.create(name="CRM", adapter="demo"))
    record = Record(
        connection=meanings.connection,
        payload={"phones": [phone], "addresses": [{"primary": True, "country": country, "lines": []}]},
    )
    judge([record], meanings)
    assert (record.values.get("phone"), record.values.get("phone_extension")) == values
    assert [reason for reason in record.reasons if "phone" in reason] == reasons


def test_knowing_countries_by_name_does_not_load_the_places_of_all_numbers():
    """They take a hundred megabytes in each process, and seconds at its start."""
    assert region_of("Deutschland") == region_of("germany") == "DE"
    assert "phonenumbers.geodata" not in sys.modules
