"""The two health addresses."""

from core import health


def test_alive_and_ready(client, db):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    health.beat("worker")
    health.beat("scheduler")
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "database": "ok",
        "queue": "ok",
        "worker": "ok",
        "scheduler": "ok",
    }
