"""Addresses of the file import; part of the contacts room's."""

from django.urls import path

from contacts.views import imports

urlpatterns = [
    path("", imports.upload, name="import"),
    path("<int:pk>/columns/", imports.columns, name="import_columns"),
    path("<int:pk>/", imports.ImportPage.as_view(), name="import_page"),
    path("<int:pk>/progress/", imports.import_progress, name="import_progress"),
    path("<int:pk>/apply/", imports.apply, name="import_apply"),
    path("<int:pk>/mend/", imports.mend_all, name="import_mend"),
    path("<int:pk>/rows/<int:row_pk>/", imports.mend_row, name="import_row"),
    path("<int:pk>/rows/", imports.rows_file, name="import_rows"),
]
