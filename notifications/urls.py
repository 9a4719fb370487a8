"""Addresses of notifications, on the staff's side."""

from django.urls import path

from notifications.views import firm, own

app_name = "notifications"
urlpatterns = [
    path("", own.own, name="own"),
    path("firm/", firm.firm, name="firm"),
    path("devices/add/", own.add_device, name="add_device"),
    path("devices/remove/", own.remove_device, name="remove_device"),
    path("worker.js", own.worker, name="worker"),
]
