"""What each provider's report means, row by row of the table."""

import pytest

from outreach.domain import provider_reports
from outreach.domain.fates import Fate, fate_of_failure
from tests.outreach import reports

DEAD, RETURNED, REFUSED, DELAYED = Fate.DEAD, Fate.RETURNED, Fate.REFUSED, Fate.DELAYED
COMPLAINED, UNSUBSCRIBED, DELIVERED = Fate.COMPLAINED, Fate.UNSUBSCRIBED, Fate.DELIVERED
CASES = [
    ("Amazon SES", reports.ses_bounce("Permanent", "General"), DEAD),
    ("Amazon SES", reports.ses_bounce("Permanent", "NoEmail", status="5.1.1"), DEAD),
    ("Amazon SES", reports.ses_bounce("Permanent", "UnsubscribedRecipient"), UNSUBSCRIBED),
    ("Amazon SES", reports.ses_bounce("Transient", "MailboxFull", status="5.2.2"), RETURNED),
    ("Amazon SES", reports.ses_bounce("Transient", "General", status="4.4.7"), RETURNED),
    ("Amazon SES", reports.ses_bounce("Transient", "General"), None),  # an automatic answer
    ("Amazon SES", reports.ses_bounce("Transient", "MessageTooLarge", status="5.2.3"), REFUSED),
    ("Amazon SES", reports.ses_bounce("Transient", "AttachmentRejected", status="5.6.1"), REFUSED),
    ("Amazon SES", reports.ses_bounce("Undetermined", "Undetermined"), RETURNED),
    ("Amazon SES", reports.ses(eventType="DeliveryDelay", deliveryDelay={"delayType": "MailboxFull"}), DELAYED),
    ("Amazon SES", reports.ses_complaint(complaintFeedbackType="abuse"), COMPLAINED),
    ("Amazon SES", reports.ses_complaint(), COMPLAINED),
    ("Amazon SES", reports.ses_complaint(complaintFeedbackType="not-spam"), None),
    ("Amazon SES", reports.ses(eventType="Delivery", delivery={"recipients": [reports.ADDRESS]}), DELIVERED),
    ("Amazon SES", reports.ses(eventType="Reject", reject={"reason": "Bad content"}), REFUSED),
    ("Brevo", reports.of_brevo(event="hard_bounce"), DEAD),
    ("Brevo", reports.of_brevo(event="invalid_email"), DEAD),
    ("Brevo", reports.of_brevo(event="soft_bounce"), RETURNED),
    ("Brevo", reports.of_brevo(event="deferred"), DELAYED),
    ("Brevo", reports.of_brevo(event="blocked"), REFUSED),
    ("Brevo", reports.of_brevo(event="unsubscribed"), UNSUBSCRIBED),
    ("MailerSend", reports.of_mailersend("hard_bounced"), DEAD),
    ("MailerSend", reports.of_mailersend("soft_bounced"), RETURNED),
    ("MailerSend", reports.of_mailersend("spam_complaint"), COMPLAINED),
    ("Mailgun", reports.of_mailgun(severity="permanent", reason="bounce"), DEAD),
    ("Mailgun", reports.of_mailgun(severity="permanent", reason="suppress-bounce"), DEAD),
    ("Mailgun", reports.of_mailgun(severity="permanent", reason="suppress-complaint"), COMPLAINED),
    ("Mailgun", reports.of_mailgun(severity="permanent", reason="suppress-unsubscribe"), UNSUBSCRIBED),
    ("Mailgun", reports.of_mailgun(severity="permanent", reason="old"), RETURNED),
    (
        "Mailgun",
        reports.of_mailgun(severity="permanent", reason="bounce", **{"delivery-status": {"bounce-type": "soft"}}),
        RETURNED,
    ),
    ("Mailgun", reports.of_mailgun(severity="temporary", reason="generic"), DELAYED),
    ("Mailgun", reports.of_old_mailgun(event="bounced"), DEAD),
    ("Mailjet", reports.of_mailjet(hard_bounce=True, error="user unknown", error_related_to="recipient"), DEAD),
    ("Mailjet", reports.of_mailjet(hard_bounce=False, error="quota exceeded", error_related_to="recipient"), RETURNED),
    ("Mailjet", reports.of_mailjet(hard_bounce=True, error="content blocked", error_related_to="spam"), REFUSED),
    ("Mailjet", reports.of_mailjet(hard_bounce=False, error="greylisted"), DELAYED),
    ("Mailjet", reports.of_mailjet(event="blocked", error="preblocked"), REFUSED),
    ("Mailtrap", reports.of_mailtrap("bounce"), DEAD),
    ("Mailtrap", reports.of_mailtrap("soft bounce"), DELAYED),
    ("Mandrill", reports.of_mandrill("hard_bounce"), DEAD),
    ("Mandrill", reports.of_mandrill("soft_bounce"), RETURNED),
    ("Mandrill", reports.of_mandrill("deferral"), DELAYED),
    ("Postal", reports.of_postal(status="HardFail", output="550 5.1.1 No such user"), DEAD),
    ("Postal", reports.of_postal(status="HardFail", output="552 5.2.2 Mailbox full"), RETURNED),
    ("Postal", reports.of_postal(status="SoftFail", output="451 later"), DELAYED),
    ("Postal", reports.of_postal(bounce={"id": 2}), RETURNED),
    ("Postmark", reports.of_postmark("HardBounce"), DEAD),
    ("Postmark", reports.of_postmark("BadEmailAddress"), DEAD),
    ("Postmark", reports.of_postmark("SoftBounce"), RETURNED),
    ("Postmark", reports.of_postmark("Unknown"), RETURNED),
    ("Postmark", reports.of_postmark("Blocked"), RETURNED),
    ("Postmark", reports.of_postmark("Transient"), DELAYED),
    ("Postmark", reports.of_postmark("DnsError"), DELAYED),
    ("Postmark", reports.of_postmark("AutoResponder"), None),
    ("Postmark", reports.of_postmark("VirusNotification"), REFUSED),
    ("Postmark", reports.of_postmark("SpamNotification"), REFUSED),
    ("Postmark", reports.of_postmark("SpamComplaint", "SpamComplaint"), COMPLAINED),
    (
        "Postmark",
        reports.of_postmark(record="SubscriptionChange", SuppressSending=True, SuppressionReason="HardBounce"),
        DEAD,
    ),
    (
        "Postmark",
        reports.of_postmark(record="SubscriptionChange", SuppressSending=True, SuppressionReason="ManualSuppression"),
        UNSUBSCRIBED,
    ),
    ("Postmark", reports.of_postmark(record="SubscriptionChange", SuppressSending=False), None),
    ("Resend", reports.of_resend("email.bounced", bounce={"type": "Permanent", "message": "words"}), DEAD),
    ("Resend", reports.of_resend("email.bounced", bounce={"type": "Transient", "message": "words"}), RETURNED),
    ("Resend", reports.of_resend("email.bounced", bounce={"type": "Undetermined", "message": "words"}), RETURNED),
    ("Resend", reports.of_resend("email.suppressed", suppressed={"message": "words"}), DEAD),
    ("Resend", reports.of_resend("email.failed", failed={"reason": "words"}), REFUSED),
    ("Resend", reports.of_resend("email.delivery_delayed"), DELAYED),
    ("Resend", reports.of_resend("email.opened"), None),
    ("SendGrid", reports.of_sendgrid(type="bounce", status="5.1.1"), DEAD),
    ("SendGrid", reports.of_sendgrid(type="blocked", reason="550 blocked using a list"), RETURNED),
    ("SendGrid", reports.of_sendgrid("deferred"), DELAYED),
    ("SendGrid", reports.of_sendgrid("dropped", reason="Bounced Address"), DEAD),
    ("SendGrid", reports.of_sendgrid("dropped", reason="Spam Reporting Address"), COMPLAINED),
    ("SendGrid", reports.of_sendgrid("dropped", reason="Unsubscribed Address"), UNSUBSCRIBED),
    ("SendGrid", reports.of_sendgrid("dropped", reason="Spam Content"), REFUSED),
    *(("SparkPost", reports.of_sparkpost(code), DEAD) for code in ("10", "30")),
    *(("SparkPost", reports.of_sparkpost(code), REFUSED) for code in ("23", "25", "52", "53")),
    *(
        ("SparkPost", reports.of_sparkpost(code), RETURNED)
        for code in ("1", "20", "21", "22", "24", "40", "50", "51", "54", "70")
    ),
    *(("SparkPost", reports.of_sparkpost(code), None) for code in ("60", "80", "100")),
    ("SparkPost", reports.of_sparkpost("90"), UNSUBSCRIBED),
    ("SparkPost", reports.of_sparkpost("22", "delay"), DELAYED),
    ("Unisender Go", reports.of_unisender("hard_bounced", "err_user_unknown"), DEAD),
    ("Unisender Go", reports.of_unisender("hard_bounced", "err_mailbox_full"), RETURNED),
    ("Unisender Go", reports.of_unisender("hard_bounced", "err_too_large"), REFUSED),
    ("Unisender Go", reports.of_unisender("hard_bounced", "err_unsubscribed"), UNSUBSCRIBED),
    ("Unisender Go", reports.of_unisender("soft_bounced", "err_will_retry"), DELAYED),
]


@pytest.mark.parametrize(("provider", "event", "fate"), CASES)
def test_a_report_is_read_by_its_permanence(provider, event, fate):
    report = provider_reports.read(event, provider)
    assert (report and report.fate) == fate
    if report:
        assert report.recipient == reports.ADDRESS


def test_every_row_of_the_table_decides_a_case():
    deciding = [provider_reports.row_of(event, provider) for provider, event, _ in CASES]
    assert [row for row in provider_reports.TABLE if row not in deciding] == []


@pytest.mark.parametrize(
    ("provider", "event", "reason"),
    [
        ("SendGrid", reports.of_sendgrid(type="bounce", reason="550 5.1.1 no such user"), "550 5.1.1 no such user"),
        ("Brevo", reports.of_brevo(event="soft_bounce", reason="mailbox full"), "mailbox full"),
        ("Resend", reports.of_resend("email.failed", failed={"reason": "reached_daily_quota"}), "reached_daily_quota"),
        ("Resend", reports.of_resend("email.suppressed", suppressed={"message": "On the list"}), "On the list"),
        (
            "Amazon SES",
            reports.ses_bounce("Transient", "MailboxFull", status="5.2.2", diagnosticCode="smtp; 552 full"),
            "Transient: MailboxFull; smtp; 552 full",
        ),
        ("Amazon SES", reports.ses(eventType="DeliveryDelay", deliveryDelay={"delayType": "IPFailure"}), "IPFailure"),
    ],
)
def test_the_reason_is_found_wherever_a_provider_puts_it(provider, event, reason):
    assert provider_reports.read(event, provider).reason == reason


@pytest.mark.parametrize(
    ("diagnostic", "status", "fate"),
    [
        ("smtp; 550 5.1.1 <client@example.com>: User unknown", "5.0.0", DEAD),
        ("smtp; 550 No such user here", "5.0.0", DEAD),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", "", DEAD),
        ("550 5.4.1 Recipient address rejected: Access denied", "", DEAD),
        ("554 Invalid recipient client@example.com", "", DEAD),
        ("550 5.1.1 Mailbox full", "", RETURNED),
        ("552 5.2.2 quota exceeded", "", RETURNED),
        ("452 4.2.2 The account is over quota", "5.0.0", RETURNED),
        ("451 4.7.1 Greylisted: retry timeout exceeded", "5.0.0", RETURNED),
        ("554 5.7.1 Client host [192.0.2.25] blocked", "", RETURNED),
        ("550 Message rejected because of our policy", "", RETURNED),
        ("552 5.3.4 Message size exceeds fixed limit", "", REFUSED),
        ("554 5.6.0 Corrupt message content", "", REFUSED),
        ("Unrouteable address", "5.0.0", DEAD),
        ("", "5.4.4", DEAD),
        ("", "5.0.0", RETURNED),
        ("", "", RETURNED),
        ("host 10.5.1.1 said nothing of use", "", RETURNED),
    ],
)
def test_a_servers_words_say_whether_anybody_is_there(diagnostic, status, fate):
    assert fate_of_failure(diagnostic, status) == fate
