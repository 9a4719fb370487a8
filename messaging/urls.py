"""Addresses of the messaging room."""

from django.urls import path

from messaging.views import archive, inbox, saved_replies, starting, thread

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
    path("contacts/<int:pk>/replies/<int:reply_pk>/", saved_replies.text, name="saved_reply_text"),
    path("replies/", saved_replies.SavedReplyList.as_view(), name="saved_replies"),
    path("replies/new/", saved_replies.SavedReplyAdd.as_view(), name="saved_reply_add"),
    path("replies/<int:pk>/edit/", saved_replies.SavedReplyEdit.as_view(), name="saved_reply_edit"),
    path("replies/<int:pk>/delete/", saved_replies.delete, name="saved_reply_delete"),
    path("file/<int:pk>/", thread.attachment, name="attachment"),
    path("archive/", archive.Archive.as_view(), name="archive"),
    path("archive/export/", archive.archive_export, name="archive_export"),
]
