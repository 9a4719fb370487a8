"""What the answers of mail providers lead to, spoken to by django-anymail's real backends over HTTP."""

from datetime import timedelta
from urllib.parse import unquote_to_bytes

import pytest
from anymail.exceptions import AnymailAPIError
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from accounts.models import Firm
from contacts.models import Contact
from mail.models import Send
from outreach.domain import inviting
from outreach.domain.inviting import Mode
from tests.outreach.provider import NAMES, FakeProvider


@pytest.fixture
def provider():
    """A provider's API."""
    fake = FakeProvider()
    yield fake
    fake.stop()


@pytest.fixture
def planned(assigned, advisor):
    """A planned invitation to somebody@example.com."""
    Contact.objects.filter(pk=assigned.pk).update(email="somebody@example.com")
    inviting.invite([assigned.pk], Mode.FIRST, by=advisor)
    return Send.objects.get()


TO = "somebody@example.com"
ERROR = {"Messages": [{"Status": "error", "Errors": [{"ErrorMessage": "TO is not valid"}]}]}
TAKEN = {"Messages": [{"Status": "success", "To": [{"Email": TO, "MessageID": 17}]}]}
SUPPRESSED = {"warnings": [{"type": "ALL_SUPPRESSED", "recipients": [{"email": TO, "reasons": ["hard_bounced"]}]}]}
UNISENDER = {"status": "success", "job_id": "1-2"}


def scaleway(status):
    return {"emails": [{"mail_rcpt": TO, "id": "sw-1", "status": status}]}


def sparkpost(accepted, rejected):
    return {"results": {"total_accepted_recipients": accepted, "total_rejected_recipients": rejected, "id": "9"}}


ANSWERS = [
    # (backend, HTTP status, body) -> state of the mail, its reason begins with
    ("mailjet", 200, TAKEN, "accepted", ""),
    ("mailjet", 400, ERROR, "failed", "The provider did not take the mail: {"),
    ("mailjet", 401, {"ErrorCode": "mj-0001", "ErrorMessage": "No access"}, "planned", "The provider answered 401"),
    ("unisender_go", 200, UNISENDER | {"emails": [TO], "failed_emails": {}}, "accepted", ""),
    (
        "unisender_go",
        200,
        UNISENDER | {"emails": [], "failed_emails": {TO: "temporary_unavailable"}},
        "planned",
        "The provider did not take the mail: temporary_unavailable",
    ),
    (
        "unisender_go",
        200,
        UNISENDER | {"emails": [], "failed_emails": {TO: "permanent_unavailable"}},
        "failed",
        "The provider refused the address: {",
    ),
    (
        "unisender_go",
        200,
        UNISENDER | {"emails": [], "failed_emails": {TO: "code_of_tomorrow"}},
        "failed",
        "The provider did not take the mail: code_of_tomorrow",
    ),
    ("scaleway", 200, scaleway("sending"), "accepted", ""),
    ("scaleway", 200, scaleway("failed"), "failed", "The provider did not take the mail: {"),
    ("scaleway", 200, scaleway("canceled"), "failed", "The provider did not take the mail: {"),
    ("scaleway", 200, scaleway("unknown"), "unknown", "The provider did not say whether it took the mail"),
    ("scaleway", 200, scaleway("state_of_tomorrow"), "unknown", "The provider did not say whether it took the mail"),
    ("scaleway", 200, {"emails": []}, "unknown", "The provider's answer does not name the recipient."),
    ("mailersend", 202, SUPPRESSED, "failed", "The provider refused the address: {"),
    ("mandrill", 200, [{"email": TO, "status": "rejected"}], "failed", "The provider refused the address: ["),
    ("mandrill", 200, [{"email": TO, "status": "scheduled", "_id": "7"}], "unknown", "The provider did not say"),
    ("sparkpost", 200, sparkpost(1, 0), "accepted", ""),
    ("sparkpost", 200, sparkpost(0, 1), "failed", "The provider refused the address: {"),
    ("sparkpost", 200, sparkpost(0, 0), "unknown", "The provider did not say whether it took the mail"),
    ("resend", 200, {"id": "r-1"}, "accepted", ""),
    ("resend", 401, {"message": "API key is invalid"}, "planned", "The provider answered 401: {"),
    ("resend", 403, {"message": "Domain is not verified"}, "planned", "The provider answered 403: {"),
    ("resend", 422, {"message": "Invalid `to`"}, "failed", "The provider answered 422: {"),
    ("resend", 429, {"message": "Too many requests"}, "planned", "The provider answered 429: {"),
    ("resend", 500, {"message": "Oops"}, "unknown", "The provider answered 500: {"),
    ("resend", 200, "no object", "unknown", ""),
]


@pytest.mark.parametrize(("backend", "status", "body", "state", "reason"), ANSWERS)
def test_an_answer_decides_what_becomes_of_the_mail(
    planned, provider, settings, send_now, backend, status, body, state, reason
):
    provider.use(settings, backend)
    provider.status, provider.body = status, body
    send_now()
    planned.refresh_from_db()
    assert (planned.state, planned.reason[: len(reason)]) == (state, reason)
    assert Contact.objects.get().status == ("invited" if state == "accepted" else "assigned")
    assert len(provider.requests) == 1


@pytest.mark.parametrize("backend", NAMES)
@pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning")
def test_every_providers_backend_can_carry_our_mail(planned, provider, settings, send_now, backend):
    Firm.objects.update(support_email="support@example.com")
    provider.use(settings, backend)
    send_now()
    planned.refresh_from_db()
    assert len(provider.requests) == 1, planned.reason
    assert b"/portal/invitation/" in unquote_to_bytes(provider.requests[0])


def test_a_refused_mail_says_why_in_the_providers_words(planned, provider, settings, send_now):
    provider.use(settings, "mailjet")
    provider.status, provider.body = 400, ERROR
    send_now()
    planned.refresh_from_db()
    assert "TO is not valid" in planned.reason


def test_the_providers_id_is_kept(planned, provider, settings, send_now):
    provider.use(settings, "mailjet")
    provider.body = TAKEN
    send_now()
    planned.refresh_from_db()
    assert planned.message_id == "17"


def test_a_provider_out_of_reach_costs_nothing_but_time(planned, provider, settings, send_now):
    provider.use(settings, "resend")
    provider.stop()
    send_now()
    planned.refresh_from_db()
    assert (planned.state, planned.reason[:32]) == ("planned", "The provider cannot be reached: ")


@pytest.mark.parametrize("mischief", [{"drop": True}, {"delay": 1.5}])
def test_a_provider_that_does_not_answer_leaves_it_unknown(planned, provider, settings, send_now, mischief):
    provider.use(settings, "resend")
    for name, value in mischief.items():
        setattr(provider, name, value)
    send_now()
    planned.refresh_from_db()
    assert (planned.state, planned.reason[:46]) == ("unknown", "The line broke before the provider answered: E")


def test_a_provider_that_is_not_set_up_keeps_the_mail_waiting(planned, settings, send_now):
    settings.EMAIL_BACKEND, settings.ANYMAIL = "anymail.backends.resend.EmailBackend", {}
    send_now()
    planned.refresh_from_db()
    assert (planned.state, planned.reason[:32]) == ("planned", "Sending mail is not set up right")


class SesBackend(BaseEmailBackend):
    """Raises what django-anymail's backend for Amazon SES makes of boto's errors: no status, but boto's answer."""

    code, status = "", 400

    def send_messages(self, email_messages):
        """Refuse."""
        response = {"Error": {"Code": self.code}, "ResponseMetadata": {"HTTPStatusCode": self.status}}
        raise AnymailAPIError("An error occurred", response=response)


@pytest.mark.parametrize(
    ("code", "status", "state"),
    [
        ("MessageRejected", 400, "failed"),
        ("TooManyRequestsException", 429, "planned"),
        ("SendingPausedException", 400, "planned"),
        ("AccountSuspendedException", 400, "planned"),
        ("InternalFailure", 500, "unknown"),
    ],
)
def test_errors_of_amazon_ses(planned, settings, send_now, monkeypatch, code, status, state):
    settings.EMAIL_BACKEND = "tests.outreach.test_providers.SesBackend"
    monkeypatch.setattr(SesBackend, "code", code)
    monkeypatch.setattr(SesBackend, "status", status)
    send_now()
    planned.refresh_from_db()
    assert planned.state == state
    if state == "planned":
        assert planned.not_before > timezone.now() + timedelta(seconds=20)
