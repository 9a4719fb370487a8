"""What the tests of notifications share: keys, a push service, devices, and messages that people are told of."""

import pytest

from accounts.models import Firm
from mail.domain import sending as mail_sending
from mail.models import Send
from messaging.domain.writing import write_as_client
from notifications.domain import sending
from notifications.domain.subscribing import subscribe
from notifications.models import Push
from runner.environment import new_push_key
from tests.notifications import push_service


@pytest.fixture(autouse=True)
def _firm(db, settings):
    """A firm in a hurry that is never quiet, and keys for web push."""
    Firm.objects.update(sends_per_minute=100_000, quiet_from="00:00", quiet_until="00:00")
    settings.VAPID_PRIVATE_KEY = KEY
    settings.VAPID_SUBJECT = "mailto:it@example.com"
    settings.PUSH_PRIVATE_HOSTS = ["127.0.0.1"]


KEY = new_push_key()


@pytest.fixture
def service():
    """A push service of this machine."""
    service = push_service.start()
    yield service
    service.server.shutdown()
    service.server.server_close()


@pytest.fixture
def device(service):
    """`device(user, "name")`: a browser of the user's that has turned notifications on."""

    def make(user, name="one"):
        browser = service.browser(name)
        subscribe(
            user, endpoint=browser.endpoint, browser="Mozilla/5.0 (Linux; Android 15) Chrome/140.0", **browser.keys
        )
        return browser

    return make


@pytest.fixture
def asked(client_contact, advisor):
    """The client's thread with their advisor, in which they have asked something."""
    return write_as_client(client_contact, "May I call you tomorrow?", user=advisor).thread


@pytest.fixture
def send():
    """`send()`: hand over all that is planned, by mail and push, as the workers do a while later."""

    def run():
        Send.objects.filter(state="planned").update(not_before=None)
        mail_sending.send_due()
        Push.objects.filter(state="planned").update(not_before="2020-01-01T00:00Z")
        sending.send_due()

    return run


@pytest.fixture
def log(caplog):
    """What is logged while pushes leave, also where Celery, as it starts, removes the handlers of the root logger."""
    sending.logger.addHandler(caplog.handler)
    yield caplog
    sending.logger.removeHandler(caplog.handler)


@pytest.fixture
def portal(client_contact):
    """A browser of the client's, inside the portal."""
    from django.test import Client

    browser = Client()
    browser.force_login(client_contact.user, backend="accounts.backends.PortalBackend")
    return browser
