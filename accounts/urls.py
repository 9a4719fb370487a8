"""Addresses of the staff's sign-in, users and firm settings."""

from django.urls import path

from accounts.views import sign_in

app_name = "accounts"
urlpatterns = [
    path("", sign_in.front_door, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("password/", sign_in.PasswordResetView.as_view(), name="password_reset"),
    path("password/sent/", sign_in.password_reset_sent, name="password_reset_sent"),
    path(
        "password/<uidb64>/<token>/",
        sign_in.PasswordResetConfirmView.as_view(),
        name="password_reset_confirm",
    ),
]
