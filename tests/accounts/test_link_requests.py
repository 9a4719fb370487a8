"""Who asks for password links again and again is refused, by who asks: staff and portal alike."""

import pytest
from django.test import Client

from mail.models import LinkRequest
from tests.factories import PASSWORD, AssignmentFactory, ContactFactory, UserFactory

SIDES = {"staff": "/password/", "portal": "/portal/forgotten/"}


@pytest.fixture(params=SIDES)
def path(request, db):
    """Where each side asks."""
    return SIDES[request.param]


def ask(path, email, address, client=None):
    """The status of asking for a link from an address."""
    return (client or Client()).post(path, {"email": email}, REMOTE_ADDR=address).status_code


def test_one_place_asks_for_thirty_accounts_in_an_hour(path):
    found = [ask(path, f"x{number}@example.com", "203.0.113.9") for number in range(32)]
    assert found == [302] * 30 + [429] * 2
    assert LinkRequest.objects.count() == 30
    assert ask(path, "x1@example.com", "198.51.100.7") == 302


def test_the_same_press_twice_is_one_request(path):
    assert [ask(path, "ada@example.com", "203.0.113.9") for _ in range(20)] == [302] * 20
    assert LinkRequest.objects.count() == 1


def test_an_address_is_the_same_in_each_of_its_spellings(path):
    spellings = ["Ada@xn--mller-kva.example", "ada@müller.example"]
    assert [ask(path, email, "203.0.113.9") for email in spellings] == [302, 302]
    assert LinkRequest.objects.count() == 1


def test_a_stranger_uses_up_nothing_of_the_owners(path):
    """Neither for an hour nor for the two minutes of pressing twice."""
    for _ in range(3):
        ask(path, "ada@example.com", "203.0.113.9")
    assert ask(path, "ada@example.com", "198.51.100.7") == 302
    assert LinkRequest.objects.count() == 2


def test_a_known_browser_may_ask_whatever_others_in_its_network_do(client, db):
    UserFactory(email="ada@example.com")
    client.post("/", {"email": "ada@example.com", "password": PASSWORD}, REMOTE_ADDR="203.0.113.9")
    client.post("/sign-out/")
    for number in range(31):
        ask("/password/", f"x{number}@example.com", "203.0.113.9")
    assert ask("/password/", "ada@example.com", "203.0.113.9") == 429
    assert ask("/password/", "ada@example.com", "203.0.113.9", client) == 302


def test_a_known_browser_of_a_client_may_ask_too(client, advisor):
    from contacts.domain.signing_in import give_password

    contact = AssignmentFactory(contact=ContactFactory(primary_advisor=advisor, email="carla@example.com")).contact
    give_password(contact, PASSWORD)
    client.post("/portal/sign-in/", {"email": contact.email, "password": PASSWORD}, REMOTE_ADDR="203.0.113.9")
    client.post("/portal/sign-out/")
    for number in range(31):
        ask("/portal/forgotten/", f"x{number}@example.com", "203.0.113.9")
    assert ask("/portal/forgotten/", contact.email, "203.0.113.9") == 429
    assert ask("/portal/forgotten/", contact.email, "203.0.113.9", client) == 302
