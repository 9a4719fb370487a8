"""Runs AdvisorHub on one machine: embedded PostgreSQL and Valkey, and the supervisor of web, workers and scheduler.

`python -m runner` is what script/server starts. The tests and benchmarks use the embedded servers. It knows the Django
project (`advisorhub`), no room, and no room knows it.
"""
