"""PFT: vital capacity and respiratory pressures; the watch for a myasthenic crisis."""

from __future__ import annotations

from datetime import date as Date
from decimal import Decimal
from fractions import Fraction

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.exact import change_percent, half_up
from assessments.timeline import baseline_for, last_until
from core import protocol
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, decimal, derive, integer, rule, text, time
from core.crf.rules import Context
from core.models import Crf, Subject

DONE = ("reperf", "Y")


class WhyNot(models.TextChoices):
    """Why it was not measured; too weak is a finding, not a gap."""

    TOO_WEAK = "TOO_WEAK", _("Too weak to blow")
    VENTILATED = "VENTILATED", _("Ventilated or tracheostomy")
    OTHER = "OTHER", _("Another reason")


class BlowPosition(models.TextChoices):
    """POSITION: how the subject was placed; vital capacity falls when lying down."""

    SITTING = "SITTING", _("Sitting")
    STANDING = "STANDING", _("Standing")
    SUPINE = "SUPINE", _("Supine")


class Predicted(models.TextChoices):
    """Where the predicted values come from."""

    GLI2012 = "GLI2012", _("GLI 2012")
    GLI2022 = "GLI2022", _("GLI 2022 (without ethnicity)")
    CHINA = "CHINA", _("Chinese reference equations")
    OTHER = "OTHER", _("Another source")


class Seal(models.TextChoices):
    """A weak face leaks at a mouthpiece."""

    MOUTHPIECE = "MOUTHPIECE", _("Mouthpiece")
    MASK = "MASK", _("Face mask")


def weight_on(context: Context, day: Date) -> Decimal | None:
    """The last weight taken until that day, in kg."""
    found = last_until((one for one in context.records("VS") if one.weight), day)
    return None if found is None else found.weight


def fall_of(fvc: Decimal, subject: Subject, day: Date, context: Context) -> Fraction | None:
    """Change of FVC in percent of baseline, unrounded; a fall is negative."""
    first = baseline_for((one for one in context.records("PFT") if one.fvc), subject, day)
    return None if first is None else change_percent(fvc, first.fvc)


class PulmonaryFunction(Crf):
    """PFT: spirometry, the best of three blows."""

    crf = Spec("PFT", _("Pulmonary function"), version=1, domain="RE")

    reperf = coded(_("Was vital capacity measured?"), NoYes, sdtm="RESTAT")
    rewhy = coded(_("Why not?"), WhyNot, asked_if=("reperf", "N"), sdtm="REREASND")
    rereasnd = text(_("Which other reason"), asked_if=("rewhy", "OTHER"), sdtm="REREASND")
    retim = time(_("Time"), asked_if=DONE, sdtm="REDTC")
    repos = coded(_("Position"), BlowPosition, asked_if=DONE, sdtm="REPOS")
    reseal = coded(_("Blown through"), Seal, asked_if=DONE, sdtm="SUPPRE.QVAL where QNAM = RESEAL")
    fvc = decimal(
        _("Forced vital capacity (FVC)"), unit="L", digits=4, places=2, limits=(0, 12), expect=(1, 7), asked_if=DONE,
        heading=_("Best of three"), sdtm="REORRES where RETESTCD = FVC",
    )  # fmt: skip
    fvcpp = decimal(
        _("FVC, of the predicted value"), unit="%", digits=5, places=1, limits=(0, 300), expect=(20, 150),
        asked_if=DONE, sdtm="REORRES where RETESTCD = FVCPP",
    )  # fmt: skip
    repred = coded(
        _("Source of the predicted value"), Predicted, asked_if=DONE, help=_("The same at every visit."),
        sdtm="SUPPRE.QVAL where QNAM = REPRED",
    )  # fmt: skip
    mip = integer(
        _("Maximal inspiratory pressure (MIP)"), unit="cmH2O", limits=(0, 300), expect=(20, 180), asked_if=DONE,
        optional=True, help=_("Without its sign."), sdtm="REORRES where RETESTCD = MIP",
    )  # fmt: skip
    mep = integer(
        _("Maximal expiratory pressure (MEP)"), unit="cmH2O", limits=(0, 400), expect=(20, 250), asked_if=DONE,
        optional=True, sdtm="REORRES where RETESTCD = MEP",
    )  # fmt: skip
    fvckg = decimal(
        _("FVC for body weight"), unit="mL/kg", digits=8, places=1, heading=_("Follows from the above"),
        help=_("With the last weight on the vital signs."), sdtm="SUPPRE.QVAL where QNAM = FVCKG",
    )  # fmt: skip
    fvcchg = decimal(
        _("FVC, change from baseline"), unit="%", digits=10, places=1, limits=(None, None),
        sdtm="SUPPRE.QVAL where QNAM = CHGPCT",
    )  # fmt: skip

    @derive("fvckg", "PFT-PER-WEIGHT", forms=("VS",))
    def per_weight(fvc: Decimal, visit_on: Date, context: Context) -> Decimal | None:
        weight = weight_on(context, visit_on)
        return half_up(1000 * Fraction(fvc) / Fraction(weight), 1) if weight else None

    @derive("fvcchg", "PFT-CHANGE", forms=("PFT",))
    def change(fvc: Decimal, visit_on: Date, subject: Subject, context: Context) -> Decimal | None:
        """Against the last record before treatment."""
        percent = fall_of(fvc, subject, visit_on, context)
        return None if percent is None else half_up(percent, 1)

    @rule(
        "PFT-01",
        _(
            "Vital capacity is so low for the body weight that a myasthenic crisis may be near. Tell the investigator "
            "now."
        ),
        forms=("VS",),
    )
    def breathes_enough(visit_on: Date, context: Context, fvc: Decimal, fvckg: Decimal | None = None) -> bool:
        """Below 15 to 20 mL/kg is watched (clinical reference pack, 4.6); the upper figure is the parameter."""
        weight = weight_on(context, visit_on)
        return weight is None or fvc * 1000 >= protocol.number("fvc_alert") * weight

    @rule(
        "PFT-02",
        _("Vital capacity fell far below baseline. A myasthenic crisis may be near: tell the investigator now."),
        forms=("PFT",),
    )
    def keeps_its_capacity(
        visit_on: Date, subject: Subject, context: Context, fvc: Decimal, fvcchg: Decimal | None = None
    ) -> bool:
        """A fall of more than 30 % against baseline (clinical reference pack, 4.6), unrounded."""
        percent = fall_of(fvc, subject, visit_on, context)
        return percent is None or -percent <= Fraction(protocol.number("fvc_fall"))

    @rule("PFT-03", _("The subject could not blow or is ventilated. Tell the investigator now."))
    def could_blow(rewhy: str) -> bool:
        return rewhy == WhyNot.OTHER
