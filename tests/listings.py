"""Whether the database has kept the contacts' listings as the contacts are."""

from contacts.models import Contact, Listing

REPEATED = [field.attname for field in Listing._meta.concrete_fields if not field.primary_key]


def unlike():
    """What is not the same: (key, values) of contacts or listings for which the other side has something else."""
    contacts = set(Contact.objects.values_list("pk", *REPEATED))
    return contacts ^ set(Listing.objects.values_list("pk", *REPEATED))
