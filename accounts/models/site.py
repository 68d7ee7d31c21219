"""Sites: the hospitals of the trial, each on its own clock."""

from __future__ import annotations

from datetime import date
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models.kept import Kept, KeptQuerySet, kept_history

TRIAL_TIME_ZONE = "Asia/Shanghai"  # the clock of those who work for all sites


@cache
def known_time_zones() -> frozenset[str]:
    """Names of places, such as Asia/Shanghai: abbreviations and fixed offsets do not follow the law of the place."""
    return frozenset(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))


def validate_time_zone(value: str) -> None:
    if value not in known_time_zones():
        raise ValidationError(
            _("“%(value)s” is not a time zone. Use a name such as Asia/Shanghai."), params={"value": value}
        )


def validate_recipients(value: str) -> None:
    """One e-mail address a line; blanks around it and empty lines do not matter."""
    for line in filter(None, map(str.strip, value.splitlines())):
        message = _("“%(value)s” is not an e-mail address. Write one address on each line.")
        EmailValidator(message)(line)


class Site(Kept):
    """A hospital that takes part in the trial."""

    told_as = ("SITE", "code name")

    code = models.CharField(
        _("number"),
        max_length=2,
        unique=True,
        validators=[RegexValidator(r"^[0-9]{2}\Z", _("Use two digits, such as 01."))],
        help_text=_("Two digits. Subject numbers begin with it, so it cannot be changed later."),
    )
    name = models.CharField(_("name"), max_length=200)
    name_zh = models.CharField(_("name in Chinese"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    city_zh = models.CharField(_("city in Chinese"), max_length=100, blank=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=50,
        default=TRIAL_TIME_ZONE,
        validators=[validate_time_zone],
        help_text=_("The clock of the site's records, such as Asia/Shanghai."),
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("A site that is not active takes no new subjects. Its data stay.")
    )
    seal_recipients = models.TextField(
        _("recipients of seals"),
        blank=True,
        validators=[validate_recipients],
        help_text=_(
            "E-mail addresses at the hospital, one on each line, that keep a copy of every seal of the audit trail. "
            "With it the hospital can prove later that nothing was altered."
        ),
    )

    objects = KeptQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{2}$"),
                name="site_code_two_digits",
                violation_error_message=_("Use two digits, such as 01."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self._in_readers_language(self.name, self.name_zh)

    @property
    def place(self) -> str:
        """The city in the reader's language."""
        return self._in_readers_language(self.city, self.city_zh)

    @property
    def clock(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def seal_addresses(self) -> list[str]:
        """Who at the site keeps the seals."""
        return [line for each in self.seal_recipients.splitlines() if (line := each.strip())]

    def today(self) -> date:
        """The date on the site's own calendar."""
        return timezone.localdate(timezone=self.clock)

    @staticmethod
    def _in_readers_language(english: str, chinese: str) -> str:
        return chinese if chinese and (translation.get_language() or "").startswith("zh") else english
