"""Addresses of the experiences room."""

app_name = "experiences"
urlpatterns: list = []
