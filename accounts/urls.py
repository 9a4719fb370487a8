"""Addresses of the staff's sign-in, users and firm settings."""

from django.urls import path

from accounts.views import audit, firm, own_password, password_links, photos, sessions, sign_in, users

app_name = "accounts"
urlpatterns = [
    path("", sign_in.front_door, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("password/", sign_in.password_reset, name="password_reset"),
    path("password/sent/", sign_in.password_reset_sent, name="password_reset_sent"),
    path("password/choose/<str:reference>/", password_links.choose_password, name="choose_password"),
    # With all that follows, for mail programs take a bracket or a full stop behind an address for a part of it.
    path("password/<str:uidb64>/<path:token>", password_links.follow, name="password_reset_confirm"),
    path("profile/", users.Profile.as_view(), name="profile"),
    path("profile/sessions/", sessions.sessions, name="sessions"),
    path("profile/sessions/end/", sessions.end, name="end_session"),
    path("profile/sessions/end-others/", sessions.end_others, name="end_other_sessions"),
    path("profile/sessions/end-all/", sessions.end_all, name="end_all_sessions"),
    path("profile/password/", own_password.change_password, name="own_password"),
    path("alert/dismiss/", sign_in.dismiss, name="dismiss_alert"),
    path("users/", users.UserList.as_view(), name="users"),
    path("users/invite/", users.user_invite, name="user_invite"),
    path("users/<int:pk>/", users.user_edit, name="user"),
    path("profile/photo/", photos.own_photo, name="own_photo"),
    path("users/<int:pk>/photo/", photos.user_photo, name="user_photo"),
    path("users/<int:pk>/picture/", photos.picture, name="user_picture"),
    path("users/<int:pk>/link/", users.user_link, name="user_link"),
    path("users/<int:pk>/deactivate/", users.user_deactivate, name="user_deactivate"),
    path("users/<int:pk>/reactivate/", users.user_reactivate, name="user_reactivate"),
    path("audit/", audit.AuditTrail.as_view(), name="audit"),
    path("audit/export/", audit.audit_export, name="audit_export"),
    path("settings/", firm.FirmSettings.as_view(), name="firm"),
    path("logo/", firm.logo, name="logo"),
]
