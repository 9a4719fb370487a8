"""How deeply a request is called does not decide what it costs."""

from resource import RUSAGE_SELF, getrusage

from advisorhub.frames import with_room
from advisorhub.wsgi import application

DEPTHS = range(400)  # frames of more than two chunks


def loop():
    for number in range(300):
        add(add(number))


def add(number, one=1, two=2, three=3):
    return number + one + two + three


def faults(call, depth):
    """Page faults of a call at a depth."""
    if depth:
        return faults(call, depth - 1)
    before = getrusage(RUSAGE_SELF).ru_minflt
    call()
    return getrusage(RUSAGE_SELF).ru_minflt - before


def test_no_depth_maps_memory_with_every_call():
    assert max(faults(loop, depth) for depth in DEPTHS) > 250  # what it is against, while Python does so
    assert max(faults(with_room(loop), depth) for depth in DEPTHS) < 100


def test_arguments_answers_and_errors_pass():
    assert with_room(divmod)(7, 2) == (3, 1)
    assert with_room(dict)(a=1) == {"a": 1}
    try:
        with_room(divmod)(1, 0)
    except ZeroDivisionError as error:
        assert error.__traceback__.tb_next is not None
    else:
        raise AssertionError


def test_it_is_what_is_served():
    assert application.__code__.co_name == "roomy"
