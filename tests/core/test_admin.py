"""Django admin: for admins only, every page works, and queries do not grow with rows."""

import pytest
from django.contrib import admin
from django.urls import reverse

from contacts.models import Contact
from mail.models import ArchivedMessage, Send
from tests.factories import AssignmentFactory, ContactFactory, NoteFactory

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_list_and_form_opens_for_admins_only(as_user, admin, advisor, compliance, model):
    NoteFactory(contact=AssignmentFactory().contact)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    client = as_user(admin)
    assert client.get(reverse(f"{name}_changelist")).status_code == 200
    assert client.get(reverse(f"{name}_add")).status_code in {200, 403}
    row = model._default_manager.first()
    if row is not None:
        assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
    for other in (advisor, compliance):
        assert as_user(other).get(reverse(f"{name}_changelist")).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_takes_the_same_queries_for_any_number(as_user, admin, django_assert_num_queries, count):
    ContactFactory.create_batch(count)
    client, address = as_user(admin), reverse("admin:contacts_contact_changelist")
    client.get(address)
    with django_assert_num_queries(7):
        client.get(address)


def test_contacts_are_found_by_the_search_column(as_user, admin):
    ContactFactory(last_name="Müller")
    answer = as_user(admin).get(reverse("admin:contacts_contact_changelist"), {"q": "muller"})
    assert answer.context["cl"].result_count == 1
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(("search", "found"), [("", 2), ("CARLA@example.com", 1), ("carla", 0)])
@pytest.mark.parametrize("model", ["send", "archivedmessage"])
def test_mail_is_found_by_the_address_it_went_to(as_user, admin, model, search, found):
    for email in ("carla@example.com", "else@example.com"):
        contact = ContactFactory(email=email)
        send = Send.objects.create(purpose="password", subject_id=contact.pk, contact=contact, recipient=email)
        ArchivedMessage.objects.create(send=send, recipient=email, subject="x", text="x")
    answer = as_user(admin).get(reverse(f"admin:mail_{model}_changelist"), {"q": search})
    assert answer.context["cl"].result_count == found


def test_strangers_sign_in_where_all_the_staff_do(client):
    answer = client.get("/django-admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/?next=")
    assert answer.status_code == 200
