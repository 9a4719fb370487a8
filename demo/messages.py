"""What the demo firm and its clients have written to each other: some weeks of it, all made up."""

from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import connection

from accounts.models import User
from contacts.models import Contact
from demo.stock import sample_page
from experiences.models import Team
from messaging.domain import attachments
from messaging.models import Message, Reading, SavedReply, Thread
from outreach.models import StepRun

PEOPLE = 24
LONGEST_TALK = timedelta(hours=400 + PEOPLE)
# Side, hours before the end, text, names of files. Where the client wrote last, the thread waits for an answer.
TALKS = [
    [
        ("client", 30, "Hello, I have received a letter about my old pension. Shall I bring it to our meeting?"),
        ("note", 29, "Probably the letter all former employees got. Ask operations for the form."),
        ("staff", 28, "Please do. A photo of it is fine as well, then I can look at it before."),
        ("client", 6, "", "Letter about my old pension.pdf"),
        ("client", 5, "Here it is, and I will bring it along. Is Thursday at ten still good for you?"),
    ],
    [
        ("staff", 400, "Welcome to your portal. If anything is unclear, write to me here at any time."),
        ("client", 390, "Thank you! The welcome guide was helpful."),
        ("staff", 389, "Glad to hear it."),
    ],
    [
        ("client", 170, "Where do I find the tax checklist you mentioned?"),
        ("staff", 168, "In your library, under Taxes. I have pinned it for you as well."),
        ("client", 167, "Found it, thanks."),
        ("staff", 20, "The new edition of the checklist is in your library now."),
    ],
    [
        ("client", 75, "We are moving to Lakeside in spring.\n\nWhat do you need from us besides the new address?"),
        ("staff", 52, "Congratulations! Only the address and the date. The rest we prepare for you to sign."),
        ("client", 2, "The date is March 14. Does the move change anything for the college plan?"),
    ],
]
# What campaigns wrote, into the thread with the primary advisor. Four of five clients have read it.
FROM_CAMPAIGNS = """
CREATE TEMP TABLE demo_written ON COMMIT DROP AS
SELECT run.id AS step_run, run.contact_id, person.primary_advisor_id AS advisor_id, run.at, run.resource_id,
    run.title || E'\\n\\n' || run.text AS text, run.id %% 5 <> 0 AS is_read
FROM outreach_steprun AS run JOIN contacts_contact AS person ON person.id = run.contact_id
WHERE run.kind = 'message' AND run.state = 'done';

INSERT INTO messaging_thread (contact_id, kind, user_id, created_at, last_message_at, client_unread, client_notified_at)
SELECT contact_id, 'direct', advisor_id, min(at), max(at), count(*) FILTER (WHERE NOT is_read),
    CASE WHEN NOT bool_and(is_read) THEN max(at) END
FROM demo_written GROUP BY contact_id, advisor_id;

INSERT INTO messaging_message (thread_id, side, author_id, text, at, resource_id, step_run)
SELECT thread.id, 'campaign', advisor_id, text, at, resource_id, step_run
FROM demo_written JOIN messaging_thread AS thread USING (contact_id) ORDER BY at, step_run;

INSERT INTO messaging_reading (thread_id, message_id, at)
SELECT message.thread_id, message.id, least(message.at + (1 + message.id %% 40) * interval '1 hour', now())
FROM messaging_message AS message JOIN demo_written USING (step_run) WHERE is_read
"""

# Title and text of those that the firm shares.
SAVED_REPLIES = [
    (
        "Ask for a document",
        "Dear {preferred_name},\n\nplease send us the document here, as a PDF or a photo. Thank you!",
    ),
    ("Received, thank you", "Thank you, {preferred_name}. We have received it and will look into it this week."),
    (
        "Offer a call",
        "Dear {preferred_name},\n\nshall we talk it through? You reach me at {advisor_phone}.\n\n{advisor_name}",
    ),
]


def create_messages(base: datetime) -> None:
    """Write what campaigns wrote, and for some clients direct threads and those of teams.

    Those end by `base`, the midnight before today.
    """
    with connection.cursor() as cursor:
        for statement in FROM_CAMPAIGNS.split(";\n"):
            cursor.execute(statement, {})
    SavedReply.objects.bulk_create(SavedReply(title=title, text=text) for title, text in SAVED_REPLIES)
    admin = User.objects.get(email="admin@demo.example.com")
    active = Contact.objects.visible_to(admin).filter(status="active").select_related("primary_advisor", "team")
    # The keys of messages are in the order of their moments: what campaigns wrote came before these talks.
    active = active.exclude(
        pk__in=StepRun.objects.filter(kind="message", at__gte=base - LONGEST_TALK).values("contact")
    )
    # The team's setting decides where they can have written.
    teams = Team.Reach.GROUP, Team.Reach.BOTH
    for number, contact in enumerate(active.order_by("pk")[:PEOPLE]):
        in_team = (
            contact.team_id and contact.team.reach in teams and (number % 3 == 2 or contact.team.reach == teams[0])
        )
        _talk(contact, TALKS[number % len(TALKS)], base - timedelta(hours=number), in_team=in_team)


def _talk(contact: Contact, talk: list[tuple], until: datetime, *, in_team: bool) -> None:
    """One thread, as its messages leave it."""
    advisor = contact.primary_advisor
    counterpart = {"kind": "team", "team": contact.team} if in_team else {"kind": "direct", "user": advisor}
    moments = [(side, until - timedelta(hours=hours), text, names) for side, hours, text, *names in talk]
    shown = [(side, at) for side, at, *_ in moments if side != "note"]
    asked = [at for side, at in shown if side == "client"]
    last_side, last_at = shown[-1]
    thread, _ = Thread.objects.update_or_create(
        contact=contact,
        **counterpart,
        defaults={
            "last_message_at": last_at,
            "last_client_message_at": asked[-1] if asked else None,
            "unanswered_since": last_at if last_side == "client" else None,
            "client_unread": 1 if last_side == "staff" else 0,
            "client_notified_at": last_at if last_side == "staff" else None,
            "staff_notified_at": last_at if last_side == "client" else None,
        },
    )
    attachments.announce(sum(len(names) for *_, names in moments))
    written = Message.objects.bulk_create(
        Message(
            thread=thread,
            side=side,
            author=None if side == "client" else advisor,
            addressee=advisor if side == "client" and not in_team else None,
            text=text,
            attachment_count=len(names),
            at=at,
        )
        for side, at, text, names in moments
    )
    for message, (*_, names) in zip(written, moments, strict=True):
        pages = [ContentFile(sample_page(name.removesuffix(".pdf"), "A sample."), name=name) for name in names]
        with attachments.stored(pages) as files:
            attachments.write(message, files)
    read = written[-1] if last_side == "client" else written[-2]
    Reading.objects.create(thread=thread, user=None, message=read, at=read.at + timedelta(minutes=3))
