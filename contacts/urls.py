"""Addresses of the contacts room."""

from django.urls import include, path

from contacts.views import editing, exporting, handing_over, notes, row_menu, saved_views, summary, trash, undoing
from contacts.views.bulk import BulkView
from contacts.views.bulk_one import BulkOneView
from contacts.views.list import ContactList

app_name = "contacts"
urlpatterns = [
    path("", ContactList.as_view(), name="list"),
    path("export/", exporting.contact_export, name="export"),
    path("import/", include("contacts.import_urls")),
    path("views/", saved_views.saved_view_list, name="views"),
    path("views/add/", saved_views.saved_view_add, name="view_add"),
    path("views/<int:pk>/", saved_views.saved_view_edit, name="view_edit"),
    path("views/<int:pk>/delete/", saved_views.saved_view_delete, name="view_delete"),
    path("add/", editing.contact_add, name="add"),
    path("<int:pk>/", summary.contact_page, name="detail"),
    path("<int:pk>/actions/", row_menu.row_menu, name="row_menu"),
    path("<int:pk>/timeline/", summary.timeline_page, name="timeline"),
    path("<int:pk>/photo/", summary.photo, name="photo"),
    path("<int:pk>/photo/edit/", summary.photo_edit, name="photo_edit"),
    path("<int:pk>/household/", summary.household_change, name="household_change"),
    path("<int:pk>/notes/", notes.NoteAdd.as_view(), name="note_add"),
    path("<int:pk>/notes/<int:note_pk>/", notes.NoteEdit.as_view(), name="note_edit"),
    path("<int:pk>/notes/<int:note_pk>/delete/", notes.note_delete, name="note_delete"),
    path("<int:pk>/sections/<slug:section>/", summary.section_edit, name="section_edit"),
    path("<int:pk>/edit/", editing.contact_edit, name="edit"),
    path("bulk/<str:key>/", BulkView.as_view(), name="bulk"),
    path("<int:pk>/do/<str:key>/", BulkOneView.as_view(), name="bulk_one"),
    path("hand-over/<int:user_pk>/", handing_over.hand_over_begin, name="hand_over_begin"),
    path("undo/<int:pk>/", undoing.undo_begin, name="undo_begin"),
    path("trash/", trash.TrashList.as_view(), name="trash"),
]
