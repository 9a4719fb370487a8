"""One way to write a decorator for both kinds of views."""

from collections.abc import Callable
from functools import wraps

from django.utils.decorators import method_decorator


def for_views(decorator: Callable) -> Callable:
    """Let a decorator of view functions stand on a class-based view as well: there it goes around `dispatch`.

    What it marks a view with, such as `access`, is on the view that `as_view()` makes. Subclasses inherit it.
    """

    @wraps(decorator)
    def decorate(view):
        if isinstance(view, type):
            return method_decorator(decorator, name="dispatch")(view)
        return decorator(view)

    return decorate
