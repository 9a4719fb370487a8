"""What a step says to a contact: the campaign's text with the placeholders filled, by the database, for many at once.

The same values as `contacts.domain.placeholder_values.values_for` gives for one contact; a test compares the two.
"""

from django.db import connection

from accounts.models import Firm
from contacts.models import Assignment
from experiences.models import Campaign

# Needs `person` and `advisor` (rows of the contact and of the primary advisor) and the firm's name and phone.
VALUES = """jsonb_build_object(
    'preferred_name', coalesce(nullif(person.preferred_name, ''), person.first_name),
    'first_name', person.first_name,
    'last_name', person.last_name,
    'advisor_name', coalesce(nullif(trim(advisor.first_name || ' ' || advisor.last_name), ''), advisor.email),
    'advisor_email', advisor.email,
    'advisor_phone', coalesce(nullif(advisor.phone, ''), %(firm_phone)s),
    'firm_name', %(firm_name)s::text,
    'firm_phone', %(firm_phone)s::text
)"""


def filled(text: str) -> str:
    """SQL: the column `text` with its placeholders filled from `said.values`, in one pass.

    What is in braces and no placeholder stays, and so does a value that looks like a placeholder.
    """
    return f"""CASE WHEN {text} LIKE '%%{{%%' THEN (
        SELECT string_agg(coalesce(said.values ->> substring(piece.found[1] from '^\\{{(.*)\\}}$'), piece.found[1]), ''
            ORDER BY piece.number)
        FROM regexp_matches({text}, '(\\{{[^{{}}\\n]*\\}}|[^{{]+|\\{{)', 'g') WITH ORDINALITY AS piece(found, number)
    ) ELSE {text} END"""  # noqa: S608 - names of columns


def firm_values(firm: Firm) -> dict[str, str]:
    """The parameters that VALUES needs."""
    return {"firm_name": firm.name, "firm_phone": firm.phone}


EMPTY = f"""
SELECT said.key, count(*)
FROM contacts_assignment AS given
JOIN contacts_contact AS person ON person.id = given.contact_id
JOIN accounts_user AS advisor ON advisor.id = person.primary_advisor_id
CROSS JOIN LATERAL jsonb_each_text({VALUES}) AS said(key, value)
WHERE given.campaign_id = %(campaign)s AND given.ended_at IS NULL
    AND person.deleted_at IS NULL AND person.deactivated_at IS NULL
    AND said.key = ANY(%(names)s) AND said.value = ''
GROUP BY said.key
"""  # noqa: S608 - our own text


def empty_for(campaign: Campaign, names: list[str], firm: Firm) -> dict[str, int]:
    """For how many contacts who have the campaign these placeholders are empty, without the zeros."""
    if not names or not Assignment.objects.filter(campaign=campaign, ended_at=None).exists():
        return {}
    with connection.cursor() as cursor:
        cursor.execute(EMPTY, {"campaign": campaign.pk, "names": names} | firm_values(firm))
        return dict(cursor.fetchall())
