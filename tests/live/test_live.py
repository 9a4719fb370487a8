"""What browser and fault tests stand on does what it says."""

import smtplib
from email.message import EmailMessage

import pytest

from runner.ports import own_addresses


def send(sink, subject):
    """Hand one message to the sink, as any mail client does."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "a@example.com", "b@example.com"
    message.set_content("text")
    message.add_alternative("<p>html</p>", subtype="html")
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=5) as client:
        client.send_message(message)


def test_the_sink_records_what_it_accepts(mail_sink):
    send(mail_sink, "Grüße")
    (received,) = mail_sink.wait_for(1, to="b@example.com")
    assert (received.to, received.subject) == ("b@example.com", "Grüße")
    assert (received.text, received.html) == ("text\n", "<p>html</p>\n")


def test_the_sink_refuses_without_recording(mail_sink):
    mail_sink.answer = "421 busy"
    with pytest.raises(smtplib.SMTPException):
        send(mail_sink, "refused")
    assert mail_sink.messages == []


def test_the_sink_drops_the_line_after_recording(mail_sink):
    mail_sink.drop_after_data = 1
    with pytest.raises(smtplib.SMTPException):
        send(mail_sink, "in doubt")
    send(mail_sink, "in order")
    assert [received.subject for received in mail_sink.messages] == ["in doubt", "in order"]


def test_the_sink_comes_back_at_its_port(mail_sink):
    mail_sink.stop()
    with pytest.raises(ConnectionRefusedError):
        send(mail_sink, "nobody there")
    mail_sink.start()
    send(mail_sink, "back")
    assert len(mail_sink.messages) == 1


@pytest.mark.fault
def test_every_part_of_the_live_app_can_be_killed_and_comes_back(live_app):
    live_app.kill_worker()
    assert not live_app.is_running("worker")
    live_app.start_worker()
    address = live_app.valkey.url()
    live_app.valkey.kill()
    live_app.valkey.start()
    assert live_app.valkey.url() == address
    live_app.postgres.stop()
    live_app.postgres.start()
    live_app.sql("UPDATE core_heartbeat SET seen_at = now() - interval '1 hour'")
    live_app.wait_for_sql("SELECT bool_and(seen_at > now() - interval '1 minute') FROM core_heartbeat")


@pytest.mark.browser
def test_the_first_page_shows_in_a_browser_without_complaints(browser_page):
    response = browser_page.goto("/")
    assert response.status == 200
    assert "Sign in" in browser_page.title()


MAKE_PASSKEY = """async () => {
    const key = await navigator.credentials.create({publicKey: {
        challenge: new Uint8Array(32), rp: {name: "Test"}, user: {id: new Uint8Array(8), name: "a", displayName: "A"},
        pubKeyCredParams: [{type: "public-key", alg: -7}], authenticatorSelection: {residentKey: "required"},
    }});
    return key.type;
}"""


@pytest.mark.browser
def test_a_browser_makes_a_passkey_at_the_address_that_the_application_tells(browser_page):
    device = browser_page.context.new_cdp_session(browser_page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    browser_page.goto("/")
    assert browser_page.evaluate(MAKE_PASSKEY) == "public-key"


@pytest.mark.browser
def test_the_address_in_numbers_answers_too(browser_page, live_app):
    for host in own_addresses():
        shown = f"[{host}]" if ":" in host else host
        answer = browser_page.request.get(f"http://{shown}:{live_app.port}/")
        assert answer.status == 200
