"""DM: demography, no more than the analysis needs."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, derive, integer, partial_date, text
from core.crf.values import PartialDate
from core.models import Crf, Subject
from screening import partial

ADULT: Final = 18  # completed years at consent; inclusion 1 of the registry entry


class Sex(models.TextChoices):
    """SEX."""

    FEMALE = "F", _("Female")
    MALE = "M", _("Male")


class Ethnicity(models.TextChoices):
    """ETHNICC: the larger of China's nationalities."""

    HAN = "HAN", _("Han")
    ZHUANG = "ZHUANG", _("Zhuang")
    HUI = "HUI", _("Hui")
    MANCHU = "MANCHU", _("Manchu")
    UYGHUR = "UYGHUR", _("Uyghur")
    MIAO = "MIAO", _("Miao")
    YI = "YI", _("Yi")
    TUJIA = "TUJIA", _("Tujia")
    TIBETAN = "TIBETAN", _("Tibetan")
    MONGOL = "MONGOL", _("Mongol")
    SHE = "SHE", _("She")
    OTHER = "OTHER", _("Another")


class Demography(Crf):
    """DM: birth date, sex and ethnicity; age at consent follows."""

    crf = Spec("DM", _("Demography"), version=1, domain="DM")

    brthdat = partial_date(
        _("Date of birth"), sdtm="BRTHDTC", help=_("The year alone is enough where the site gives no more.")
    )
    sex = coded(_("Sex at birth"), Sex, sdtm="SEX")
    ethnic = coded(_("Ethnicity"), Ethnicity, sdtm="ETHNIC")
    ethnicoth = text(
        _("Which other ethnicity"), length=50, asked_if=("ethnic", "OTHER"), sdtm="SUPPDM.QVAL where QNAM = ETHNICOT"
    )
    age = integer(_("Age at informed consent"), unit="a", heading=_("Age"), sdtm="AGE")
    ageadult = coded(_("18 years or older at informed consent?"), NoYes, sdtm="SUPPDM.QVAL where QNAM = AGEADULT")

    @derive("age", "DM-AGE")
    def age_at_consent(brthdat: PartialDate, subject: Subject) -> int | None:
        """Completed years; empty where a partial date of birth leaves it open. Born on 29 February: 1 March counts."""
        if subject.consent_on is None:
            return None
        least, most = partial.ages(brthdat, subject.consent_on)
        return least if least == most and least >= 0 else None

    @derive("ageadult", "DM-ADULT")
    def adult(brthdat: PartialDate, subject: Subject) -> str | None:
        """Inclusion 1, decided only where both ends of the date of birth agree (clinical reference pack, 2.1 and 8.5).

        Of a birth year alone: 19 years before the consent is an adult; 18 years before is one on 31 December only.
        """
        if subject.consent_on is None:
            return None
        least, most = partial.ages(brthdat, subject.consent_on)
        if least >= ADULT:
            return NoYes.YES
        return NoYes.NO if most < ADULT else None
