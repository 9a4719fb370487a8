"""Reports as mail providers write them, read by django-anymail's own webhook views."""

from anymail.signals import tracking
from anymail.webhooks import (
    amazon_ses,
    brevo,
    mailersend,
    mailgun,
    mailjet,
    mailtrap,
    mandrill,
    postal,
    postmark,
    resend,
    sendgrid,
    sparkpost,
    unisender_go,
)

ADDRESS = "client@example.com"


def ses(**fields):
    """Of Amazon SES: `eventType` and the object of that name."""
    view = amazon_ses.AmazonSESTrackingWebhookView.__new__(amazon_ses.AmazonSESTrackingWebhookView)
    mail = {"messageId": "ses-1", "destination": [ADDRESS], "headers": fields.pop("headers", [])}
    return view.esp_to_anymail_events({"mail": mail} | fields, {})[0]


def ses_bounce(kind, subtype, **recipient):
    """A bounce as Amazon SES reports it."""
    bounced = [{"emailAddress": ADDRESS} | recipient]
    return ses(eventType="Bounce", bounce={"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": bounced})


def ses_complaint(**fields):
    """A complaint as Amazon SES reports it."""
    complaint = {"complainedRecipients": [{"emailAddress": ADDRESS}]} | fields
    return ses(eventType="Complaint", complaint=complaint)


def of_brevo(**fields):
    """Of Brevo."""
    return _read(brevo.BrevoTrackingWebhookView, {"email": ADDRESS, "message-id": "b-1"} | fields)


def of_mailersend(kind):
    """Of MailerSend."""
    return _read(
        mailersend.MailerSendTrackingWebhookView, {"data": {"type": kind, "email": {"recipient": {"email": ADDRESS}}}}
    )


def of_mailgun(**fields):
    """Of Mailgun."""
    data = {"event": "failed", "timestamp": 1, "recipient": ADDRESS, "delivery-status": {"message": "words"}} | fields
    return _read(mailgun.MailgunTrackingWebhookView, {"event-data": data})


def of_old_mailgun(**fields):
    """Of Mailgun as before 2018, which it still sends where that is set."""
    from django.http import QueryDict

    data = QueryDict(mutable=True)
    data.update({"recipient": ADDRESS, "timestamp": "1", "code": "550"} | fields)
    view = mailgun.MailgunTrackingWebhookView
    return view.__new__(view).mailgun_legacy_to_anymail_event(data)


def of_mailjet(**fields):
    """Of Mailjet."""
    return _read(mailjet.MailjetTrackingWebhookView, {"event": "bounce", "email": ADDRESS, "MessageID": 1} | fields)


def of_mailtrap(kind):
    """Of Mailtrap."""
    data = {"event": kind, "email": ADDRESS, "message_id": "mt-1", "timestamp": 1}
    return _read(mailtrap.MailtrapTrackingWebhookView, data)


def of_mandrill(kind):
    """Of Mandrill."""
    view = mandrill.MandrillCombinedWebhookView
    return view.__new__(view).mandrill_tracking_to_anymail_event({"event": kind, "ts": 1, "msg": {"email": ADDRESS}})


def of_postal(**payload):
    """Of Postal."""
    import json
    from types import SimpleNamespace

    view = postal.PostalTrackingWebhookView
    body = {"payload": {"message": {"id": 1, "to": ADDRESS, "direction": "outgoing"}} | payload}
    (event,) = view.__new__(view).parse_events(SimpleNamespace(body=json.dumps(body).encode()))
    return event


def of_postmark(kind="", record="Bounce", **fields):
    """Of Postmark."""
    data = {"RecordType": record, "Type": kind, "Email": ADDRESS, "MessageID": "pm-1"} | fields
    return _read(postmark.PostmarkTrackingWebhookView, data)


def of_resend(kind, **data):
    """Of Resend."""
    from types import SimpleNamespace

    view = resend.ResendTrackingWebhookView
    body = {"type": kind, "data": {"email_id": "re-1", "to": [ADDRESS]} | data}
    return view.__new__(view).esp_to_anymail_event(body, SimpleNamespace(headers={}))


def of_sendgrid(kind="bounce", **fields):
    """Of SendGrid."""
    return _read(sendgrid.SendGridTrackingWebhookView, {"event": kind, "email": ADDRESS, "timestamp": 1} | fields)


def of_sparkpost(code, kind="bounce"):
    """Of SparkPost."""
    event = {"type": kind, "bounce_class": code, "raw_rcpt_to": ADDRESS, "timestamp": "1", "raw_reason": "words"}
    view = sparkpost.SparkPostTrackingWebhookView
    return view.__new__(view).esp_to_anymail_event("message_event", event, {"msys": {"message_event": event}})


def of_unisender(status, delivery_status=""):
    """Of Unisender Go."""
    data = {"status": status, "email": ADDRESS, "event_time": "2026-11-30 07:00:00", "metadata": {}}
    data["delivery_info"] = {"delivery_status": delivery_status, "destination_response": "words"}
    return _read(unisender_go.UnisenderGoTrackingWebhookView, data)


def _read(view, data):
    return view.__new__(view).esp_to_anymail_event(data)


def tell(event, provider: str, send, *, attempt: int | None = None, key: bool = True) -> None:
    """Let the event be about `send`, and hand it to whoever listens, as django-anymail's webhook does."""
    event.recipient = send.recipient
    event.message_id = send.message_id
    event.metadata = {"send": str(send.pk), "try": str(attempt or send.attempts)} if key else {}
    tracking.send(sender=None, event=event, esp_name=provider)
    send.refresh_from_db()
