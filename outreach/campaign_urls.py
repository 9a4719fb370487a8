"""Addresses of running campaigns, beside those of the campaigns themselves."""

from django.urls import path

from outreach.views import campaigns

app_name = "campaigns"
urlpatterns = [
    path("hold/", campaigns.campaigns_hold, name="hold"),
    path("<int:pk>/plan/", campaigns.campaign_plan, name="plan"),
    path("<int:pk>/report/", campaigns.campaign_report, name="report"),
    path("<int:pk>/pause/", campaigns.campaign_pause, name="pause"),
    path("contact/<int:pk>/pause/", campaigns.contact_campaign_pause, name="contact_pause"),
    path("step/<int:pk>/test/", campaigns.step_test, name="step_test"),
]
