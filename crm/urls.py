"""Addresses of the CRM room."""

from django.urls import path

from crm.views import connections, locking, mapping, records, updating

app_name = "crm"

urlpatterns = [
    path("", connections.connections, name="connections"),
    path("add/", connections.choose_adapter, name="choose"),
    path("add/<slug:adapter_key>/", connections.add, name="add"),
    path("<int:pk>/", connections.connection, name="connection"),
    path("<int:pk>/settings/", connections.edit, name="edit"),
    path("<int:pk>/check/", connections.check_again, name="check"),
    path("<int:pk>/remove/", connections.remove, name="remove"),
    path("<int:pk>/sync/", connections.sync, name="sync"),
    path("<int:pk>/vanished/", connections.accept_vanished, name="accept_vanished"),
    path("<int:pk>/preview/", connections.preview, name="preview"),
    path("<int:pk>/owners/", mapping.owners, name="owners"),
    path("<int:pk>/learn/", mapping.learn, name="learn"),
    path("<int:pk>/categories/", mapping.categories, name="categories"),
    path("<int:pk>/fields/", mapping.fields, name="fields"),
    path("records/", records.ReadyList.as_view(), name="ready"),
    path("records/cannot/", records.CannotList.as_view(), name="cannot"),
    path("records/imported/", records.LinkedList.as_view(), name="linked"),
    path("records/export/", records.export_records, name="export"),
    path("records/import/", records.import_many, name="import"),
    path("records/mend/", records.mend_many, name="mend"),
    path("records/<int:pk>/", records.record, name="record"),
    path("records/<int:pk>/mend/", records.mend, name="mend_one"),
    path("records/<int:pk>/import/", records.import_one, name="import_one"),
    path("records/<int:pk>/link/", records.link_match, name="link_match"),
    path("records/<int:pk>/apart/", records.keep_apart, name="keep_apart"),
    path("records/<int:pk>/back/", records.bring_back, name="bring_back"),
    path("records/<int:pk>/follow/", records.follow, name="follow"),
    path("update/<int:pk>/", updating.update_one, name="update_one"),
    path("update/<int:pk>/lock/", locking.lock, name="lock"),
    path("update/<int:pk>/again/", updating.read_again, name="read_again"),
    path("link/<int:pk>/", updating.link_one, name="link_one"),
    path("unlink/<int:pk>/", updating.unlink_one, name="unlink_one"),
]
