"""MH: what the exclusion criteria ask about, and every other condition as a row in the words of the record."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import RowsSpec, Spec, coded, partial_date, rule, several, text
from core.crf.rules import Context
from core.crf.values import PartialDate
from core.models import Crf, CrfRow, Subject
from screening.partial import certainly_before


class CentralNervous(models.TextChoices):
    """Diseases of the central nervous system beside epilepsy (clinical reference pack, 2.2, exclusion 1)."""

    SEIZURE = "SEIZURE", _("Single seizure")
    STROKE = "STROKE", _("Stroke or TIA")
    DEMYELINATION = "DEMYELINATION", _("Demyelinating disease")
    DEMENTIA = "DEMENTIA", _("Dementia")
    PARKINSON = "PARKINSON", _("Parkinson's disease")
    INFECTION = "INFECTION", _("Infection of brain or meninges")
    TUMOUR = "TUMOUR", _("Brain tumour")
    PSYCHOSIS = "PSYCHOSIS", _("Psychosis")
    OTHER = "OTHER", _("Another")


class Cardiac(models.TextChoices):
    """Severe heart disease (exclusion 3)."""

    ARRHYTHMIA = "ARRHYTHMIA", _("Severe arrhythmia")
    FAILURE = "FAILURE", _("Heart failure")
    ISCHAEMIA = "ISCHAEMIA", _("Myocardial infarction or unstable angina")
    CARDIOMYOPATHY = "CARDIOMYOPATHY", _("Cardiomyopathy or myocarditis")
    VALVE = "VALVE", _("Severe valve disease")
    OTHER = "OTHER", _("Another")


class MedicalHistory(Crf):
    """MH: medical history other than myasthenia gravis (exclusions 1, 3, 8 and 11)."""

    crf = Spec("MH", _("Medical history"), version=1, domain="MH")

    mhepil = coded(
        _("Epilepsy, now or ever?"), NoYes, heading=_("Asked of every subject"), sdtm="MHOCCUR where MHTERM = EPILEPSY"
    )
    mhcns = coded(
        _("Another disease of the central nervous system, now or ever?"), NoYes,
        sdtm="MHOCCUR where MHTERM = CENTRAL NERVOUS SYSTEM DISEASE",
    )  # fmt: skip
    mhcnstyp = several(_("Which?"), CentralNervous, asked_if=("mhcns", "Y"), sdtm="SUPPMH.QVAL where QNAM = MHCNSTYP")
    mhcnssp = text(_("Which other disease"), asked_if=("mhcnstyp", "OTHER"), sdtm="SUPPMH.QVAL where QNAM = MHCNSSP")
    mhcard = coded(
        _("Severe heart disease, now or ever?"), NoYes, help=_("A prolonged QT interval is read from the ECG form."),
        sdtm="MHOCCUR where MHTERM = SEVERE HEART DISEASE",
    )  # fmt: skip
    mhcardty = several(_("Which?"), Cardiac, asked_if=("mhcard", "Y"), sdtm="SUPPMH.QVAL where QNAM = MHCARDTY")
    mhcardsp = text(
        _("Which other heart disease"), asked_if=("mhcardty", "OTHER"), sdtm="SUPPMH.QVAL where QNAM = MHCARDSP"
    )
    mhgene = coded(
        _("Any gene therapy product before?"), NoYes, sdtm="MHOCCUR where MHTERM = PRIOR GENE THERAPY",
        help=_("Earlier CAR-T cells and viral vectors count. Vaccines made of mRNA do not."),
    )  # fmt: skip
    mhgensp = text(_("Which product"), asked_if=("mhgene", "Y"), sdtm="SUPPMH.QVAL where QNAM = MHGENSP")
    mhgendat = partial_date(_("When given"), asked_if=("mhgene", "Y"), sdtm="SUPPMH.QVAL where QNAM = MHGENDTC")
    mhuncon = coded(
        _("Another disease that is not under control?"), NoYes, sdtm="MHOCCUR where MHTERM = UNCONTROLLED DISEASE",
        help=_("One that makes taking part unsafe in the investigator's judgement."),
    )  # fmt: skip
    mhunsp = text(_("Which disease"), asked_if=("mhuncon", "Y"), sdtm="SUPPMH.QVAL where QNAM = MHUNSP")

    mhyn = coded(
        _("Any condition to list below?"), NoYes, heading=_("Conditions"), sdtm="MHOCCUR where MHCAT = GENERAL"
    )

    @rule("MH-01", _("Enter a row for each condition."))
    def rows_are_there(rows: dict[str, list[CrfRow]], mhyn: str) -> bool:
        return mhyn == NoYes.NO or bool(rows["conditions"])

    @rule("MH-02", _("Conditions are entered, so the answer should be “yes”. Please check."))
    def answer_fits_rows(rows: dict[str, list[CrfRow]], mhyn: str) -> bool:
        return mhyn == NoYes.YES or not rows["conditions"]


class Condition(CrfRow):
    """One condition; its term is coded by its wording later, so it says one thing only."""

    rows = RowsSpec(MedicalHistory, "conditions", _("Conditions, one in each row"))

    mhterm = text(_("Condition"), help=_("One diagnosis in the words of the record."), sdtm="MHTERM")
    mhstdat = partial_date(_("Start"), sdtm="MHSTDTC")
    mhongo = coded(_("Going on?"), NoYes, sdtm="MHENRTPT")
    mhendat = partial_date(_("End"), asked_if=("mhongo", "N"), sdtm="MHENDTC")
    mhtrt = coded(_("Treated now?"), NoYes, asked_if=("mhongo", "Y"), sdtm="SUPPMH.QVAL where QNAM = MHTRT")

    @rule("MH-11", _("The condition ended before it began. Please check both dates."))
    def ends_after_start(mhstdat: PartialDate, mhendat: PartialDate) -> bool:
        return not certainly_before(mhendat, mhstdat)

    @rule("MH-12", _("The condition began before the date of birth. Please check both dates."), forms=("DM",))
    def began_in_life(context: Context, mhstdat: PartialDate) -> bool:
        return not certainly_before(mhstdat, context.newest("DM", "brthdat"))

    @rule(
        "MH-13", _("The condition began after informed consent: enter it as an adverse event as well, or correct it.")
    )
    def began_before_consent(subject: Subject, mhstdat: PartialDate) -> bool:
        return subject.consent_on is None or mhstdat.earliest <= subject.consent_on
