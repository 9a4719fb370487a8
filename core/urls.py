"""Addresses of the core room."""

from django.urls import path

from core.access import staff_only
from core.views import export_files, operations

app_name = "core"
urlpatterns = [
    path("", staff_only(operations.OperationList.as_view()), name="operations"),
    path("seen/", operations.operations_seen, name="operations_seen"),
    path("<int:pk>/", staff_only(operations.OperationPage.as_view()), name="operation"),
    path("<int:pk>/seen/", operations.operation_seen, name="operation_seen"),
    path("<int:pk>/progress/", operations.operation_progress, name="operation_progress"),
    path("<int:pk>/cancel/", operations.operation_cancel, name="operation_cancel"),
    path("<int:pk>/pause/", operations.operation_pause, name="operation_pause"),
    path("<int:pk>/resume/", operations.operation_resume, name="operation_resume"),
    path("<int:pk>/retry/", operations.operation_retry, name="operation_retry"),
    path("<int:pk>/rest/", operations.operation_rest, name="operation_rest"),
    path("<int:pk>/report/", operations.operation_report, name="operation_report"),
    path("<int:pk>/file/", export_files.export_file, name="export_file"),
]
