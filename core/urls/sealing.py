"""Addresses of seals."""

from __future__ import annotations

from django.urls import path

from core.views import sealing

urlpatterns = [
    path("seals/", sealing.index, name="seal-list"),
    path("seals/<int:number>/document/", sealing.document, name="seal-document"),
    path("seals/<int:number>/signature/", sealing.signature, name="seal-signature"),
    path("seals/<int:number>/key/", sealing.public_key, name="seal-key"),
]
