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
    """BCMETHOD: what is used to prevent pregnancy."""

    COMBINED = "COMBINED", _("Oestrogen and progestogen, ovulation inhibited (pill, ring, patch)")
    PROGESTOGEN = "PROGESTOGEN", _("Progestogen alone, ovulation inhibited (pill, injection)")
    IMPLANT = "IMPLANT", _("Implant")
    IUD = "IUD", _("Copper intrauterine device")
    IUS = "IUS", _("Hormone-releasing intrauterine system")
    TUBAL = "TUBAL", _("Fallopian tubes tied or closed")
    VASECTOMY = "VASECTOMY", _("Sole partner with vasectomy, success confirmed")
    ABSTINENCE = "ABSTINENCE", _("No intercourse with men, the usual way of life")
    MINIPILL = "MINIPILL", _("Progestogen pill without reliable inhibition of ovulation")
    CONDOM = "CONDOM", _("Condom")
    DIAPHRAGM = "DIAPHRAGM", _("Diaphragm, cap or sponge")
    SPERMICIDE = "SPERMICIDE", _("Spermicide")
    CALENDAR = "CALENDAR", _("Calendar, temperature or mucus")
    WITHDRAWAL = "WITHDRAWAL", _("Coitus interruptus")
    LACTATION = "LACTATION", _("Breastfeeding alone")
    NONE = "NONE", _("None")


# Fewer than one pregnancy in a hundred women a year, when used rightly; one of them is enough (CTFG recommendations on
# contraception in trials, version 1.1, 2020).
HIGHLY_EFFECTIVE: frozenset[str] = frozenset(
    {Contraception.COMBINED, Contraception.PROGESTOGEN, Contraception.IMPLANT, Contraception.IUD, Contraception.IUS}
    | {Contraception.TUBAL, Contraception.VASECTOMY, Contraception.ABSTINENCE}
)
