"""Addresses of the contacts room."""

from django.urls import path

from accounts.access import editors_only, staff_only
from contacts.views import changing, editing, exporting, lifecycle
from contacts.views.list import ContactList

app_name = "contacts"
urlpatterns = [
    path("", staff_only(ContactList.as_view()), name="list"),
    path("export/", exporting.contact_export, name="export"),
    path("add/", editing.contact_add, name="add"),
    path("<int:pk>/edit/", editing.contact_edit, name="edit"),
    path("edit/", editors_only(changing.ChangeView.as_view()), name="bulk_edit"),
    path("deactivate/", editors_only(lifecycle.DeactivateView.as_view()), name="deactivate"),
    path("reactivate/", editors_only(lifecycle.ReactivateView.as_view()), name="reactivate"),
    path("delete/", editors_only(lifecycle.DeleteView.as_view()), name="delete"),
    path("<int:pk>/deactivate/", editors_only(lifecycle.DeactivateView.as_view()), name="deactivate_one"),
    path("<int:pk>/reactivate/", editors_only(lifecycle.ReactivateView.as_view()), name="reactivate_one"),
    path("<int:pk>/delete/", editors_only(lifecycle.DeleteView.as_view()), name="delete_one"),
]
