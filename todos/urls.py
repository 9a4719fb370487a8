"""Addresses of the room."""

from django.urls import path

from todos.views import items, reminders
from todos.views.tasks import TaskList

app_name = "todos"
urlpatterns = [
    path("", TaskList.as_view(), name="tasks"),
    path("add/", reminders.pick, name="pick"),
    path("contact/<int:pk>/reminder/", reminders.ReminderAdd.as_view(), name="reminder_add"),
    path("contact/<int:pk>/item/", items.ItemAdd.as_view(), name="item_add"),
    path("reminder/<int:pk>/", reminders.ReminderEdit.as_view(), name="reminder_edit"),
    path("reminder/<int:pk>/done/", reminders.reminder_done, name="reminder_done"),
    path("reminder/<int:pk>/reopen/", reminders.reminder_reopen, name="reminder_reopen"),
    path("reminder/<int:pk>/snooze/", reminders.reminder_snooze, name="reminder_snooze"),
    path("item/<int:pk>/", items.ItemEdit.as_view(), name="item_edit"),
    path("item/<int:pk>/done/", items.item_done, name="item_done"),
    path("item/<int:pk>/reopen/", items.item_reopen, name="item_reopen"),
    path("file/<int:pk>/", items.item_file, name="item_file"),
    path("item/<int:pk>/withdraw/", items.item_withdraw, name="item_withdraw"),
]
