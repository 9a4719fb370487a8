"""Questions asked of contacts. `visible_to` is the one way from a person to rows."""

import re
import unicodedata
from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import Role
from core.emails import canonical
from core.listing.searching import narrow
from experiences.models import TeamMember

KEPT_IN_TRASH = timedelta(days=30)


# Letters that are no base with an accent, as PostgreSQL's unaccent writes them.
LETTERS = str.maketrans("øłđðħıŧŋĸ’", "olddhitnq'") | str.maketrans({"æ": "ae", "œ": "oe", "ß": "ss", "þ": "th"})


def fold(text: str) -> str:
    """Lower case without accents, as the columns for searching and sorting are kept."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower().translate(LETTERS)


class ScopedQuerySet(models.QuerySet):
    """Rows that stand for contacts, with what says who may see them: advisor, team, and when they were deleted."""

    scope: Q | None = None  # the condition for seeing them, once they were narrowed to what somebody may see

    def visible_to(self, user) -> Self:
        """Those that `user` may see, without those in the trash. Nobody else reaches any."""
        return self._scoped(user).filter(deleted_at=None)

    def seen_as(self, rows: "ScopedQuerySet") -> Self:
        """Those that whoever `rows` are scoped to may see, without those in the trash, and without asking again."""
        return self.none() if rows.scope is None else self.filter(rows.scope, deleted_at=None)

    def _scoped(self, user) -> Self:
        scope = _scope(user)
        if scope is None:
            return self.none()
        found = self.filter(scope)
        found.scope = scope
        return found

    def _clone(self) -> Self:
        clone = super()._clone()
        clone.scope = self.scope
        return clone


def _scope(user, teams=None) -> Q | None:
    """The condition for seeing a row; None: there is none to be seen. `teams` are the keys of theirs, if known."""
    if not user.is_authenticated or not user.is_active:
        return None
    if user.sees_everything:
        return Q()
    # Keys instead of a subquery: only then does PostgreSQL know how many rows they mean, and choose by it.
    if teams is None:
        teams = list(TeamMember.objects.filter(user=user).order_by().values_list("team", flat=True))
    if user.role == Role.ADVISOR:
        return Q(primary_advisor=user) | Q(team__in=teams)
    if user.role == Role.SUPPORT:
        return Q(team__in=teams)
    return None


class ContactQuerySet(ScopedQuerySet):
    """Contacts, narrowed by a question."""

    def visible_within(self, user) -> "ContactQuerySet":
        """As `visible_to`, without a query of its own beforehand: for a number that stands in another statement."""
        scope = _scope(user, TeamMember.objects.filter(user=user).order_by().values("team"))
        return self.none() if scope is None else self.filter(scope, deleted_at=None)

    def trash_of(self, user) -> "ContactQuerySet":
        """Deleted contacts that `user` may see and restore."""
        return self._scoped(user).filter(deleted_at__isnull=False, purged_at=None)

    def known_to(self, user) -> "ContactQuerySet":
        """Contacts that `user` may see, those in the trash included: for reports on what was done to them."""
        return self._scoped(user)

    def restorable_by(self, user) -> "ContactQuerySet":
        """Contacts in the trash that `user` may bring back; after 30 days nobody can."""
        rows = self.trash_of(user) if user.is_authenticated and user.may_edit else self.none()
        return rows.filter(deleted_at__gte=timezone.now() - KEPT_IN_TRASH)

    def to_purge(self) -> "ContactQuerySet":
        """Contacts whose time in the trash is over, and who are not purged yet."""
        return self.filter(deleted_at__lt=timezone.now() - KEPT_IN_TRASH, purged_at=None)

    def advised_by(self, user) -> "ContactQuerySet":
        """Contacts whose primary advisor `user` is, those in the trash included.

        Asked in two halves, for each has an index: that of the sorted book, and that of the trash.
        """
        return self.filter(Q(primary_advisor=user, deleted_at=None) | Q(primary_advisor=user, deleted_at__isnull=False))

    def editable_by(self, user) -> "ContactQuerySet":
        """Contacts that `user` may change: those visible, for the roles that edit."""
        return self.visible_to(user) if user.is_authenticated and user.may_edit else self.none()

    def with_email(self, email: str) -> "ContactQuerySet":
        """Contacts with this address, however it is written, whoever may see them. Only to keep addresses unique."""
        return self.alias(folded_email=Lower("email")).filter(folded_email=canonical(email), deleted_at=None)

    def addresses_in_use(self, emails) -> set[str]:
        """Which of these addresses, in their one form, contacts have, whoever may see them. To keep them unique."""
        found = self.annotate(folded_email=Lower("email")).filter(folded_email__in=emails, deleted_at=None)
        return set(found.values_list("folded_email", flat=True))

    def portal_of(self, user) -> "ContactQuerySet":
        """The contact behind a portal user, while the portal is open to them: once assigned, until closed."""
        return self.open_to_portal().filter(user=user)

    def open_to_portal(self) -> "ContactQuerySet":
        """Contacts who may sign in: assigned or Active, neither deactivated, deleted nor deceased."""
        assigned = Q(experience__isnull=False) | Q(start_at__isnull=False)
        return self.filter(assigned, deleted_at=None, deactivated_at=None, deceased=False)

    def search(self, text: str) -> "ContactQuerySet":
        """Contacts whose names, email or phone contain every word of `text`, accents and case aside.

        A word of one or two letters is looked for where words begin: the trigram index knows no shorter pieces.
        A word of three digits or more is also looked for in the phone number with its punctuation removed.
        """
        return narrow(self, text, _holds)


def _holds(word: str) -> Q:
    """Whether the column for searching holds a word."""
    word = fold(canonical(word) if "xn--" in word.lower() else word)
    condition = Q(search_text__contains=word)
    if len(word) < 3:
        condition = Q(search_text__startswith=word) | Q(search_text__contains=f" {word}")
    digits = re.sub(r"[^\d]", "", word)
    if len(digits) >= 3 and len(digits) >= len(word) - 3:
        condition |= Q(search_text__contains=digits)
    return condition
