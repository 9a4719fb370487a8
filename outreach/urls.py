"""Addresses of the outreach room."""

from django.conf import settings
from django.urls import include, path

from outreach.views import archive, deciding, inviting, ledger, mail_text, mailbox, paused, reinviting

app_name = "outreach"
urlpatterns = [
    path("", ledger.SendList.as_view(), name="sends"),
    path("<int:pk>/decide/", ledger.decide, name="decide"),
    path("decide/", deciding.decide_many, name="decide_many"),
    path("paused/", paused.paused, name="paused"),
    path("password/<int:pk>/", inviting.password_link, name="password_link"),
    path("end-access/<int:pk>/", inviting.end_access, name="end_access"),
    path("revoke/<int:pk>/", inviting.revoke, name="revoke"),
    path("allow-mail/<int:pk>/", inviting.allow_mail, name="allow_mail"),
    path("scheduled/", ledger.ScheduledList.as_view(), name="scheduled"),
    path("scheduled/<int:pk>/time/", ledger.scheduled_move, name="scheduled_move"),
    path("scheduled/<int:pk>/cancel/", ledger.scheduled_cancel, name="scheduled_cancel"),
    path("reinvites/", reinviting.reinvites, name="reinvites"),
    path("reinvites/preview/", reinviting.DryRun.as_view(), name="reinvites_preview"),
    path("text/", mail_text.mail_text, name="mail_text"),
    path("text/preview/", mail_text.mail_text_preview, name="mail_text_preview"),
    path("archive/", archive.Archive.as_view(), name="archive"),
    path("archive/export/", archive.archive_export, name="archive_export"),
    path("archive/<int:pk>/", archive.archived, name="archived"),
    path("archive/<int:pk>/html/", archive.archived_html, name="archived_html"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<slug:key>/", mailbox.mailbox_mail, name="mailbox_mail"),
    path("mailbox/<slug:key>/html/", mailbox.mailbox_html, name="mailbox_html"),
]
# The provider's reports of bounces come in here. Without the secret that guards them they are not open at all.
if settings.ANYMAIL.get("WEBHOOK_SECRET"):
    urlpatterns.append(path("reports/", include("anymail.urls")))
