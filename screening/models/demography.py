"""DM: demography, no more than the analysis needs."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.declare import Spec, coded, partial_date, text
from core.models import Crf


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
    """DM: birth date, sex and ethnicity."""

    crf = Spec("DM", _("Demography"), version=1, domain="DM")

    brthdat = partial_date(
        _("Date of birth"), sdtm="BRTHDTC", help=_("The year alone is enough where the site gives no more.")
    )
    sex = coded(_("Sex at birth"), Sex, sdtm="SEX")
    ethnic = coded(_("Ethnicity"), Ethnicity, sdtm="ETHNIC")
    ethnicoth = text(
        _("Which other ethnicity"), length=50, asked_if=("ethnic", "OTHER"), sdtm="SUPPDM.QVAL where QNAM = ETHNICOT"
    )
