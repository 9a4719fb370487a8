"""The staff's inbox: its tabs, its pages, and the number beside it in the rail."""

from dataclasses import dataclass

from django.db.models import Count, Q, Subquery, Value
from django.db.models.functions import Coalesce

from messaging.models import Thread
from messaging.querysets import ThreadQuerySet, teams_of

AT_ONCE = 30
COUNTED = 100  # beyond, the rail says "99+"
WAITING, MINE, TEAMS, ALL = "waiting", "mine", "teams", "all"
TABS = {WAITING: "Unanswered", MINE: "Mine", TEAMS: "My teams", ALL: "All"}


@dataclass(frozen=True)
class Page:
    """Threads of an inbox, and the key of the last one when there are more, else None."""

    threads: list[Thread]
    older: int | None


def tabs_for(user) -> dict[str, str]:
    """The tabs that say something to this user: who never answers has one."""
    return TABS if user.may_edit else {ALL: "All"}


def rows_of(tab: str, user, *, query: str = "", unanswered: bool = False) -> ThreadQuerySet:
    """The threads of a tab that `user` may see, narrowed by a search, in the tab's order."""
    if tab == WAITING:
        rows = Thread.objects.waiting_for(user)
    else:
        rows = Thread.objects.visible_to(user).filter(last_message_at__isnull=False)
    if tab == MINE:
        rows = rows.filter(user=user)
    elif tab == TEAMS:
        rows = rows.filter(team__in=teams_of(user))
    if unanswered:
        rows = rows.unanswered()
    if query:
        rows = rows.search(query, user)
    return rows.order_by("unanswered_since", "pk") if tab == WAITING else rows.order_by("-last_message_at", "-pk")


def page_of(rows: ThreadQuerySet, tab: str, user, after: int | None = None) -> Page:
    """The first threads of `rows`, or those that follow the thread with the key `after`; in two queries at most.

    That one may have left the tab meanwhile; one that `user` does not see is as if it were not there.
    """
    last = Thread.objects.visible_to(user).filter(pk=after).first() if after else None
    if last and tab == WAITING and last.unanswered_since:
        same = Q(unanswered_since=last.unanswered_since, pk__lte=last.pk)
        rows = rows.filter(unanswered_since__gte=last.unanswered_since).exclude(same)
    elif last and tab != WAITING and last.last_message_at:
        same = Q(last_message_at=last.last_message_at, pk__gte=last.pk)
        rows = rows.filter(last_message_at__lte=last.last_message_at).exclude(same)
    found = list(rows.with_last(notes=True).select_related("contact", "user", "team")[: AT_ONCE + 1])
    shown = found[:AT_ONCE]
    return Page(shown, shown[-1].pk if len(found) > AT_ONCE else None)


def waiting_count(user) -> Coalesce | None:
    """How many threads wait for an answer of `user`, as a column, exact up to a hundred; None for who never answers."""
    if not user.may_edit:
        return None
    counted = Thread.objects.waiting_for(user, COUNTED).order_by().annotate(all=Value(1)).values("all")
    return Coalesce(Subquery(counted.annotate(number=Count("pk")).values("number")), 0)
