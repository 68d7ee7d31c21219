"""Code lists that more than one form uses (CDISC controlled terminology where it has them)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class NoYes(models.TextChoices):
    """NY: no, yes."""

    NO = "N", _("No")
    YES = "Y", _("Yes")


class Qualitative(models.TextChoices):
    """Result of a test that says yes or no."""

    NEGATIVE = "NEG", _("Negative")
    POSITIVE = "POS", _("Positive")
    INDETERMINATE = "IND", _("Indeterminate")


class Contraception(models.TextChoices):
    """Methods, those that fail in fewer than one of a hundred women a year first (CTFG recommendations)."""

    COMBINED = "COMBINED", _("Combined hormonal, inhibits ovulation")
    PROGESTOGEN = "PROGESTOGEN", _("Progestogen only, inhibits ovulation")
    IMPLANT = "IMPLANT", _("Implant")
    IUD = "IUD", _("Intrauterine device")
    IUS = "IUS", _("Intrauterine system with hormone")
    OCCLUSION = "OCCLUSION", _("Both tubes tied or blocked")
    VASECTOMY = "VASECTOMY", _("Sole partner with vasectomy, success confirmed")
    ABSTINENCE = "ABSTINENCE", _("Abstinence as the usual way of life")
    CONDOM = "CONDOM", _("Condom")
    PILL_OTHER = "PILL OTHER", _("Progestogen only, does not inhibit ovulation")
    DIAPHRAGM = "DIAPHRAGM", _("Diaphragm or cap with spermicide")
    SPERMICIDE = "SPERMICIDE", _("Spermicide alone")
    CALENDAR = "CALENDAR", _("Calendar or temperature method")
    WITHDRAWAL = "WITHDRAWAL", _("Withdrawal")
    LACTATION = "LACTATION", _("Breastfeeding")
    NONE = "NONE", _("None")


# Each of them alone is enough (CTFG recommendations on contraception in trials, version 1.1, 2020, section 4.1).
HIGHLY_EFFECTIVE: frozenset[str] = frozenset(
    {
        Contraception.COMBINED,
        Contraception.PROGESTOGEN,
        Contraception.IMPLANT,
        Contraception.IUD,
        Contraception.IUS,
        Contraception.OCCLUSION,
        Contraception.VASECTOMY,
        Contraception.ABSTINENCE,
    }
)
