"""What the frame around every page needs."""

from types import SimpleNamespace

from django.db.models import Count, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from core.mailing.server_status import obstacle
from core.models import MailStatus, Operation
from core.registry import NavItem, Registry, add_menu, nav, person_menu


def shell(request: HttpRequest) -> dict:
    """`shell`: rail entries for this user and where the search box leads. Built only when a page asks."""
    return {"shell": SimpleLazyObject(lambda: _shell(request))}


def _shell(request: HttpRequest) -> SimpleNamespace:
    """What `shell` holds. Addresses of rooms above are asked for by name: core imports none of them."""
    user = request.user
    if not user.is_authenticated or not user.is_staff_side:
        return SimpleNamespace(nav=[], add_menu=[], person_menu=[], sign_out_url=reverse("accounts:sign_out"))
    own = Operation.objects.filter(owner=user.pk, seen_at=None).exclude(state=Operation.State.DRAFT)
    over = Q(state__in=Operation.OVER)
    # One query for the bell, the numbers in the rail and for how mail stands: every page of the staff makes it.
    numbers = {"ended": _number(own.filter(over)), "going": _number(own.exclude(over))}
    status = MailStatus.objects.annotate(**numbers, **_counts(user)).get(pk=1)
    return SimpleNamespace(
        nav=_items(request, nav, status),
        add_menu=_items(request, add_menu),
        person_menu=_items(request, person_menu),
        search_url=_address("contacts:list"),
        bell_url=_address("core:operations"),
        bell_ended=status.ended,
        bell_going=status.going,
        bell_words=_bell_words(status.going, status.ended),
        mail_obstacle=obstacle(status),
        mail_url=_address("outreach:paused") if status.held_at else _address("outreach:sends"),
        sign_out_url=reverse("accounts:sign_out"),
    )


def _bell_words(going: int, ended: int) -> str:
    """What the bell says to those who do not see it: "Operations, 1 going on, 2 ended"."""
    numbers = [f"{going} going on"] * bool(going) + [f"{ended} ended"] * bool(ended)
    return ", ".join(["Operations", *numbers])


def _number(operations: QuerySet) -> Coalesce:
    """How many there are, as a column."""
    counted = operations.order_by().values("owner").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def _counts(user) -> dict:
    """The numbers beside entries of the rail, as columns named after the entries' pages."""
    counted = {_column(item): item.count(user) for item in nav if item.allowed(user)}
    return {name: expression for name, expression in counted.items() if expression is not None}


def _column(item: NavItem) -> str:
    return f"count_{item.url_name.replace(':', '_')}"


def _items(request: HttpRequest, registry: Registry, status: MailStatus | None = None) -> list[SimpleNamespace]:
    """The entries this user may use, with their addresses; `status` holds their numbers, if they have any."""
    return [
        SimpleNamespace(
            url=reverse(item.url_name),
            label=item.label,
            icon=item.icon,
            active=request.path.startswith(item.prefix),
            count=getattr(status, _column(item), 0),
        )
        for item in registry
        if item.allowed(request.user)
    ]


def _address(url_name: str) -> str:
    """The address of a page of another room; empty, and so left out of the frame, without that room."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
