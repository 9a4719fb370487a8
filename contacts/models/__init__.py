"""The people and what they were given."""

from contacts.models.assignment import Assignment
from contacts.models.contact import Contact, ContactType, Status
from contacts.models.engagement import Engagement, PortalSignIn, ResourceView
from contacts.models.household import Household
from contacts.models.imports import ColumnMapping, FileImport, ImportedContact, ImportRow
from contacts.models.listing import Listing
from contacts.models.notes import Note
from contacts.models.saved_views import SavedView
from contacts.models.tags import Tag

__all__ = [
    "Assignment",
    "ColumnMapping",
    "Contact",
    "ContactType",
    "Engagement",
    "FileImport",
    "Household",
    "ImportRow",
    "ImportedContact",
    "Listing",
    "Note",
    "PortalSignIn",
    "ResourceView",
    "SavedView",
    "Status",
    "Tag",
]
