"""UA: urinalysis, test strip and sediment."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, decimal, measured, rule, text, time
from core.models import Crf

DONE = ("lbperf", "Y")


class Strip(models.TextChoices):
    """A field of the test strip."""

    NEGATIVE = "NEG", _("Negative")
    TRACE = "TRACE", _("Trace")
    ONE = "1+", "1+"
    TWO = "2+", "2+"
    THREE = "3+", "3+"
    FOUR = "4+", "4+"


def _field(label: Any, code: str, **options: Any) -> Any:
    return coded(label, Strip, asked_if=DONE, sdtm=f"LBORRES where LBTESTCD = {code} and LBSPEC = URINE", **options)


class Urinalysis(Crf):
    """UA: one urine sample."""

    crf = Spec("UA", _("Urinalysis"), version=1, domain="LB")

    lbperf = coded(_("Was urine taken?"), NoYes, sdtm="LBSTAT")
    lbreasnd = text(_("Reason not taken"), asked_if=("lbperf", "N"), sdtm="LBREASND")
    lbdat = date(_("Date of the sample"), asked_if=DONE, heading=_("Sample"), sdtm="LBDTC")
    lbtim = time(_("Time of the sample"), asked_if=DONE, sdtm="LBDTC")
    lbnam = text(_("Laboratory"), asked_if=DONE, sdtm="LBNAM")
    uasg = decimal(
        _("Specific gravity"), digits=4, places=3, limits=(1, 2), expect=(1.003, 1.035), asked_if=DONE,
        heading=_("Test strip"), sdtm="LBORRES where LBTESTCD = SPGRAV",
    )  # fmt: skip
    uaph = decimal(
        _("pH"), digits=3, places=1, limits=(1, 14), expect=(4.5, 8), asked_if=DONE, sdtm="LBORRES where LBTESTCD = PH"
    )
    uaprot = _field(_("Protein"), "PROT")
    uagluc = _field(_("Glucose"), "GLUC")
    uaketo = _field(_("Ketones"), "KETONES")
    uabld = _field(_("Blood"), "OCCBLD")
    uawbcs = _field(_("Leukocyte esterase"), "LEUKASE")
    uanitr = _field(_("Nitrite"), "NITRITE")
    uabili = _field(_("Bilirubin"), "BILI")
    uauro = _field(_("Urobilinogen above normal"), "UROBIL")
    uarbc = measured(
        _("Red cells"), unit="/HPF", asked_if=DONE, optional=True, heading=_("Sediment"),
        help=_("As reported, for example 5.1 or <0.5."), sdtm="LBORRES where LBTESTCD = RBC and LBSPEC = URINE",
    )  # fmt: skip
    uawbc = measured(
        _("White cells"), unit="/HPF", asked_if=DONE, optional=True,
        sdtm="LBORRES where LBTESTCD = WBC and LBSPEC = URINE",
    )  # fmt: skip
    uaclsig = coded(_("Is anything clinically significant?"), NoYes, asked_if=DONE, sdtm="LBCLSIG")
    uacom = text(_("What is significant"), asked_if=("uaclsig", "Y"), sdtm="COVAL where RDOMAIN = LB")

    @rule(
        "UA-01",
        _("Nitrite and leukocytes are both found: a urinary infection is possible. Tell the investigator."),
    )
    def no_sign_of_infection(uawbcs: str, uanitr: str) -> bool:
        """An infection before lymphodepletion matters (exclusion 5)."""
        return Strip.NEGATIVE in (uawbcs, uanitr)

    @rule("UA-02", _("Protein of 2+ or more is found and called not significant. Please check with the investigator."))
    def protein_is_judged(uaprot: str, uaclsig: str) -> bool:
        return uaclsig == NoYes.YES or uaprot not in (Strip.TWO, Strip.THREE, Strip.FOUR)
