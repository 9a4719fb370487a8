"""The contact's own data and password."""

from django.test import Client

from contacts.models import Contact
from core.models import Activity
from tests.factories import PASSWORD

NEW = "three quiet winter lakes"
DETAILS = ["preferred_name", "phone", "address_1", "address_2", "city", "state", "postal_code", "country", "time_zone"]


def filled_in(client, **changes):
    form = client.get("/portal/profile/").context["form"]
    return {name: form[name].value() or "" for name in [*DETAILS, "seen"]} | changes


def test_a_contact_keeps_their_details_up_to_date(portal, client_contact):
    response = portal.post("/portal/profile/", filled_in(portal, phone="(212) 555-0188", city="Springfield"))
    assert response.url == "/portal/profile/"
    client_contact.refresh_from_db()
    assert (client_contact.phone, client_contact.city) == ("+12125550188", "Springfield")
    assert Activity.objects.get().sentence == "Changed their own profile: phone, city"


def test_nothing_else_can_be_changed(portal, client_contact):
    portal.post("/portal/profile/", filled_in(portal, email="new@example.com", contact_type="lead", last_name="X"))
    after = Contact.objects.get(pk=client_contact.pk)
    assert (after.email, after.contact_type, after.last_name) == (
        client_contact.email,
        client_contact.contact_type,
        client_contact.last_name,
    )


def test_a_phone_number_that_is_none_is_refused_and_what_was_typed_stays(portal):
    response = portal.post("/portal/profile/", filled_in(portal, phone="call me", city="Springfield"))
    assert response.status_code == 422
    assert (b"call me" in response.content, b"Springfield" in response.content) == (True, True)


def test_a_change_made_by_staff_meanwhile_is_not_overwritten(portal, client_contact):
    data = filled_in(portal, city="Mine")
    Contact.objects.filter(pk=client_contact.pk).update(city="Theirs")
    assert portal.post("/portal/profile/", data).status_code == 422
    client_contact.refresh_from_db()
    assert client_contact.city == "Theirs"


def test_a_new_password_signs_out_every_other_device(portal, client_contact):
    elsewhere = Client()
    elsewhere.force_login(client_contact.user, backend="accounts.backends.PortalBackend")
    assert elsewhere.get("/portal/").status_code == 200
    response = portal.post("/portal/profile/password/", {"current": PASSWORD, "password": NEW})
    assert response.url == "/portal/profile/"
    assert (portal.get("/portal/").status_code, elsewhere.get("/portal/").status_code) == (200, 302)


def test_the_password_is_not_changed_without_the_current_one_nor_to_a_weak_one(portal, client_contact):
    for current, new in [("wrong", NEW), (PASSWORD, "short"), (PASSWORD, "password12345"), (PASSWORD, "carla@example")]:
        assert portal.post("/portal/profile/password/", {"current": current, "password": new}).status_code == 422
    client_contact.user.refresh_from_db()
    assert client_contact.user.check_password(PASSWORD)
