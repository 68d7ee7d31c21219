"""Small pieces every page is made of: icons, states in words, dates and time stamps."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import request

register = template.Library()

SPRITE = "vendor/bootstrap-icons/sprite.svg"

STATES: dict[str, str | Promise] = {
    "complete": pgettext_lazy("state", "Complete"),
    "incomplete": pgettext_lazy("state", "Incomplete"),
    "due": pgettext_lazy("state", "Due"),
    "overdue": pgettext_lazy("state", "Overdue"),
    "upcoming": pgettext_lazy("state", "Upcoming"),
    "missed": pgettext_lazy("state", "Missed"),
    "later": pgettext_lazy("state", "Form comes later"),
    "void": pgettext_lazy("state", "Void"),
    "query": pgettext_lazy("state", "Query"),
}


class HasClock(Protocol):
    """A site, as far as showing a time goes."""

    @property
    def clock(self) -> ZoneInfo: ...


@register.simple_tag
def icon(name: str, label: str | Promise = "") -> SafeString:
    """An icon of the sprite; without a label it is decoration and screen readers pass it over."""
    address = f"{static(SPRITE)}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, address)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', address)


@register.simple_tag
def pill(state: str, label: str | Promise = "") -> SafeString:
    """A state as a word in a frame; the word is the state's own unless one is given."""
    word = STATES[state]
    return format_html('<span class="pill state-{}">{}</span>', state, label or word)


@register.simple_tag
def stamp(moment: datetime | None, site: HasClock | None = None, *, seconds: bool = False) -> SafeString:
    """A moment on the site's clock (or the reader's) with its offset, as 2026-11-24 16:20 +08:00."""
    if moment is None:
        return nothing()
    local = timezone.localtime(moment, site.clock if site else None)
    text = local.isoformat(" ", "seconds" if seconds else "minutes")
    return format_html('<time datetime="{}">{} {}</time>', local.isoformat(), text[:-6], text[-6:])


@register.simple_tag
def when(day: date | None) -> SafeString:
    """A date as 2026-11-24, the same in every language."""
    if day is None:
        return nothing()
    return format_html('<time datetime="{0}">{0}</time>', day.isoformat())


@register.simple_tag
def request_number() -> str:
    """What to quote when something went wrong; the same number is in the log and the trail."""
    return request.request_id.get()


def nothing() -> SafeString:
    """An absent value, said aloud by screen readers as well."""
    return format_html('<span class="no-value">{}</span>', _("none"))
