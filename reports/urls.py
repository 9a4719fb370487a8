"""Addresses of the reports room."""

from django.urls import path

from accounts.access import staff_only
from reports import views

app_name = "reports"
urlpatterns = [
    path("experience/", staff_only(views.ExperienceReport.as_view()), name="experience"),
    path("experience/export/", views.experience_export, name="experience_export"),
]
