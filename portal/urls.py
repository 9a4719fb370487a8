"""Addresses of the portal, and of its preview for staff, which has the same pages for reading only."""

from django.urls import path

from portal.access import portal_page, preview_page
from portal.views import (
    home,
    installing,
    items,
    library,
    links,
    messages,
    notifications,
    pictures,
    posts,
    profile,
    sessions,
    sign_in,
)

app_name = "portal"

# Route, view, name: each is open to the contact and, but for what changes something, in the preview.
PAGES = [
    ("", home.home, "home"),
    ("posts/", posts.posts, "posts"),
    ("items/", items.all_items, "items"),
    ("messages/", messages.messages, "messages"),
    ("messages/<int:thread_pk>/", messages.thread, "thread"),
    ("messages/file/<int:attachment_pk>/", messages.attachment, "attachment"),
    ("messages/to/<int:user_pk>/", messages.message_to, "message_to"),
    ("messages/team/", messages.message_team, "message_team"),
    ("library/", library.library, "library"),
    ("profile/", profile.profile, "profile"),
    ("cards/<int:card_pk>/image/", pictures.card_image, "card_image"),
    ("resources/<int:resource_pk>/cover/", pictures.resource_cover, "resource_cover"),
    ("categories/<int:category_pk>/cover/", pictures.category_cover, "category_cover"),
    ("team/<int:user_pk>/photo/", pictures.member_photo, "member_photo"),
]
OWN_PAGES = [
    ("items/<int:item_pk>/done/", items.item_done, "item_done"),
    ("items/<int:item_pk>/upload/", items.item_upload, "item_upload"),
    ("items/<int:item_pk>/undo/", items.item_undo, "item_undo"),
    ("messages/<int:thread_pk>/new/", messages.thread_poll, "thread_poll"),
    ("messages/<int:thread_pk>/read/", messages.thread_read, "thread_read"),
    ("messages/<int:thread_pk>/write/", messages.write, "thread_write"),
    ("messages/to/<int:user_pk>/write/", messages.write_to, "write_to"),
    ("messages/team/write/", messages.write_team, "write_team"),
    ("resources/<int:resource_pk>/open/", library.open_resource, "open_resource"),
    ("resources/<int:resource_pk>/file/", library.resource_file, "resource_file"),
    ("resources/<int:resource_pk>/watch/", library.watch, "watch"),
    ("resources/<int:resource_pk>/leave/", library.leave, "leave"),
    ("profile/notifications/", notifications.notifications, "notifications"),
    ("profile/notifications/add/", notifications.add_device, "add_device"),
    ("profile/notifications/remove/", notifications.remove_device, "remove_device"),
    ("profile/password/", profile.password, "password"),
    ("profile/sessions/", sessions.sessions, "sessions"),
    ("profile/sessions/end/", sessions.end, "end_session"),
    ("profile/sessions/end-others/", sessions.end_others, "end_other_sessions"),
    ("profile/sessions/end-all/", sessions.end_all, "end_all_sessions"),
]

urlpatterns = [
    *(path(route, portal_page(view), name=name) for route, view, name in PAGES + OWN_PAGES),
    *(
        path(f"preview/<int:pk>/{route}", preview_page(view), name="preview" if name == "home" else f"preview_{name}")
        for route, view, name in PAGES
    ),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("forgotten/", links.forgotten, name="forgotten"),
    path("forgotten/sent/", links.forgotten_sent, name="forgotten_sent"),
    # With all that follows, for mail programs take a bracket or a full stop behind an address for a part of it.
    path("invitation/<path:token>", links.follow, name="accept"),
    path("new-password/<path:token>", links.follow, name="new_password"),
    path("welcome/", links.unknown_link, name="unknown_link"),
    path("welcome/<str:reference>/", links.choose_password, name="choose_password"),
    path("welcome/<str:reference>/new-link/", links.new_link, name="new_link"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    path("icon/<int:size>.png", installing.icon, name="icon"),
    path("worker.js", installing.worker, name="worker"),
    path("offline/", installing.offline, name="offline"),
]
