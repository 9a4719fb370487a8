"""Requests for links are answered whatever becomes of one of them."""

from datetime import timedelta

from django.utils import timezone

from mail.models import LinkRequest, Send
from mail.tasks import send_due
from outreach.domain.passwords import send_password_link
from tests.factories import AssignmentFactory, UserFactory


def test_a_request_that_cannot_be_answered_keeps_no_mail_from_leaving(contact):
    send_password_link(AssignmentFactory(contact=contact).contact)
    UserFactory(email="ada@example.com")
    for side in ("gone", "staff"):  # the first of a release that knew one side more
        LinkRequest.objects.create(side=side, email="ada@example.com", created_at=timezone.now())
    send_due()
    assert list(Send.objects.order_by("pk").values_list("purpose", "state")) == [
        ("password", "accepted"),
        ("staff_link", "accepted"),
    ]
    assert LinkRequest.objects.get().side == "gone"


def test_a_request_that_cannot_be_answered_is_forgotten_in_the_end(db):
    LinkRequest.objects.create(side="gone", email="ada@example.com", created_at=timezone.now() - timedelta(hours=3))
    send_due()
    assert LinkRequest.objects.count() == 0
