"""Addresses of the reports room."""

app_name = "reports"
urlpatterns: list = []
