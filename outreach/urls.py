"""Addresses of the outreach room."""

app_name = "outreach"
urlpatterns: list = []
