"""Who is not to be contacted, and who has died: fields, pages, filter, export, history, and the closed portal."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from contacts.domain.purging import purge_trash
from contacts.domain.signing_in import contact_to_enter
from contacts.models import Contact
from tests.factories import PASSWORD, AssignmentFactory, ContactFactory, UserFactory
from tests.markup import one_line

ASKED = {"do_not_contact_since": "2026-01-05", "do_not_contact_from": "Their lawyer"}
DIED = {"deceased": "on", "deceased_on": "2026-02-03"}


def edit(client, contact: Contact, **changes):
    """Post the contact's form with these changes; the answer."""
    url = reverse("contacts:edit", args=[contact.pk])
    form = client.get(url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | changes
    return client.post(url, {name: value for name, value in data.items() if value is not None})


def test_both_are_set_by_hand_shown_and_taken_back(as_user, advisor, contact):
    client = as_user(advisor)
    assert edit(client, contact, **ASKED, **DIED).status_code == 302
    contact.refresh_from_db()
    assert (contact.do_not_contact_since, contact.do_not_contact_from) == (date(2026, 1, 5), "Their lawyer")
    assert (contact.deceased, contact.deceased_on, contact.may_be_written_to) == (True, date(2026, 2, 3), False)
    page = one_line(client.get(reverse("contacts:detail", args=[contact.pk])))
    assert "Since January 5, 2026, asked by Their lawyer." in page
    assert "February 3, 2026. The portal is closed and nothing is sent." in page
    assert (
        edit(
            client, contact, do_not_contact_since="", do_not_contact_from="", deceased=None, deceased_on=""
        ).status_code
        == 302
    )
    contact.refresh_from_db()
    assert (contact.do_not_contact_since, contact.deceased, contact.may_be_written_to) == (None, False, True)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"do_not_contact_since": "2026-01-05"}, "do_not_contact_from", "Say who asked for it"),
        ({"do_not_contact_from": "The client"}, "do_not_contact_since", "Give the day"),
        ({"deceased_on": "2026-01-05"}, "deceased", "Select this as well"),
        ({"deceased": "on", "deceased_on": "2999-01-01"}, "deceased_on", "between 1900 and today"),
        ({**ASKED, "do_not_contact_since": "2999-01-01"}, "do_not_contact_since", "between 1900 and today"),
        ({**DIED, "date_of_birth": "2026-02-04"}, "deceased_on", "before the date of birth"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(as_user, advisor, contact, changes, field, words):
    answer = edit(as_user(advisor), contact, **changes)
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])


def test_the_database_holds_no_half_of_either(contact):
    for half in ({"do_not_contact_from": "The client"}, {"deceased_on": date(2026, 2, 3)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Contact.objects.filter(pk=contact.pk).update(**half)


def test_the_list_marks_them_and_is_narrowed_by_them(as_user, advisor, contact):
    asked = ContactFactory(primary_advisor=advisor, do_not_contact_since=date(2026, 1, 5))
    dead = ContactFactory(primary_advisor=advisor, deceased=True)
    client = as_user(advisor)

    def found(query: str) -> set[int]:
        return {row.record.pk for row in client.get(f"/contacts/?{query}").context["table"].page.object_list}

    assert found("do_not_contact=yes") == {asked.pk}
    assert found("do_not_contact=no") == {contact.pk, dead.pk}
    assert found("deceased=yes") == {dead.pk}
    assert found("deceased=no") == {contact.pk, asked.pk}
    html = client.get("/contacts/").content.decode()
    assert [html.count(f"{word}</span>") for word in ("Deceased", "Do not contact")] == [1, 1]


def test_the_export_says_both(as_user, advisor, contact):
    Contact.objects.filter(pk=contact.pk).update(
        do_not_contact_since=date(2026, 1, 5), do_not_contact_from="Their lawyer", deceased=True
    )
    answer = as_user(advisor).post("/contacts/export/", {"ids": str(contact.pk), "format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(text, newline=""))
    names = ("Do not contact since", "Do not contact, asked by", "Deceased", "Date of death")
    assert [line[name] for name in names] == ["2026-01-05", "Their lawyer", "Yes", ""]


def test_the_timeline_tells_who_changed_what(as_user, advisor, contact):
    client = as_user(advisor)
    edit(client, contact, **ASKED, **DIED)
    entries = client.get(reverse("contacts:detail", args=[contact.pk])).context["entries"]
    changes = {one.label: (one.before, one.after) for entry in entries for one in entry.changes}
    assert changes["Deceased"] == ("no", "yes")
    assert changes["Do not contact, asked by"] == ("", "Their lawyer")
    assert {entry.actor for entry in entries if entry.changes} == {advisor.name}


@pytest.fixture
def guest(contact) -> Contact:
    """A contact with a password, whose portal is open."""
    contact.user = UserFactory(email=contact.email, role=Role.CONTACT)
    contact.save()
    return AssignmentFactory(contact=contact).contact


def test_the_portal_of_the_deceased_is_closed_at_once_and_opens_again(as_user, advisor, guest):
    visitor = Client()
    sign_in = {"email": guest.email, "password": PASSWORD}
    assert visitor.post(reverse("portal:sign_in"), sign_in).status_code == 302
    assert visitor.get(reverse("portal:home")).status_code == 200
    edit(as_user(advisor), guest, deceased="on")
    assert visitor.get(reverse("portal:home")).status_code == 302
    assert not get_user(visitor).is_authenticated
    assert visitor.post(reverse("portal:sign_in"), sign_in).status_code == 422
    assert contact_to_enter(guest.email) is None
    edit(as_user(advisor), guest, deceased=None)
    assert visitor.post(reverse("portal:sign_in"), sign_in).status_code == 302


def test_who_is_not_to_be_contacted_may_still_come(as_user, advisor, guest):
    edit(as_user(advisor), guest, **ASKED)
    assert Client().post(reverse("portal:sign_in"), {"email": guest.email, "password": PASSWORD}).status_code == 302


def test_a_purge_leaves_neither(guest):
    Contact.objects.filter(pk=guest.pk).update(
        do_not_contact_since=date(2026, 1, 5),
        do_not_contact_from="Their lawyer",
        deceased=True,
        deceased_on=date(2026, 2, 3),
        deleted_at=timezone.now() - timedelta(days=31),
    )
    purge_trash()
    left = Contact.objects.filter(pk=guest.pk).values(
        "do_not_contact_since", "do_not_contact_from", "deceased", "deceased_on"
    )
    assert list(left) in (
        [],
        [{"do_not_contact_since": None, "do_not_contact_from": "", "deceased": False, "deceased_on": None}],
    )
