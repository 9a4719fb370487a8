"""All addresses. Each room keeps its own under its prefix."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", include("accounts.urls")),
    path("contacts/", include("contacts.urls")),
    path("", include("experiences.urls")),
    path("campaigns/", include("outreach.campaign_urls")),
    path("tasks/", include("todos.urls")),
    path("messages/", include("messaging.urls")),
    path("notifications/", include("notifications.urls")),
    path("outreach/", include("outreach.urls")),
    path("crm/", include("crm.urls")),
    path("reports/", include("reports.urls")),
    path("portal/", include("portal.urls")),
    path("operations/", include("core.urls")),
    # Django admin has no door of its own: whoever is not an admin signs in where all the staff do.
    path("django-admin/login/", RedirectView.as_view(pattern_name="accounts:sign_in", query_string=True)),
    # Nor a way past the rules for one's own password: guesses are counted, and the change is in the audit trail.
    path("django-admin/password_change/", RedirectView.as_view(pattern_name="accounts:own_password")),
    path("django-admin/", admin.site.urls),
]

handler400 = "advisorhub.error_pages.bad_request"
handler403 = "advisorhub.error_pages.permission_denied"
handler404 = "advisorhub.error_pages.page_not_found"
handler500 = "advisorhub.error_pages.server_error"
