"""ECG: electrocardiogram in triplicate, QTcF of each tracing and their mean (exclusion 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date as Date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments import qtc
from assessments.timeline import baseline_for
from core import protocol
from core.crf.codes import NoYes
from core.crf.declare import RowsSpec, Spec, coded, decimal, derive, integer, rule, text, time
from core.crf.rules import Context
from core.models import Crf, CrfRow, Subject

DONE = ("egperf", "Y")
CTCAE = "CTCAE 5.0"  # the registry entry names this version
STORED = Decimal("0.001")  # ms; limits are held against the unrounded mean


class Rhythm(models.TextChoices):
    """The rhythm of the heart."""

    SINUS = "SINUS", _("Sinus rhythm")
    AF = "AF", _("Atrial fibrillation or flutter")
    PACED = "PACED", _("Paced")
    OTHER = "OTHER", _("Another rhythm")


class Conduction(models.TextChoices):
    """What widens QRS and with it QT."""

    NONE = "NONE", _("None")
    RIGHT = "RBBB", _("Right bundle branch block")
    LEFT = "LBBB", _("Left bundle branch block")
    OTHER = "IVCD", _("Another delay of conduction")


class Judgement(models.TextChoices):
    """The investigator's judgement."""

    NORMAL = "NORMAL", _("Normal")
    NOT_SIGNIFICANT = "NCS", _("Abnormal, not clinically significant")
    SIGNIFICANT = "CS", _("Abnormal, clinically significant")


class QtcGrade(models.TextChoices):
    """CTCAE 5.0, "Electrocardiogram QT corrected interval prolonged"."""

    ZERO = "0", _("Grade 0")
    ONE = "1", _("Grade 1")
    TWO = "2", _("Grade 2")
    THREE = "3", _("Grade 3")
    FOUR = "4", _("Grade 4")


def qtcf_of(tracing: Any) -> Decimal | None:
    """QTcF of a tracing in ms, unrounded; None while QT, or RR and heart rate, are missing."""
    rr = qtc.rr_seconds(tracing.eghr, tracing.egrr)
    return None if tracing.egqt is None or rr is None else qtc.fridericia(tracing.egqt, rr)


def mean_qtcf(tracings: Iterable[Any]) -> Decimal | None:
    """The mean of all tracings that were read, unrounded. None where one was read in part."""
    begun = [one for one in tracings if (one.egqt, one.eghr, one.egrr) != (None, None, None)]
    found = [qtcf for one in begun if (qtcf := qtcf_of(one)) is not None]
    return qtc.mean(found) if len(found) == len(begun) else None


def rise_of(mean: Decimal, subject: Subject, on: Date | None, context: Context) -> Decimal | None:
    """How far the mean lies above that of the baseline tracings, in ms, unrounded."""
    first = baseline_for(context.records("ECG"), subject, on)
    before = mean_qtcf(context.rows(first, "tracings")) if first else None
    return None if before is None else mean - before


class Ecg(Crf):
    """ECG: a twelve-lead electrocardiogram at rest, three tracings."""

    crf = Spec("ECG", _("Electrocardiogram"), version=1, domain="EG")

    egperf = coded(_("Was an electrocardiogram recorded?"), NoYes, sdtm="EGSTAT")
    egreasnd = text(_("Reason not recorded"), asked_if=("egperf", "N"), sdtm="EGREASND")
    egtim = time(_("Time of the first tracing"), asked_if=DONE, sdtm="EGDTC")
    egrhythm = coded(_("Rhythm"), Rhythm, asked_if=DONE, sdtm="EGORRES where EGTESTCD = RHYNOS")
    egbbb = coded(
        _("Bundle branch block"), Conduction, asked_if=DONE, sdtm="EGORRES where EGTESTCD = IVCIVB",
        help=_("It lengthens QT: judge a long QTcF with that in mind."),
    )  # fmt: skip
    egtdp = coded(
        _("Torsade de pointes, polymorphic ventricular tachycardia or signs of a serious arrhythmia?"), NoYes,
        asked_if=DONE, sdtm="EGORRES where EGTESTCD = VTARRY",
    )  # fmt: skip
    egintp = coded(_("Judgement"), Judgement, asked_if=DONE, sdtm="EGORRES where EGTESTCD = INTP")
    egabn = text(_("What is abnormal"), asked_if=("egintp", ("NCS", "CS")), sdtm="EGORRES")
    egn = integer(
        _("Tracings read"), heading=_("Mean of the tracings"), sdtm="SUPPEG.QVAL where QNAM = EGN"
    )  # fmt: skip
    egqtcf = decimal(
        _("Mean QTcF"), unit="ms", digits=8, places=3, sdtm="EGORRES where EGTESTCD = QTCFAG",
        help=_("After Fridericia. Kept to 0.001 ms; limits are held against the unrounded mean."),
    )  # fmt: skip
    egqtcfch = decimal(
        _("Change from baseline"), unit="ms", digits=8, places=3, limits=(None, None),
        sdtm="SUPPEG.QVAL where QNAM = CHG",
    )  # fmt: skip
    egprol = coded(_("Above the limit for the sex"), NoYes, sdtm="SUPPEG.QVAL where QNAM = QTPROL")
    egtoxgr = coded(_("CTCAE grade of a long QTc"), QtcGrade, sdtm="SUPPEG.QVAL where QNAM = EGTOXGR")
    egtoxv = text(_("Grading system"), length=20, sdtm="SUPPEG.QVAL where QNAM = EGTOXV")

    @derive("egn", "ECG-COUNT")
    def count(egperf: str, rows: Mapping[str, list[Any]]) -> int | None:
        return sum(qtcf_of(one) is not None for one in rows["tracings"]) if egperf == NoYes.YES else None

    @derive("egqtcf", "ECG-QTCF-MEAN")
    def mean_of_tracings(egperf: str, rows: Mapping[str, list[Any]]) -> Decimal | None:
        """The mean of the unrounded tracings, however many were read: ECG-01 asks where they are not three."""
        mean = mean_qtcf(rows["tracings"])
        return None if mean is None else mean.quantize(STORED, ROUND_HALF_UP)

    @derive("egqtcfch", "ECG-QTCF-CHANGE", forms=("ECG",))
    def change(
        egperf: str, rows: Mapping[str, list[Any]], context: Context, subject: Subject, visit_on: Date
    ) -> Decimal | None:
        """Against the last record before treatment; empty before treatment."""
        mean = mean_qtcf(rows["tracings"])
        rise = None if mean is None else rise_of(mean, subject, visit_on, context)
        return None if rise is None else rise.quantize(STORED, ROUND_HALF_UP)

    @derive("egprol", "ECG-PROLONGED", forms=("DM",))
    def prolonged(egperf: str, rows: Mapping[str, list[Any]], context: Context) -> str | None:
        """Strictly above 450 ms in men and 470 ms in women (parameters), unrounded (exclusion 3)."""
        mean, sex = mean_qtcf(rows["tracings"]), context.newest("DM", "sex")
        if mean is None or sex is None:
            return None
        limit = protocol.number("qtcf_limit_women" if sex == "F" else "qtcf_limit_men")
        return NoYes.YES if mean > limit else NoYes.NO

    @derive("egtoxgr", "ECG-GRADE", forms=("ECG",))
    def grade(
        rows: Mapping[str, list[Any]],
        context: Context,
        subject: Subject,
        visit_on: Date | None = None,
        egtdp: str | None = None,
    ) -> str | None:
        """CTCAE 5.0, of the unrounded mean and its rise above baseline; grade 4 needs the answer about arrhythmia."""
        mean = mean_qtcf(rows["tracings"])
        if mean is None:
            return QtcGrade.FOUR if egtdp == NoYes.YES else None
        rise = rise_of(mean, subject, visit_on, context)
        return str(qtc.ctcae_grade(mean, rise, egtdp == NoYes.YES))

    @derive("egtoxv", "ECG-GRADED-BY")
    def graded_by(egtoxgr: str) -> str:
        """Kept with each grade: a later version grades otherwise."""
        return CTCAE

    @rule("ECG-01", _("Three tracings are asked for. Enter the others, or answer here why there are fewer."))
    def in_triplicate(egperf: str, rows: Mapping[str, list[Any]], egn: int | None = None) -> bool:
        return egperf != NoYes.YES or (egn or 0) >= protocol.number("ecg_tracings")

    @rule("ECG-02", _("QTcF is above the limit. Tell the investigator, who judges it together with QRS and drugs."))
    def not_prolonged(egprol: str) -> bool:
        """Before treatment it bears on exclusion 3; later on drugs that lengthen QT, such as ondansetron."""
        return egprol == NoYes.NO

    @rule("ECG-03", _("A long QTcF of grade 3 or 4 is significant. Please check the judgement, and record the event."))
    def grade_is_judged(egtoxgr: str, egintp: str) -> bool:
        return egtoxgr not in (QtcGrade.THREE, QtcGrade.FOUR) or egintp == Judgement.SIGNIFICANT


class Tracing(CrfRow):
    """One tracing."""

    rows = RowsSpec(Ecg, "tracings", _("Tracings"), start=({"egnum": "1"}, {"egnum": "2"}, {"egnum": "3"}))

    egnum = integer(_("Tracing"), limits=(1, 9), sdtm="EGREPNUM")
    egqt = integer(
        _("QT"), unit="ms", limits=(1, 1500), expect=(300, 550), sdtm="EGORRES where EGTESTCD = QTAG",
    )  # fmt: skip
    egrr = integer(
        _("RR"), unit="ms", limits=(1, 6000), expect=(500, 1300), optional=True,
        sdtm="EGORRES where EGTESTCD = RRAG",
    )  # fmt: skip
    eghr = integer(
        _("Heart rate"), unit="/min", limits=(1, 350), expect=(46, 120), optional=True,
        sdtm="EGORRES where EGTESTCD = EGHRMN",
    )  # fmt: skip
    qtcf = decimal(_("QTcF"), unit="ms", digits=7, places=1, sdtm="EGORRES where EGTESTCD = QTCFSB")

    @derive("qtcf", "ECG-QTCF")
    def fridericia(egqt: int, egrr: int | None = None, eghr: int | None = None) -> Decimal | None:
        """From RR, where it was not read from the heart rate. Rounded for display; the mean is of unrounded figures."""
        rr = qtc.rr_seconds(eghr, egrr)
        return None if rr is None else qtc.fridericia(egqt, rr).quantize(Decimal("0.1"), ROUND_HALF_UP)

    @rule("ECG-04", _("Enter RR or the heart rate of this tracing: QT cannot be corrected without."))
    def rate_is_there(egqt: int, egrr: int | None = None, eghr: int | None = None) -> bool:
        return egrr is not None or eghr is not None

    @rule("ECG-05", _("RR and heart rate differ by more than a tenth. Please check both."))
    def rate_fits_interval(egrr: int, eghr: int) -> bool:
        """Heart rate x RR is 60000 ms."""
        return abs(egrr * eghr - 60000) <= 6000

    @rule("ECG-06", _("QT is as long as the whole beat. Please check QT and RR."))
    def repolarises_within_the_beat(egqt: int, egrr: int) -> bool:
        return egqt < egrr
