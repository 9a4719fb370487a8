"""Addresses of the core room."""

app_name = "core"
urlpatterns: list = []
