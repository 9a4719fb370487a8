"""Addresses of the messaging room."""

from django.urls import path

from accounts.access import overseers_only
from messaging.views import archive, inbox, starting, thread

app_name = "messaging"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("<int:pk>/", thread.thread, name="thread"),
    path("<int:pk>/new/", thread.thread_poll, name="thread_poll"),
    path("<int:pk>/read/", thread.thread_read, name="thread_read"),
    path("<int:pk>/reply/", thread.reply, name="reply"),
    path("<int:pk>/note/", thread.note, name="note"),
    path("<int:pk>/settle/", thread.settle, name="settle"),
    path("<int:pk>/hand-on/", starting.hand_on_thread, name="hand_on"),
    path("contacts/<int:pk>/write/", starting.write, name="write"),
    path("file/<int:pk>/", thread.attachment, name="attachment"),
    path("archive/", overseers_only(archive.Archive.as_view()), name="archive"),
    path("archive/export/", archive.archive_export, name="archive_export"),
]
