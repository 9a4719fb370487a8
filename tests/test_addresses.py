"""Looking an address up, in any case, goes by an index: these run at every sign-in and for every mail."""

import pytest
from django.db import connection

from accounts.models import User
from contacts.models import Contact
from mail.models import Send
from outreach.models import Suppression
from tests.factories import ContactFactory

# By no order of their own: an empty table may be cheaper to read in the order asked for.
LOOKUPS = {
    "staff_email_unique": lambda: User.objects.staff().with_email("Ada@Example.com"),
    "portal_email_unique": lambda: User.objects.clients().with_email("Ada@Example.com"),
    "contact_email_unique": lambda: Contact.objects.open_to_portal().with_email("Ada@Example.com"),
    "suppressed_once": lambda: Suppression.objects.with_email("Ada@Example.com"),
    "send_recipient": lambda: Send.objects.to_address("Ada@Example.com").order_by(),
}


@pytest.mark.django_db
@pytest.mark.parametrize("index", LOOKUPS)
def test_an_address_is_found_by_its_index(index, advisor):
    contacts = Contact.objects.bulk_create(ContactFactory.build_batch(50, primary_advisor=advisor))
    Send.objects.bulk_create(
        Send(purpose="password", subject_id=one.pk, contact=one, recipient=one.email, number=1, state="accepted")
        for one in contacts
    )
    with connection.cursor() as cursor:  # without rows of its own the plan would be that of what other tests left
        cursor.execute("ANALYZE contacts_contact, mail_send; SET LOCAL enable_seqscan = off")
    plan = LOOKUPS[index]().explain()
    condition = plan.partition(index)[2].lstrip().partition("\n")[2]
    assert "Index Cond: (lower(" in condition, plan
