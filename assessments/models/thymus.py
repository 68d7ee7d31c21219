"""THYM: thymus on chest CT, thymectomy and radiotherapy (exclusion 2)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, file, partial_date, rule, text
from core.crf.values import PartialDate
from core.models import Crf

DONE = ("ctperf", "Y")
OPERATED = ("thymect", "Y")


class Image(models.TextChoices):
    """What the chest CT shows of the thymus."""

    NORMAL = "NORMAL", _("Normal for the age")
    ENLARGED = "ENLARGED", _("Enlarged")
    MASS = "MASS", _("Mass")
    ABSENT = "ABSENT", _("Removed, no residue")
    RESIDUE = "RESIDUE", _("Residue or recurrence")


class Approach(models.TextChoices):
    """How the thymus was removed."""

    STERNOTOMY = "STERNOTOMY", _("Sternotomy")
    VATS = "VATS", _("Thoracoscopy")
    ROBOT = "ROBOT", _("Robot-assisted")
    CERVICAL = "CERVICAL", _("From the neck")
    OTHER = "OTHER", _("Another approach")


class Histology(models.TextChoices):
    """What the removed thymus was; thymoma by the WHO type."""

    NORMAL = "NORMAL", _("Normal or involuted")
    HYPERPLASIA = "HYPERPLASIA", _("Hyperplasia")
    A = "A", _("Thymoma A")
    AB = "AB", _("Thymoma AB")
    B1 = "B1", _("Thymoma B1")
    B2 = "B2", _("Thymoma B2")
    B3 = "B3", _("Thymoma B3")
    CARCINOMA = "CARCINOMA", _("Thymic carcinoma")
    OTHER = "OTHER", _("Another finding")


class Thymus(Crf):
    """THYM: the thymus now, and what was done to it."""

    crf = Spec("THYM", _("Thymus and chest CT"), version=1, domain="PR")

    ctperf = coded(_("Was a chest CT done?"), NoYes, heading=_("Chest CT"), sdtm="PROCCUR where PRTRT = CHEST CT")
    ctreasnd = text(_("Reason not done"), asked_if=("ctperf", "N"), sdtm="PRREASOC")
    ctdat = date(_("Date of the CT"), asked_if=DONE, sdtm="PRSTDTC where PRTRT = CHEST CT")
    ctcontr = coded(
        _("Was contrast medium given?"), NoYes, asked_if=DONE, help=_("It may worsen myasthenia gravis."),
        sdtm="SUPPPR.QVAL where QNAM = CONTRAST",
    )  # fmt: skip
    ctthym = coded(_("Thymus"), Image, asked_if=DONE, sdtm="FAORRES where FAOBJ = THYMUS")
    ctother = text(_("Other findings"), length=500, asked_if=DONE, optional=True, sdtm="FAORRES where FAOBJ = CHEST CT")
    ctreport = file(
        _("Report"), asked_if=DONE, optional=True,
        help=_("PDF, PNG or JPEG, up to 10 MB. Cover the subject's name and hospital numbers first."),
    )  # fmt: skip
    thymect = coded(
        _("Was the thymus ever removed?"), NoYes, heading=_("Thymectomy"), sdtm="PROCCUR where PRTRT = THYMECTOMY"
    )
    thymdat = partial_date(_("Date of the thymectomy"), asked_if=OPERATED, sdtm="PRSTDTC where PRTRT = THYMECTOMY")
    thymappr = coded(_("Approach"), Approach, asked_if=OPERATED, sdtm="SUPPPR.QVAL where QNAM = APPROACH")
    thymhist = coded(_("Histology"), Histology, asked_if=OPERATED, sdtm="MHTERM where MHCAT = THYMUS")
    thymplan = coded(
        _("Is a thymectomy needed or planned during the trial?"), NoYes, sdtm="SUPPPR.QVAL where QNAM = PLANNED"
    )
    thymrt = coded(
        _("Was the thymus ever irradiated?"), NoYes, heading=_("Radiotherapy"),
        sdtm="PROCCUR where PRTRT = THYMIC RADIOTHERAPY",
    )  # fmt: skip
    thymrtdat = partial_date(
        _("Last day of radiotherapy"), asked_if=("thymrt", "Y"), sdtm="PRENDTC where PRTRT = THYMIC RADIOTHERAPY"
    )
    thymrtpl = coded(
        _("Is radiotherapy of the thymus planned during the trial?"), NoYes, sdtm="SUPPPR.QVAL where QNAM = RTPLAN"
    )

    @rule("THYM-01", _("The CT shows a removed thymus, yet no thymectomy is recorded. Please check both."))
    def absence_is_explained(ctthym: str, thymect: str) -> bool:
        return ctthym != Image.ABSENT or thymect == NoYes.YES

    @rule("THYM-02", _("A mass of the thymus is seen. Tell the investigator: does it need surgery (exclusion 2)?"))
    def mass_is_judged(ctthym: str, thymplan: str | None = None) -> bool:
        """Thymoma itself does not exclude, an operation during the trial does (clinical reference pack, 2.2, E2)."""
        return ctthym not in (Image.MASS, Image.RESIDUE) or thymplan is not None

    @rule(
        "THYM-03", _("A thymectomy or radiotherapy during the trial excludes the subject (exclusion 2). Please check.")
    )
    def nothing_planned(thymplan: str | None = None, thymrtpl: str | None = None) -> bool:
        return NoYes.YES not in (thymplan, thymrtpl)

    @rule("THYM-04", _("The radiotherapy ended before the thymectomy. Please check both dates."))
    def radiotherapy_follows_surgery(thymdat: PartialDate, thymrtdat: PartialDate) -> bool:
        """Usual after thymoma surgery; the other order happens and is confirmed. Only what is certain is asked."""
        return thymrtdat.latest >= thymdat.earliest
