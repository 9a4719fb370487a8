"""The demo firm's contacts and a year of their history, written by a few set-based statements.

Everything follows from a contact's number `n`, so the same command gives the same firm, and a million
contacts take minutes. `base` is the midnight before today: history lies before it.
"""

from datetime import datetime

from django.db import connection, transaction

from accounts.demo import DEMO_PASSWORD
from accounts.models import User
from demo import words
from experiences.models import Campaign, Experience, Team

# A contact's number, mixed per question so that the answers do not march in step (Knuth's multiplicative hash).
MIX = """
CREATE FUNCTION pg_temp.mix(n bigint, salt int, span int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT ((((n + salt * 7919::bigint) * 2654435761) % 4294967296) >> 8)::bigint % span
$$;
CREATE FUNCTION pg_temp.pick(n bigint, salt int, choices text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT choices[1 + pg_temp.mix(n, salt, array_length(choices, 1))]
$$;
"""

PLAN = """
CREATE TEMP TABLE demo_plan ON COMMIT DROP AS
WITH numbered AS (
    SELECT n,
        pg_temp.mix(n, 1, 100) AS stage,
        CASE WHEN n %% 5 < 2 THEN n / 5 END AS home,
        %(base)s::timestamptz - (20 + pg_temp.mix(n, 2, 340)) * interval '1 day'
            + pg_temp.mix(n, 3, 36000) * interval '1 second' AS created
    FROM generate_series(1, %(count)s) AS n
), staged AS (
    SELECT *,
        stage >= 15 AS has_experience, stage >= 30 AS is_invited, stage >= 50 AS is_active, stage >= 94 AS is_closed
    FROM numbered
), planned AS (
SELECT n, stage, home, created, has_experience, is_invited, is_active, is_closed,
    pg_temp.pick(n, 4, %(first_names)s) AS first_name,
    pg_temp.pick(coalesce(home * 5, n), 5, %(last_names)s) AS last_name,
    1 + pg_temp.mix(coalesce(home * 5, n), 6, %(places)s) AS place,
    (%(advisors)s::bigint[])[1 + pg_temp.mix(coalesce(home * 5, n), 7, %(advisor_count)s)] AS advisor_id,
    CASE WHEN has_experience OR stage %% 3 = 0
        THEN (%(teams)s::bigint[])[1 + pg_temp.mix(n, 8, %(team_count)s)] END AS team_id,
    CASE WHEN has_experience THEN (%(experiences)s::bigint[])[1 + pg_temp.mix(n, 9, %(experience_count)s)] END
        AS experience_id,
    CASE WHEN has_experience AND stage %% 2 = 0
        THEN (%(campaigns)s::bigint[])[1 + pg_temp.mix(n, 10, %(campaign_count)s)] END AS campaign_id,
    created + interval '2 days' AS assigned,
    CASE WHEN is_invited THEN created + interval '3 days' END AS invited,
    CASE WHEN is_invited AND stage %% 4 = 0 THEN created + interval '8 days' END AS invited_again,
    CASE WHEN is_active THEN created + (9 + pg_temp.mix(n, 11, 6)) * interval '1 day' END AS started,
    1 + pg_temp.mix(n, 12, 6) AS visits
FROM staged
)
SELECT *,
    lower(regexp_replace(public.unaccent(first_name || '.' || last_name), '[^A-Za-z.]', '', 'g'))
        || '.' || n || '@clients.example.com' AS email,
    started + pg_temp.mix(n, 21, 1000) * (%(base)s::timestamptz - interval '4 days' - started) / 1000 AS last_login
FROM planned
"""

USERS = """
INSERT INTO accounts_user
    (password, last_login, email, first_name, last_name, job_title, phone, photo, role, time_zone, is_active)
SELECT %(password)s, last_login, email, first_name, last_name, '', '', '', 'contact', '', NOT is_closed
FROM demo_plan WHERE is_active
"""

HOUSEHOLDS = """
INSERT INTO contacts_household (id, name, created_at)
SELECT home + 1, min(last_name) || ' household', min(created) FROM demo_plan WHERE home IS NOT NULL GROUP BY home
"""

CONTACTS = """
INSERT INTO contacts_contact (
    first_name, last_name, preferred_name, photo, gender, date_of_birth, contact_type, email, phone, address_1,
    address_2, city, state, postal_code, country, time_zone, household_id, household_role, custom_data, source,
    locked_fields, first_invited_at, last_invited_at, invitations_sent, start_at, last_login_at, deactivated_at,
    created_at, updated_at, campaign_id, experience_id, team_id, primary_advisor_id, user_id)
SELECT first_name, last_name, '', '', '',
    date '1940-01-01' + pg_temp.mix(n, 13, 21900),
    CASE WHEN stage >= 25 THEN 'client' WHEN stage %% 2 = 0 THEN 'prospect' ELSE 'lead' END,
    email, '+1' || (%(area_codes)s::text[])[place] || '555' || to_char(100 + pg_temp.mix(n, 14, 100), 'FM0000'),
    (1 + pg_temp.mix(n, 15, 980)) || ' ' || pg_temp.pick(n, 16, %(streets)s), '',
    (%(cities)s::text[])[place], (%(states)s::text[])[place], (%(postal_codes)s::text[])[place], 'United States',
    (%(time_zones)s::text[])[place],
    home + 1, CASE WHEN home IS NULL THEN '' WHEN n %% 5 = 0 OR n = 1 THEN 'Head' ELSE 'Partner' END,
    jsonb_build_object('account_type', pg_temp.pick(n, 17, ARRAY['Individual', 'Joint', 'Trust', 'Retirement'])),
    CASE WHEN stage %% 3 = 0 THEN 'manual' ELSE 'file' END, '[]',
    invited, coalesce(invited_again, invited), (invited IS NOT NULL)::int + (invited_again IS NOT NULL)::int,
    started, last_login, CASE WHEN is_closed THEN %(base)s::timestamptz - interval '3 days' END,
    created, %(base)s, campaign_id, experience_id, team_id, advisor_id,
    (SELECT id FROM accounts_user WHERE role = 'contact' AND lower(email) = demo_plan.email AND demo_plan.is_active)
FROM demo_plan ORDER BY n
"""

FOLLOWING = """
CREATE TEMP TABLE demo_known ON COMMIT DROP AS
SELECT contact.id AS contact_id, demo_plan.* FROM demo_plan
JOIN contacts_contact AS contact ON lower(contact.email) = demo_plan.email;

UPDATE contacts_household SET head_id = contact_id FROM demo_known
WHERE contacts_household.id = home + 1 AND (n %% 5 = 0 OR n = 1);

INSERT INTO contacts_assignment
    (contact_id, experience_id, campaign_id, assigned_at, assigned_by_id, campaign_started_on)
SELECT contact_id, experience_id, campaign_id, assigned, advisor_id,
    CASE WHEN campaign_id IS NOT NULL THEN started::date END
FROM demo_known WHERE has_experience;

INSERT INTO outreach_invitation (contact_id, created_at, created_by_id, accepted_at, revoked_why)
SELECT contact_id, invited, advisor_id, started, '' FROM demo_known WHERE is_invited;

INSERT INTO mail_send (purpose, rank, subject_id, contact_id, recipient, number, state, reason, attempts, message_id,
    requested_by_id, created_at, sent_at, settled_at)
SELECT 'invitation', 50, invitation.id, known.contact_id, email, number,
    CASE WHEN stage %% 9 = 0 THEN 'delivered' ELSE 'accepted' END, '', 1, '', advisor_id, at, at, at
FROM demo_known AS known
JOIN outreach_invitation AS invitation ON invitation.contact_id = known.contact_id
CROSS JOIN LATERAL (VALUES (1, invited), (2, invited_again)) AS mail(number, at)
WHERE at IS NOT NULL
ORDER BY at, invitation.id;

INSERT INTO contacts_portalsignin (contact_id, at)
SELECT contact_id, started + (visit - 1) * (last_login - started) / greatest(visits - 1, 1)
FROM demo_known CROSS JOIN LATERAL generate_series(1, visits) AS visit WHERE is_active;

INSERT INTO contacts_resourceview (contact_id, resource_id, assignment_id, "where", at)
SELECT known.contact_id, (%(resources)s::bigint[])[1 + pg_temp.mix(n, 20 + look, %(resource_count)s)], assignment.id,
    'library', started + look * interval '3 minutes'
FROM demo_known AS known JOIN contacts_assignment AS assignment ON assignment.contact_id = known.contact_id
CROSS JOIN LATERAL generate_series(1, visits / 2) AS look WHERE is_active;

-- The past of campaigns, for the first few thousand: nearly all of it was done.
INSERT INTO outreach_steprun (assignment_id, contact_id, touchpoint_id, kind, day, title, text, resource_id, due_at,
    state, reason, at)
SELECT assignment.id, known.contact_id, step.id, step.kind, step.day, step.title,
    replace(replace(step.text, '{preferred_name}', coalesce(nullif(person.preferred_name, ''), person.first_name)),
        '{advisor_name}', advisor.first_name || ' ' || advisor.last_name),
    step.resource_id, moment.at, CASE WHEN why.reason = '' THEN 'done' ELSE 'skipped' END, why.reason, moment.at
FROM demo_known AS known JOIN contacts_assignment AS assignment ON assignment.contact_id = known.contact_id
JOIN experiences_touchpoint AS step ON step.campaign_id = assignment.campaign_id
JOIN contacts_contact AS person ON person.id = known.contact_id
JOIN accounts_user AS advisor ON advisor.id = person.primary_advisor_id
CROSS JOIN LATERAL (SELECT (assignment.campaign_started_on + (step.day - 1) + step.time_of_day)
    AT TIME ZONE coalesce(nullif(person.time_zone, ''), 'America/New_York') AS at) AS moment
CROSS JOIN LATERAL (SELECT CASE
    WHEN person.deactivated_at < moment.at THEN 'closed'
    WHEN pg_temp.mix(n, 40, 60) = step.day %% 7 THEN 'late' ELSE '' END AS reason) AS why
WHERE n <= 5000 AND moment.at <= now();

INSERT INTO contacts_note (contact_id, author_id, text, pinned, created_at)
SELECT contact_id, advisor_id, pg_temp.pick(n, 18, %(notes)s), false, created + interval '1 day'
FROM demo_known WHERE n %% 4 = 1;

INSERT INTO contacts_contact_tags (contact_id, tag_id)
SELECT contact_id, (%(tags)s::bigint[])[1 + pg_temp.mix(n, 19, %(tag_count)s)] FROM demo_known WHERE n %% 3 = 0;

INSERT INTO core_activity (at, verb, subject_type, subject_id, sentence, data, actor_id)
SELECT at, verb, 'contact', contact_id, sentence, '{}', CASE WHEN by_staff THEN advisor_id END
FROM demo_known CROSS JOIN LATERAL (VALUES
    (has_experience, assigned, 'assigned', 'Experience assigned', true),
    (is_invited, invited, 'invited', 'Invitation sent', true),
    (invited_again IS NOT NULL, invited_again, 'reinvited', 'Invitation sent again', true),
    (is_active, started, 'signed_in', 'Signed in for the first time', false),
    (is_closed, %(base)s::timestamptz - interval '3 days', 'deactivated', 'Deactivated', true)
) AS event(happened, at, verb, sentence, by_staff)
WHERE happened
"""


HISTORY = {
    "contacts_contactevent": "created_at",
    "contacts_assignmentevent": "assigned_at",
    "contacts_noteevent": "created_at",
    "contacts_householdevent": "created_at",
    "outreach_invitationevent": "created_at",
}
TABLES_JOINED = "demo_plan, accounts_user, contacts_contact, contacts_assignment, outreach_invitation"


def create_contacts(
    count: int, *, base: datetime, teams: list[Team], experiences: list[Experience], campaigns: list[Campaign]
) -> None:
    """Write `count` contacts with everything that happened to them, in one transaction."""
    params = _parameters(count, base, teams, experiences, campaigns)
    with transaction.atomic(), connection.cursor() as cursor:
        # Checks wait for the end of a transaction by default, and every row's history trigger walks all that wait.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(MIX)
        for statement in (PLAN, USERS, HOUSEHOLDS, CONTACTS, *FOLLOWING.split(";\n")):
            cursor.execute(statement, params)
            cursor.execute(
                "ANALYZE demo_plan, accounts_user, contacts_contact, contacts_assignment, outreach_invitation"
            )
        cursor.execute("SELECT setval('contacts_household_id_seq', coalesce(max(id), 1)) FROM contacts_household")
        date_history_back(cursor, HISTORY)


def _parameters(count: int, base: datetime, teams, experiences, campaigns) -> dict:
    """What the statements are given."""
    from contacts.models import Tag
    from experiences.models import Resource

    advisors = list(User.objects.possible_advisors().filter(role="advisor").values_list("pk", flat=True))
    tags = Tag.objects.bulk_create([Tag(name=name) for name in words.TAGS])
    resources = list(Resource.objects.order_by("pk").values_list("pk", flat=True))
    cities, states, postal_codes, zones, area_codes = (list(column) for column in zip(*words.PLACES, strict=True))
    lists = {
        "advisor": sorted(advisors),
        "team": [one.pk for one in teams],
        "experience": [one.pk for one in experiences],
        "campaign": [one.pk for one in campaigns],
        "tag": [one.pk for one in tags],
        "resource": resources,
    }
    params = {f"{name}s": ids for name, ids in lists.items()} | {
        f"{name}_count": len(ids) for name, ids in lists.items()
    }
    return params | {
        "count": count,
        "base": base,
        "first_names": words.FIRST_NAMES,
        "last_names": words.LAST_NAMES,
        "places": len(words.PLACES),
        "cities": cities,
        "states": states,
        "postal_codes": postal_codes,
        "time_zones": zones,
        "area_codes": area_codes,
        "streets": words.STREETS,
        "notes": words.NOTES,
        "password": User.objects.get(email="admin@demo.example.com").password or DEMO_PASSWORD,
    }


def date_history_back(cursor, tables: dict[str, str]) -> None:
    """Let the history say when things happened, not when the demo was loaded. Only here is it ever written to.

    `tables` of the history, each with the column that says when.
    """
    for table, column in tables.items():
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {table} SET pgh_created_at = {column}")  # noqa: S608 - names of our own
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
