"""Addresses of exception listings and recorded reviews of the trail."""

from __future__ import annotations

from django.urls import path

from core.views import listings, trail_reviews

urlpatterns = [
    path("listings/", listings.index, name="listing-list"),
    path("listings/<slug:name>/", listings.detail, name="listing-detail"),
    path("reviews/", trail_reviews.index, name="trail-review-list"),
    path("reviews/add/", trail_reviews.add, name="trail-review-add"),
    path("reviews/<int:number>/", trail_reviews.detail, name="trail-review-detail"),
]
