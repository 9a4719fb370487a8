"""Addresses of the reports room."""

from django.urls import path

from reports.views import engagement, experience

app_name = "reports"
urlpatterns = [
    path("experience/", experience.ExperienceReport.as_view(), name="experience"),
    path("experience/export/", experience.experience_export, name="experience_export"),
    path("engagement/", engagement.engagement, name="engagement"),
    path("engagement/export/", engagement.engagement_export, name="engagement_export"),
]
