"""Benchmarks tell the truth: what is out of budget or could not be taken is not ok."""

import json

import pytest

from bench.__main__ import benchmarks
from bench.figures import Figure, Missing, Yardstick, p50, p95


def test_a_figure_within_its_budget_is_ok():
    assert Figure("a", 40.0, "ms", 40).ok
    assert not Figure("a", 40.1, "ms", 40).ok


def test_a_rate_must_reach_its_budget():
    assert Figure("a", 5000, "rows/s", 5000, at_least=True).ok
    assert not Figure("a", 4999, "rows/s", 5000, at_least=True).ok


def test_a_figure_that_could_not_be_taken_is_never_ok():
    assert not Figure("a", None, "ms", 40).ok
    assert not Figure("a", 1, "ms", 40, error="No such page").ok


def test_a_figure_is_one_line_of_json():
    assert json.loads(Figure("a", 12.345, "ms", 40).line(yardstick=6.0)) == {
        "name": "a",
        "value": 12.35,
        "unit": "ms",
        "budget": 40,
        "ok": True,
        "yardsticks": 2.06,
    }


def test_what_is_no_time_has_no_multiple():
    for figure in (Figure("a", 3, "queries"), Figure("a", None, "ms", error="x"), Figure("a", 0, "rows/s")):
        assert "yardsticks" not in json.loads(figure.line(yardstick=6.0))


def test_the_yardstick_tells_how_far_the_machine_is_from_calm(db):
    yardstick = Yardstick()
    assert list(yardstick.figures()) == []
    assert yardstick.now() > 0
    usual, fastest = yardstick.figures()
    assert usual.value >= fastest.value > 0


def test_percentiles():
    taken = [float(n) for n in range(1, 101)]
    assert (p50(taken), p95(taken), p95([7.0])) == (50.5, 95.0, 7.0)


def test_benchmarks_are_found_by_themselves_and_those_that_only_read_come_first():
    found = list(benchmarks())
    assert found[:5] == ["demo", "list", "search", "summary", "report"]


def test_a_page_that_is_not_there_is_an_error(admin):
    from bench import people

    with pytest.raises(Missing, match="answers 404"):
        people.page(people.signed_in(admin), "/nowhere")
