"""Workers that start at once, to be killed by the hundred."""

import pytest

from tests.live.crew import Crew


@pytest.fixture(scope="module")
def crew(session_live_app, session_mail_sink):
    """Workers that start at once, in place of the live application's own."""
    session_live_app.servers.start()
    crew = Crew(session_live_app)
    yield crew
    crew.close()
    session_live_app.sql("UPDATE accounts_firm SET sends_per_minute = 100000")


@pytest.fixture
def alone(live_app, crew):
    """The live application without a worker of its own."""
    live_app.stop_workers()
    yield live_app
    crew.kill_worker()
