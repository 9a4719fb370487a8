"""Addresses of the contacts room."""

from django.urls import include, path

from accounts.access import admins_only, editors_only
from contacts.views import (
    assigning,
    changing,
    editing,
    exporting,
    handing_over,
    lifecycle,
    notes,
    saved_views,
    summary,
    undoing,
)
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
    path("<int:pk>/timeline/", summary.timeline_page, name="timeline"),
    path("<int:pk>/photo/", summary.photo, name="photo"),
    path("<int:pk>/photo/edit/", summary.photo_edit, name="photo_edit"),
    path("<int:pk>/household/", summary.household_change, name="household_change"),
    path("<int:pk>/notes/", notes.NoteAdd.as_view(), name="note_add"),
    path("<int:pk>/notes/<int:note_pk>/", notes.NoteEdit.as_view(), name="note_edit"),
    path("<int:pk>/notes/<int:note_pk>/delete/", notes.note_delete, name="note_delete"),
    path("<int:pk>/sections/<slug:section>/", summary.section_edit, name="section_edit"),
    path("<int:pk>/edit/", editing.contact_edit, name="edit"),
    path("assign/", editors_only(assigning.AssignView.as_view()), name="assign"),
    path("<int:pk>/assign/", editors_only(assigning.AssignView.as_view()), name="assign_one"),
    path("change/", editors_only(assigning.ChangeExperienceView.as_view()), name="change"),
    path("<int:pk>/change/", editors_only(assigning.ChangeExperienceView.as_view()), name="change_one"),
    path("unassign/", editors_only(assigning.UnassignView.as_view()), name="unassign"),
    path("<int:pk>/unassign/", editors_only(assigning.UnassignView.as_view()), name="unassign_one"),
    path("edit/", editors_only(changing.ChangeView.as_view()), name="bulk_edit"),
    path("deactivate/", editors_only(lifecycle.DeactivateView.as_view()), name="deactivate"),
    path("reactivate/", editors_only(lifecycle.ReactivateView.as_view()), name="reactivate"),
    path("delete/", editors_only(lifecycle.DeleteView.as_view()), name="delete"),
    path("<int:pk>/deactivate/", editors_only(lifecycle.DeactivateView.as_view()), name="deactivate_one"),
    path("<int:pk>/reactivate/", editors_only(lifecycle.ReactivateView.as_view()), name="reactivate_one"),
    path("<int:pk>/delete/", editors_only(lifecycle.DeleteView.as_view()), name="delete_one"),
    path("hand-over/", admins_only(handing_over.HandOverView.as_view()), name="hand_over"),
    path("hand-over/<int:user_pk>/", handing_over.hand_over_begin, name="hand_over_begin"),
    path("undo/", editors_only(undoing.UndoView.as_view()), name="undo"),
    path("undo/<int:pk>/", undoing.undo_begin, name="undo_begin"),
    path("trash/", lifecycle.TrashList.as_view(), name="trash"),
    path("restore/", editors_only(lifecycle.RestoreView.as_view()), name="restore"),
    path("<int:pk>/restore/", editors_only(lifecycle.RestoreView.as_view()), name="restore_one"),
]
