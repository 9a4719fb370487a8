"""What a process that serves pages does once it has loaded everything."""

import gc
import importlib

from django.urls import get_resolver

# A page makes some ten thousand objects that are gone with it: searching for cycles among them seldom is enough.
OBJECTS = 20_000
# Packages that are imported where they are needed, because other processes never do.
SELDOM = ("openpyxl", "zxcvbn")


def settle() -> None:
    """Load what the first page would load, and leave it all out of the search for garbage.

    A full search walks through every object there is: with the whole application loaded that is a tenth of a second,
    in the middle of whichever page it falls on.
    """
    get_resolver().url_patterns  # noqa: B018 - imports every view, table and form
    for name in SELDOM:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS, *gc.get_threshold()[1:])
