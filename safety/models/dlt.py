"""DLT: dose-limiting toxicity to day 28; the data propose candidates, the committee decides."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import RowsSpec, Spec, coded, date, derive, integer, rule, text
from core.crf.rules import Context
from core.models import Crf, CrfRow, Subject
from safety.toxicity import dlt_reading

IN_LOG = ("dltsrc", "AE")
COUNTED = ("dltsrc", "HEM")


class Source(models.TextChoices):
    """Where the toxicity stands."""

    AE = "AE", _("Adverse event, line")
    CRS = "CRS", _("Daily record: CRS")
    ICANS = "ICANS", _("Daily record: ICANS")
    HEM = "HEM", _("Blood count")
    DEATH = "DEATH", _("Death")
    OTHER = "OTHER", _("Elsewhere")


class Definition(models.TextChoices):
    """The published definitions, by number (clinical reference pack, 4.8)."""

    CRS = "1", _("1: CRS of grade 4 or 5")
    ICANS = "2", _("2: ICANS of grade 3 or higher")
    HAEMATOLOGICAL = "3", _("3: haematological, grade 3 or higher, lasting")
    ORGAN = "4", _("4: organ, grade 3 or higher (heart, kidney: 2)")
    DEATH = "5", _("5: death related to treatment")
    OTHER = "6", _("6: another, judged so by the committee")


class Test(models.TextChoices):
    """Blood counts that may be dose-limiting; lymphocytes are not."""

    NEUT = "NEUT", _("Neutrophils")
    PLAT = "PLAT", _("Platelets")
    HGB = "HGB", _("Haemoglobin")
    WBC = "WBC", _("White blood cells")


class Organ(models.TextChoices):
    """Organ class of an adverse event."""

    CARDIAC = "CARDIAC", _("Heart")
    RENAL = "RENAL", _("Kidney, urinary tract")
    SKIN = "SKIN", _("Skin")
    GUT = "GI", _("Stomach and gut")
    LIVER = "HEPATIC", _("Liver")
    LUNG = "PULMONARY", _("Lung")
    BLOOD = "BLOOD", _("Blood")
    OTHER = "OTHER", _("Another")


class Judgement(models.TextChoices):
    """Is it dose-limiting?"""

    DLT = "DLT", _("DLT")
    NOT = "NOT_DLT", _("Not a DLT")


class Outcome(models.TextChoices):
    """What becomes of the subject in the dose finding."""

    DLT = "DLT", _("DLT")
    NONE = "NO_DLT", _("No DLT")
    NOT_EVALUABLE = "NOT_EVALUABLE", _("Not evaluable")


def _finding(code: str) -> str:
    return f"FAORRES where FATESTCD = {code} and FAOBJ = DLT"


class Adjudication(Crf):
    """DLT: one subject's evaluation from infusion to day 28."""

    crf = Spec("DLT", _("DLT adjudication"), version=1, domain="FA", safety=True, panel="safety.dlt_panel.panel")

    dltfudat = date(
        _("Toxicity was followed up to"), help=_("The last day that was looked at; day 28 at the least."),
        sdtm="FADTC",
    )  # fmt: skip
    dltprop = coded(_("Investigator's proposal"), Outcome, sdtm=_finding("PROPOSAL"))
    dltevaluable = coded(
        _("Evaluable for DLT"), NoYes, heading=_("Committee"), sdtm=_finding("EVALUABL"),
        help=_("Infused, and either followed to day 28 or with a DLT."),
    )  # fmt: skip
    dltsrcdat = date(_("Date of the committee's decision"), optional=True, help=_("Empty until then."), sdtm="FADTC")
    dltminut = text(_("Minutes, reference"), length=60, optional=True, sdtm=_finding("MINUTES"))
    dltdec = coded(
        _("Result"), Outcome, sdtm=_finding("DECISION"), help=_("From the decisions below, once each is taken.")
    )

    @derive("dltevaluable", "DLT-EVALUABLE")
    def evaluable(subject: Subject, rows: Any, dltfudat: datetime.date | None = None) -> str | None:
        """Clinical reference pack, 4.8. Who was not infused is not."""
        if any(row.dltsrcdec == Judgement.DLT for row in rows["candidates"]) and subject.infusion_on:
            return NoYes.YES
        window = dlt_reading.window(subject)
        if window is None:
            return NoYes.NO
        return None if dltfudat is None else NoYes.YES if dltfudat >= window.last else NoYes.NO

    @derive("dltdec", "DLT-RESULT", forms=dlt_reading.FORMS)
    def result(context: Context, rows: Any, dltevaluable: str, dltsrcdat: datetime.date | None = None) -> str | None:
        """Empty until the committee has decided on every candidate; a single DLT is one."""
        decisions = [row.dltsrcdec for row in rows["candidates"]]
        if Judgement.DLT in decisions:
            return Outcome.DLT
        if dltsrcdat is None or None in decisions or dlt_reading.undecided(context, rows["candidates"]):
            return None
        return Outcome.NONE if dltevaluable == NoYes.YES else Outcome.NOT_EVALUABLE

    @rule(
        "DLT-01",
        _("A candidate above has no row, or no decision of the committee yet. Enter each and what was decided."),
        forms=dlt_reading.FORMS,
    )
    def candidates_are_decided(context: Context, rows: Any, dltsrcdat: datetime.date | None = None) -> bool:
        """An undecided candidate is a query (clinical reference pack, 4.8)."""
        is_open = any(row.dltsrcdec is None for row in rows["candidates"])
        return not is_open and not dlt_reading.undecided(context, rows["candidates"])

    @rule("DLT-02", _("The proposal and the result differ. Please check, or confirm that the committee decided so."))
    def proposal_agrees(dltprop: str, dltdec: str) -> bool:
        return dltprop == dltdec

    @rule("DLT-03", _("Enter the date and the minutes of the committee's decision."))
    def decision_is_documented(rows: Any, dltsrcdat: datetime.date | None = None, dltminut: str | None = None) -> bool:
        """Once one was taken."""
        is_decided = dltsrcdat is not None or any(row.dltsrcdec for row in rows["candidates"])
        return not is_decided or (dltsrcdat is not None and dltminut is not None)

    @rule("DLT-04", _("The follow-up for toxicity ends before day 28. Say in a query why, or complete it."))
    def follow_up_reaches_the_end(subject: Subject, dltfudat: datetime.date) -> bool:
        """Day 28 exactly, whatever the day of the visit (registry entry)."""
        window = dlt_reading.window(subject)
        return window is None or dltfudat >= window.last or subject.died_on is not None

    @rule("DLT-05", _("The committee decided before the end of follow-up. Please check both dates."))
    def decided_after_follow_up(dltfudat: datetime.date, dltsrcdat: datetime.date) -> bool:
        return dltfudat <= dltsrcdat


class CandidateRow(CrfRow):
    """One toxicity to judge; the list above proposes them, more may be added."""

    rows = RowsSpec(Adjudication, "candidates", _("Candidates"))

    dltsrc = coded(_("It stands in"), Source, sdtm=_finding("SOURCE"))
    dltline = integer(_("Line"), asked_if=IN_LOG, limits=(1, 9999), sdtm="RELREC")
    dlttest = coded(_("Test"), Test, asked_if=COUNTED, sdtm=_finding("TEST"))
    dltorgan = coded(_("Organ"), Organ, asked_if=IN_LOG, sdtm=_finding("ORGAN"))
    dltrule = coded(_("Definition"), Definition, sdtm=_finding("RULE"))
    dltinv = coded(_("Investigator"), Judgement, sdtm=_finding("INVESTIG"))
    dltsrcdec = coded(_("Committee"), Judgement, optional=True, sdtm=_finding("COMMITT"))
    dltcom = text(_("Reason"), length=200, optional=True, sdtm="COVAL where RDOMAIN = FA")

    @rule("DLT-10", _("The log of adverse events has no such line. Please check its number."), forms=("AE",))
    def line_is_in_the_log(context: Context, dltsrc: str, dltline: int) -> bool:
        return any(event.key == dltline for event in context.records("AE"))

    @rule("DLT-11", _("The definition does not fit where it stands. Please check both."))
    def definition_fits_source(dltsrc: str, dltrule: str) -> bool:
        wanted = {Source.CRS: "1", Source.ICANS: "2", Source.HEM: "3", Source.DEATH: "5"}
        return dltrule in (wanted.get(Source(dltsrc), dltrule), Definition.OTHER)
