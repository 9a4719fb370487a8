"""Fixtures for every test; those that start servers and browsers live in tests/live."""

import gc
import hashlib
import os
import tempfile
from pathlib import Path

import pytest

from accounts.models import Firm, Role
from advisorhub.embedded import BASE_DIR
from core.models import MailStatus
from tests.factories import PASSWORD, AssignmentFactory, ContactFactory, UserFactory

pytest_plugins = [
    "tests.template",
    "tests.live.app",
    "tests.live.mail_sink",
    "tests.live.browser",
    "tests.crm.real_tryton",
]

# Temporary folders of this checkout's own: pytest closes the common one to other accounts at each start, and the
# servers that another checkout's tests run there under an account of their own would lose their data.
TEMPORARY = Path(tempfile.gettempdir()) / f"advisorhub-{hashlib.sha256(bytes(BASE_DIR)).hexdigest()[:8]}"
TEMPORARY.mkdir(exist_ok=True)
os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(TEMPORARY))


def pytest_collection_finish():
    """Leave what has been imported out of the search for garbage, and search seldom: a tenth of the time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session", autouse=True)
def _rows_of_migrations_return():
    """Tests that commit empty all tables at their end: bring back the rows that migrations made."""
    from django.apps import apps
    from django.db import connection
    from django.db.models.signals import post_migrate

    def bring_back(**kwargs) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO mail_pace (id, next_at) VALUES (1, now()) ON CONFLICT DO NOTHING")
            cursor.execute(
                "INSERT INTO outreach_stepclock (id, looked_until, looked_back_at) VALUES (1, now(), now())"
                " ON CONFLICT DO NOTHING"
            )
        MailStatus.objects.get_or_create(pk=1)
        Firm.objects.get_or_create(pk=1)

    last = apps.get_app_config("outreach")  # the last room that has such a row
    post_migrate.connect(bring_back, sender=last)
    yield
    post_migrate.disconnect(bring_back, sender=last)


@pytest.fixture(scope="session", autouse=True)
def _tests_empty_what_nobody_else_may():
    """Tests that commit empty all tables at their end, also those whose triggers refuse it."""
    import pgtrigger
    from django.db import connection

    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def execute_sql_flush(self, sql_list) -> None:
        with pgtrigger.ignore():
            flush(self, sql_list)

    operations.execute_sql_flush = execute_sql_flush
    yield
    operations.execute_sql_flush = flush


@pytest.fixture(autouse=True)
def _empty_cache(settings):
    """Every test starts with nothing cached and no failed sign-ins counted."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def files_on_disk(settings, tmp_path):
    """The folder under which uploaded files are kept, instead of the memory where tests keep them."""
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "core.files.storage.FileStorage"}}
    return tmp_path


@pytest.fixture
def world(db):
    """An advisor's contact with everything around it; whoever else a test makes is a stranger to all of it."""
    from tests.world import build

    return build()


@pytest.fixture
def admin(db):
    """An admin."""
    return UserFactory(role=Role.ADMIN, last_name="Admin")


@pytest.fixture
def advisor(db):
    """An advisor."""
    return UserFactory(last_name="Advisor")


@pytest.fixture
def colleague(db):
    """Another advisor, who shares nothing with the first."""
    return UserFactory(last_name="Colleague")


@pytest.fixture
def support(db):
    """A support user without a team."""
    return UserFactory(role=Role.SUPPORT, last_name="Support")


@pytest.fixture
def compliance(db):
    """A compliance officer."""
    return UserFactory(role=Role.COMPLIANCE, last_name="Compliance")


@pytest.fixture
def contact(advisor):
    """A contact of the advisor."""
    return ContactFactory(primary_advisor=advisor)


@pytest.fixture
def client_contact(advisor):
    """A contact of the advisor with an experience and a password, who has never signed in."""
    from contacts.domain.signing_in import give_password

    contact = AssignmentFactory(contact=ContactFactory(primary_advisor=advisor, email="carla@example.com")).contact
    give_password(contact, PASSWORD)
    contact.refresh_from_db()
    return contact


@pytest.fixture
def as_user(client):
    """`as_user(user)`: the test client, signed in as them."""

    def sign_in(user):
        client.force_login(user, backend="accounts.backends.StaffBackend")
        return client

    return sign_in
