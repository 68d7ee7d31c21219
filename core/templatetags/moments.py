"""Addresses that keep the moment as of which a page shows a subject."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from core.moment import keep

register = template.Library()


@register.simple_tag(takes_context=True)
def page(context: Any, name: str, *args: Any) -> str:
    """`{% page 'visit-detail' subject.number place.name %}`: as of the page's `moment`, where it has one."""
    return keep(context.get("moment"), reverse(name, args=args))


@register.simple_tag(takes_context=True)
def then(context: Any, url: str) -> str:
    """Any address of the subject's as of the page's `moment`, where it has one."""
    return keep(context.get("moment"), url)
