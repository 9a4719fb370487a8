"""Whether the database has kept the contacts' listings as the contacts are."""

from contacts.models import Contact, Listing

REPEATED = [
    "experience_id",
    "campaign_id",
    "primary_advisor_id",
    "team_id",
    "status",
    "contact_type",
    "deleted_at",
    "sort_name",
]


def unlike():
    """What is not the same: (key, values) of contacts or listings for which the other side has something else."""
    contacts = set(Contact.objects.values_list("pk", *REPEATED))
    return contacts ^ set(Listing.objects.values_list("pk", *REPEATED))
