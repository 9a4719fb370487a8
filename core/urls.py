"""Addresses of the core room."""

from django.urls import path

from core.operations import views
from core.spreadsheets.views import export_file

app_name = "core"
urlpatterns = [
    path("", views.OperationList.as_view(), name="operations"),
    path("seen/", views.operations_seen, name="operations_seen"),
    path("<int:pk>/", views.OperationPage.as_view(), name="operation"),
    path("<int:pk>/seen/", views.operation_seen, name="operation_seen"),
    path("<int:pk>/progress/", views.operation_progress, name="operation_progress"),
    path("<int:pk>/cancel/", views.operation_cancel, name="operation_cancel"),
    path("<int:pk>/pause/", views.operation_pause, name="operation_pause"),
    path("<int:pk>/resume/", views.operation_resume, name="operation_resume"),
    path("<int:pk>/retry/", views.operation_retry, name="operation_retry"),
    path("<int:pk>/rest/", views.operation_rest, name="operation_rest"),
    path("<int:pk>/report/", views.operation_report, name="operation_report"),
    path("<int:pk>/file/", export_file, name="export_file"),
]
