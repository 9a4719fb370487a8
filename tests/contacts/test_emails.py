"""One mailbox is one address, however it is written: case, composed letters, and domains in Unicode or for machines."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Role, User
from contacts.domain.signing_in import give_password
from core.emails import canonical, deliverable
from crm.domain.judging import Meanings, judge
from crm.domain.syncing import refresh_owners
from crm.models import Connection, Owner, Record
from crm.records import RemoteOwner
from mail.domain.requests import answer_requests
from mail.models import Send
from outreach.domain import bouncing
from outreach.domain.fates import Fate, Report
from outreach.models import Suppression
from tests.factories import PASSWORD, AssignmentFactory, ContactFactory, UserFactory

PEOPLE, MACHINES = "ann@müller.example", "Ann@xn--mller-kva.example"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Ann@Example.COM ", "ann@example.com"),
        (MACHINES, PEOPLE),
        ("ann@MÜLLER.example", PEOPLE),
        ("ann@mu\u0308ller.example", PEOPLE),
        ("ju\u0308rgen@example.com", "jürgen@example.com"),
        ("ann@straße.example", "ann@straße.example"),  # another domain than strasse.example
        ("ann@日本。example", "ann@日本.example"),
        ("ann@xn--bad-.example", "ann@xn--bad-.example"),
        ("ann@" + "ü" * 80 + ".example", "ann@" + "ü" * 80 + ".example"),
        ("No Address", "no address"),
        ("", ""),
    ],
)
def test_an_address_has_one_form(text, expected):
    assert canonical(text) == expected
    assert canonical(expected) == expected


def test_mail_goes_to_the_domain_as_mail_servers_know_it():
    assert deliverable(PEOPLE) == "ann@xn--mller-kva.example"
    assert deliverable("ann@straße.example") == "ann@xn--strae-oqa.example"
    assert deliverable("ann@example.com") == "ann@example.com"


@pytest.fixture
def ann(advisor):
    """A contact with an address that can be written in two ways, who may sign in."""
    contact = AssignmentFactory(contact=ContactFactory(primary_advisor=advisor, email=MACHINES)).contact
    give_password(contact, PASSWORD)
    contact.refresh_from_db()
    return contact


def test_the_database_knows_one_mailbox(ann):
    assert ann.email == PEOPLE
    for email in (PEOPLE, MACHINES, "ANN@MÜLLER.example"):
        with pytest.raises(IntegrityError), transaction.atomic():
            ContactFactory(email=email)
    UserFactory(email=MACHINES)
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory(email=PEOPLE)


def test_forms_know_it_and_pages_show_it_as_people_write_it(as_user, advisor, ann):
    data = {"first_name": "B", "last_name": "C", "phone": "212 555 0123", "contact_type": "client"}
    answer = as_user(advisor).post("/contacts/add/", data | {"email": MACHINES, "primary_advisor": advisor.pk})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["email"])
    page = as_user(advisor).get(f"/contacts/{ann.pk}/").content.decode()
    assert (PEOPLE in page, "xn--" in page) == (True, False)


def test_two_of_the_staff_do_not_share_it(as_user, admin):
    UserFactory(email=PEOPLE)
    data = {"first_name": "A", "last_name": "B", "email": MACHINES, "role": Role.ADVISOR}
    answer = as_user(admin).post("/users/invite/", data)
    assert answer.status_code == 422
    assert "already has this email address" in str(answer.context["form"].errors)


@pytest.mark.parametrize("email", [PEOPLE, MACHINES])
def test_both_sides_sign_in_with_either(client, ann, email):
    assert client.post("/portal/sign-in/", {"email": email, "password": PASSWORD}).status_code == 302
    UserFactory(email=email)
    assert Client().post("/", {"email": email, "password": PASSWORD}).status_code == 302


def test_a_password_link_is_mailed_to_either(client, ann, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/portal/forgotten/", {"email": MACHINES})
    answer_requests()
    assert Send.objects.get().recipient == PEOPLE
    assert [one.to for one in mail.outbox] == [["ann@xn--mller-kva.example"]]


def test_a_file_finds_the_contact(admin, ann, bring):
    text = f"First Name,Last Name,Email\n{ann.first_name},{ann.last_name},{MACHINES}\n,,{PEOPLE}\n"
    rows = bring(admin, text).rows.order_by("number")
    assert [row.verdict for row in rows] == ["unchanged", "cannot"]
    assert "Line 2 of the file" in rows[1].reasons[0]["message"]


def test_a_record_of_a_crm_finds_the_contact_and_its_owner_the_advisor(ann):
    crm = Connection.objects.create(name="CRM", adapter="demo")
    record = Record(connection=crm, payload={"emails": [{"value": MACHINES}]})
    judge([record], Meanings.of(crm))
    assert (record.email, record.match_id) == (PEOPLE, ann.pk)
    advisor = UserFactory(email=PEOPLE)
    refresh_owners(crm, [RemoteOwner("1", "Ann", MACHINES)])
    assert Owner.objects.get().user == advisor


def test_what_bounces_is_known_by_either(ann):
    send = Send.objects.create(purpose="password", subject_id=ann.pk, contact=ann, recipient=PEOPLE, state="accepted")
    assert bouncing.note(Report(Fate.COMPLAINED, MACHINES))
    send.refresh_from_db()
    assert send.state == "complained"
    assert Suppression.objects.get().email == PEOPLE
    assert Suppression.objects.with_email(MACHINES).exists()


def test_users_made_by_command_have_it_too(db):
    assert User.objects.create_user(MACHINES, PASSWORD, role=Role.ADMIN).email == PEOPLE
