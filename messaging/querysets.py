"""Questions asked of threads and messages. `visible_to` is the one way from one of the staff to rows."""

import re

from django.contrib.postgres.aggregates import StringAgg
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Concat

from contacts.models import Contact
from core.listing.searching import words_of
from experiences.models import TeamMember

LETTERS = re.compile(r"\w+")
WORDS_AT_MOST = 10  # of a search in texts; what is beyond says nothing more


class ThreadQuerySet(models.QuerySet):
    """Threads, narrowed by a question."""

    def visible_to(self, user) -> "ThreadQuerySet":
        """Those of contacts that `user` may see, no matter who the counterpart is. Nobody else sees any."""
        return self.filter(contact__in=Contact.objects.visible_to(user).order_by())

    def editable_by(self, user) -> "ThreadQuerySet":
        """Those in which `user` may write."""
        return self.filter(contact__in=Contact.objects.editable_by(user).order_by())

    def of_portal(self, contact: Contact) -> "ThreadQuerySet":
        """What the contact finds in their portal: threads in which somebody has written to the other."""
        return self.filter(contact=contact, last_message_at__isnull=False)

    def of(self, user) -> "ThreadQuerySet":
        """Those that `user` answers: direct ones, and those with their teams."""
        return self.filter(Q(user=user) | Q(team__in=teams_of(user)))

    def unanswered(self) -> "ThreadQuerySet":
        """Those in which the client wrote last, and nobody has answered or said that there is nothing to answer."""
        return self.filter(unanswered_since__isnull=False)

    def waiting_for(self, user, at_most: int | None = None) -> "ThreadQuerySet":
        """Unanswered threads that `user` sees and should answer, in one statement without another before it.

        Theirs, those of their teams, and those of contacts they are the primary advisor of whose own counterpart has
        left the firm or the contact. Found in three parts, for each has an index; with `at_most`, so many of each.
        """
        if not user.may_edit:
            return self.none()
        seen = Contact.objects.visible_within(user).order_by().values("pk")
        teams = TeamMember.objects.filter(user=user).order_by().values("team")
        own, of_teams = self.filter(user=user, contact__in=seen), self.filter(team__in=teams, contact__in=seen)
        still = TeamMember.objects.filter(user=OuterRef("user"), team=OuterRef("contact__team"))
        advised = self.filter(contact__primary_advisor=user, contact__deleted_at=None, kind="direct").exclude(user=user)
        left = advised.filter(Q(user__is_active=False) | ~Exists(still))
        parts = (part.unanswered().order_by().values("pk")[:at_most] for part in (own, of_teams, left))
        first, *others = parts
        return self.filter(pk__in=first.union(*others))

    def search(self, text: str, user) -> "ThreadQuerySet":
        """Those whose contact, of those `user` sees, is called so, or with a message that holds every word of `text`.

        Notes count. Words are looked for from their beginning: "pens" finds "pension".
        """
        words = [word for part in words_of(text) for word in LETTERS.findall(part)][:WORDS_AT_MOST]
        if not words:
            return self.none() if text.strip() else self
        named = Contact.objects.visible_to(user).search(text).order_by().values("pk")
        return self.filter(Q(contact__in=named) | Q(pk__in=self._messages().holding(words).values("thread")))

    def with_last(self, *, notes: bool) -> "ThreadQuerySet":
        """With `last_text` (what `with_said` says) and `last_side` of the latest message, notes too if asked for."""
        messages = self._messages().filter(thread=OuterRef("pk"))
        latest = (messages if notes else messages.shown_to_client()).order_by("-pk")
        return self.annotate(
            last_text=Subquery(latest.with_said().values("said")[:1]), last_side=Subquery(latest.values("side")[:1])
        )

    def with_newest(self) -> "ThreadQuerySet":
        """With `newest`, the key of the latest message that the client is shown; None without any."""
        messages = self._messages().shown_to_client().filter(thread=OuterRef("pk"))
        return self.annotate(newest=Subquery(messages.order_by("-pk").values("pk")[:1]))

    def _messages(self) -> "MessageQuerySet":
        return self.model._meta.get_field("messages").related_model.objects.order_by()


class MessageQuerySet(models.QuerySet):
    """Messages, narrowed by a question."""

    def shown_to_client(self) -> "MessageQuerySet":
        """All but notes, which are for the staff alone. The one way from a client to messages."""
        return self.exclude(side="note")

    def after(self, key: int) -> "MessageQuerySet":
        """Those written after the one with this key."""
        return self.filter(pk__gt=key)

    def with_said(self) -> "MessageQuerySet":
        """With `said` for lists: the text or, of a message that is files alone, "2 files: statement.pdf, card.png"."""
        files = self.model._meta.get_field("attachments").related_model.objects.filter(message=OuterRef("pk"))
        names = files.order_by().values("message").annotate(names=StringAgg("name", ", ", order_by="pk"))
        noun = Case(
            When(attachment_count=1, then=Value(" file: ")), default=Value(" files: "), output_field=TextField()
        )
        files_in_words = Concat(Cast("attachment_count", TextField()), noun, Subquery(names.values("names")))
        said = Case(When(text="", then=files_in_words), default=F("text"), output_field=TextField())
        return self.annotate(said=said)

    def holding(self, words: list[str]) -> "MessageQuerySet":
        """Those in whose text every one of `words`, letters and digits only, begins a word."""
        wanted = " & ".join(f"{word}:*" for word in words)
        query = SearchQuery(wanted, config="simple", search_type="raw")
        return self.alias(words=SearchVector("text", config="simple")).filter(words=query)


class AttachmentQuerySet(models.QuerySet):
    """Files of messages, narrowed by a question."""

    def visible_to(self, user) -> "AttachmentQuerySet":
        """Those in threads that `user` may see; who reads the archive sees those of contacts who were deleted too."""
        if user.is_active and user.sees_everything:
            return self
        threads = self.model._meta.get_field("message").related_model._meta.get_field("thread").related_model
        return self.filter(message__thread__in=threads.objects.visible_to(user).order_by())

    def of_portal(self, contact: Contact) -> "AttachmentQuerySet":
        """Those that the contact finds in their portal: in their own threads, never of notes."""
        messages = self.model._meta.get_field("message").related_model.objects.shown_to_client().order_by()
        return self.filter(message__in=messages.filter(thread__contact=contact))


def teams_of(user) -> list[int]:
    """Keys of the teams that `user` is a member of: keys instead of a subquery, so that plans know how many."""
    return list(TeamMember.objects.filter(user=user).order_by().values_list("team", flat=True))
