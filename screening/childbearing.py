"""Who may become pregnant, and which contraception is highly effective (clinical reference pack, 7 and 8.5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.codes import HIGHLY_EFFECTIVE, NoYes
from core.crf.values import PartialDate
from screening.partial import months_passed


class Surgery(models.TextChoices):
    """Operations on the reproductive organs. Tubal ligation is contraception, not sterility (CTFG)."""

    HYSTERECTOMY = "HYSTERECTOMY", _("Uterus removed")
    SALPINGECTOMY = "SALPINGECTOMY", _("Both Fallopian tubes removed")
    OOPHORECTOMY = "OOPHORECTOMY", _("Both ovaries removed")
    TUBAL = "TUBAL", _("Fallopian tubes tied or closed")
    OTHER = "OTHER", _("Another operation, fertility kept")


class Menses(models.TextChoices):
    """How menstruation stands."""

    REGULAR = "REGULAR", _("Regular")
    IRREGULAR = "IRREGULAR", _("Irregular")
    STOPPED = "STOPPED", _("Stopped")


class Cause(models.TextChoices):
    """Why menstruation stopped."""

    AGE = "AGE", _("Menopause, no other cause")
    CYCLOPHOSPHAMIDE = "CYCLOPHOSPHAMIDE", _("After cyclophosphamide or other chemotherapy")
    HORMONES = "HORMONES", _("Hormonal contraception or hormone replacement")
    DRUG = "DRUG", _("Another medicine")
    LACTATION = "LACTATION", _("Breastfeeding or recent birth")
    DISEASE = "DISEASE", _("A disease, low weight or stress")
    SURGERY = "SURGERY", _("An operation")
    OTHER = "OTHER", _("Another cause")


STERILE = frozenset({Surgery.HYSTERECTOMY, Surgery.SALPINGECTOMY, Surgery.OOPHORECTOMY})
# Twelve months without menses settle it after these; with any other cause besides, menses may come back.
SETTLED_BY_TIME = frozenset({Cause.AGE, Cause.CYCLOPHOSPHAMIDE})


def may_conceive(
    on: date,
    *,
    menarche: str | None,
    surgery: Iterable[str],
    menses: str | None,
    causes: Iterable[str],
    last_menses: PartialDate | None,
) -> str | None:
    """Is she of childbearing potential on that day, `Y` or `N`? None while the answers leave it open.

    Fertile from menarche until post-menopausal, unless permanently sterile; post-menopausal is no menses for so many
    months as the parameter `amenorrhoea` says, without other cause (CTFG recommendations on contraception).
    """
    if STERILE & set(surgery) or menarche == NoYes.NO:
        return NoYes.NO
    if menses is None:
        return None
    if menses != Menses.STOPPED or not set(causes) <= SETTLED_BY_TIME:
        return NoYes.YES
    return _after_menopause(on, causes, last_menses)


def _after_menopause(on: date, causes: Iterable[str], last_menses: PartialDate | None) -> str | None:
    """Only time decides: the latest and the earliest day that the last menses can have been on must agree."""
    passed = None if last_menses is None else months_passed(last_menses, protocol.months("amenorrhoea"), on)
    if passed is False:
        return NoYes.YES
    return NoYes.NO if passed and set(causes) else None


def highly_effective(methods: Iterable[str]) -> str:
    """Is one of the methods highly effective, below 1 % a year when used rightly (CTFG)? Others do not add up to it."""
    return NoYes.YES if HIGHLY_EFFECTIVE & set(methods) else NoYes.NO
