"""A sentence of the trail: one pattern a translator sees whole, and the parts that are put into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.wording.fields import Value

ENDED = (".”", "?”", "!”", "。”", "？”", "！”")  # what is quoted has its full stop
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Link:
    """Words that lead to a page, where there is one."""

    text: str
    url: str = ""

    def __str__(self) -> str:
        return self.text

    @property
    def html(self) -> SafeString:
        """With the address behind it."""
        return format_html('<a href="{}">{}</a>', self.url, self.text) if self.url else escape(self.text)


@dataclass(frozen=True)
class Shown:
    """A value within a sentence: the old or the new one. Free text stands in quotation marks."""

    value: Value | None
    is_old: bool = False
    bare: bool = False

    def __str__(self) -> str:
        if self.value is None:
            return _("no value")
        text = self.value.bare if self.bare and self.value.bare else self.value.text
        return _("“%(text)s”") % {"text": text} if self.value.free else text

    @property
    def html(self) -> SafeString:
        """Old and new are told apart by more than their colour."""
        if self.value is None:
            return format_html('<span class="no-value">{}</span>', str(self))
        if self.value.url:
            return format_html(
                '<a href="{}">{}</a> <code class="soft">{}</code>', self.value.url, self, self.value.sha256
            )
        if self.is_old:
            return format_html('<del class="old-value">{}</del>', str(self))
        return format_html('<ins class="new-value">{}</ins>', str(self))


@dataclass(frozen=True)
class Sentence:
    """A pattern and its parts: texts, links, values, or sentences of their own."""

    pattern: str
    parts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.pattern % {name: str(part) for name, part in self.parts.items()}

    @property
    def html(self) -> SafeString:
        """The same with links and marked values; whatever people typed is escaped."""
        plain = str(escape(self.pattern)).replace("{", "{{").replace("}", "}}")
        pattern = PLACEHOLDER.sub(r"{\1}", plain)
        return format_html(pattern, **{name: _marked(part) for name, part in self.parts.items()})


def _marked(part: object) -> SafeString:
    return part.html if isinstance(part, (Link, Shown, Sentence)) else escape(str(part))


def closed(said: Sentence, reason: str = "", when: str = "") -> Sentence:
    """A sentence to its full stop, with why and at which stage of review."""
    parts = {"said": said, "reason": reason.strip().rstrip(".。"), "when": when}
    if reason and when:
        return Sentence(_("%(said)s; reason: %(reason)s; %(when)s."), parts)
    if reason:
        return Sentence(_("%(said)s; reason: %(reason)s."), parts)
    if when:
        return Sentence(_("%(said)s; %(when)s."), parts)
    return said if str(said).endswith(ENDED) else Sentence(_("%(said)s."), parts)


def stage(*, was_verified: bool, was_signed: bool) -> str:
    """How far the review of the old value had come when it was changed; empty before it began."""
    if was_verified and was_signed:
        return _("after verification and signature")
    if was_signed:
        return _("after signature, before verification")
    return _("after verification, before signature") if was_verified else ""
