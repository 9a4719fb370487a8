"""Addresses of the contacts room."""

from django.urls import path

from accounts.access import staff_only
from contacts.views import editing
from contacts.views.list import ContactList

app_name = "contacts"
urlpatterns = [
    path("", staff_only(ContactList.as_view()), name="list"),
    path("add/", editing.contact_add, name="add"),
    path("<int:pk>/edit/", editing.contact_edit, name="edit"),
]
