"""Addresses of sign-in, language and password."""

from __future__ import annotations

from django.urls import path

from accounts import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("language/", views.language_set, name="language-set"),
    path("password/", views.password_change, name="password-change"),
    path("password/<int:user_id>/<str:token>/", views.password_set, name="password-set"),
]
