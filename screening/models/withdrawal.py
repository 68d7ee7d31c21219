"""WD: what a subject no longer wants, or may no longer take part in; what may still be collected follows from it."""

from __future__ import annotations

from datetime import date as Date

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, derive, rule, several, text
from core.crf.rules import Context
from core.models import Crf, Subject
from core.schedule import Milestone


class Decider(models.TextChoices):
    """Who decided it."""

    SUBJECT = "SUBJECT", _("The subject")
    REPRESENTATIVE = "REPRESENTATIVE", _("A legal representative")
    INVESTIGATOR = "INVESTIGATOR", _("The investigator")
    SPONSOR = "SPONSOR", _("The sponsor")


class Scope(models.TextChoices):
    """What ends."""

    TREATMENT = "TREATMENT", _("Treatment of the trial only; visits go on")
    VISITS = "VISITS", _("Visits of the main study")
    FOLLOW_UP = "FOLLOWUP", _("All follow-up but survival and safety")
    DATA = "DATA", _("Further collection and use of data")
    SAMPLES = "SAMPLES", _("Further keeping and use of samples")


class Effect(models.TextChoices):
    """What may still be collected after it, from all to least."""

    VISITS = "VISITS", _("Visits go on")
    LONG_TERM = "LTFU", _("Long-term follow-up and safety")
    SAFETY = "SAFETY", _("Survival and safety only")
    LAW = "LAW", _("Only what safety law requires")


ENDS_VISITS = {Scope.VISITS, Scope.FOLLOW_UP, Scope.DATA}


class Withdrawal(Crf):
    """WD: a withdrawal, with its scope. What was collected before it stays (E6(R3) 2.8.10; PIPL article 47)."""

    crf = Spec(
        "WD", _("Withdrawal"), version=1, domain="DS", log=True, summary=("wddat", "wdscope"),
        anchors={Milestone.WITHDRAWAL: "wdend"},
        note=_(
            "Data collected until then stay and can be corrected. Once visits end, new forms of later visits are "
            "refused, except safety forms and what is agreed to here."
        ),
    )  # fmt: skip

    wddat = date(_("Date of the decision"), sdtm="DSSTDTC where DSDECOD = WITHDRAWAL BY SUBJECT")
    wdby = coded(_("Who decided?"), Decider, sdtm="SUPPDS.QVAL where QNAM = WDBY")
    wdscope = several(_("What ends?"), Scope, sdtm="SUPPDS.QVAL where QNAM = WDSCOPE")
    wdet = coded(
        _("Agreed to one early termination visit?"), NoYes, asked_if=("wdscope", ("VISITS", "FOLLOWUP")),
        sdtm="SUPPDS.QVAL where QNAM = WDET",
    )  # fmt: skip
    wdltfu = coded(
        _("Does the consent to long-term follow-up stand?"), NoYes, asked_if=("wdscope", "VISITS"),
        sdtm="SUPPDS.QVAL where QNAM = WDLTFU",
    )  # fmt: skip
    wdsampdt = date(
        _("Date on which the samples were destroyed"), asked_if=("wdscope", "SAMPLES"), optional=True,
        sdtm="SUPPDS.QVAL where QNAM = WDSAMPDT",
    )  # fmt: skip
    wdreas = text(
        _("Reason"), length=500, optional=True, help=_("A subject need not give one."),
        sdtm="SUPPDS.QVAL where QNAM = WDREAS",
    )  # fmt: skip
    wdeff = coded(_("What may still be collected"), Effect, heading=_("Effect"), sdtm="SUPPDS.QVAL where QNAM = WDEFF")
    wdend = date(_("Visits end after"), sdtm="SUPPDS.QVAL where QNAM = WDEND")

    @derive("wdeff", "WD-EFFECT")
    def effect(wdscope: list[str], wdltfu: str | None = None) -> str:
        """The strictest of what was said; long-term follow-up only where the subject says that this consent stands."""
        scope = set(wdscope)
        if Scope.DATA in scope:
            return Effect.LAW
        if Scope.FOLLOW_UP in scope:
            return Effect.SAFETY
        if Scope.VISITS not in scope:
            return Effect.VISITS
        return Effect.LONG_TERM if wdltfu == NoYes.YES else Effect.SAFETY

    @derive("wdend", "WD-END")
    def end(wddat: Date, wdeff: str) -> Date | None:
        """The last day on which visits take place."""
        return None if wdeff == Effect.VISITS else wddat

    @rule("WD-01", _("The withdrawal is dated before informed consent. Please check both dates."))
    def follows_consent(subject: Subject, wddat: Date) -> bool:
        return subject.consent_on is None or wddat >= subject.consent_on

    @rule(
        "WD-02", _("Long-term follow-up cannot go on where all follow-up or all use of data ends. Please check both.")
    )
    def follow_up_fits(wdscope: list[str], wdltfu: str) -> bool:
        return wdltfu == NoYes.NO or not {Scope.FOLLOW_UP, Scope.DATA} & set(wdscope)

    @rule(
        "WD-03",
        _("The subject never consented to long-term follow-up. Please check this answer, or the informed consent."),
        forms=("ICF", "RICF"),
    )
    def follow_up_was_consented_to(context: Context, wdltfu: str) -> bool:
        """The newest answer counts, of the re-consents before that of the first consent."""
        newest = context.newest("RICF", "icltfu") or context.newest("ICF", "icltfu")
        return wdltfu == NoYes.NO or newest != NoYes.NO
