"""All addresses. Each room keeps its own under its prefix."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("accounts.urls")),
    path("contacts/", include("contacts.urls")),
    path("", include("experiences.urls")),
    path("outreach/", include("outreach.urls")),
    path("reports/", include("reports.urls")),
    path("portal/", include("portal.urls")),
    path("operations/", include("core.urls")),
    path("django-admin/", admin.site.urls),
]
