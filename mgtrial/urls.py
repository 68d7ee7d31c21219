"""Every address of the project."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("coding.urls")),
    path("", include("reports.urls")),
    path("", include("safety.urls")),
    path("", include("core.urls")),
    path("", include("dosing.urls")),
]
