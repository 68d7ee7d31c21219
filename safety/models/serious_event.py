"""SAE: serious adverse events as reported to the sponsor, with the clocks of their reports (SAF-01, -03, -04)."""

from __future__ import annotations

from datetime import date as day
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, derive, integer, moment, partial_date, rule, several, text
from core.crf.rules import Context
from core.crf.values import PartialDate
from core.models import Crf
from safety import clocks
from safety.codes import DEADLY, Causality, Expectedness, Grade, Outcome, Seriousness

SUPP = "SUPPAE.QVAL where QNAM = "
WHERE_DEADLY = ("saecrit", ("DEATH", "LIFE"))


class SeriousEvent(Crf):
    """SAE: one serious event. What is sent are its reports, frozen one by one on the page of reports."""

    crf = Spec(
        "SAE", _("Serious adverse event"), version=1, domain="AE", log=True, safety=True, after_lock=True,
        summary=("saeterm", "saestdat"), panel="safety.panels.of_serious_event",
        note=_("Save what is known, at once: nothing has to be complete. Then freeze a report and send it."),
    )  # fmt: skip

    saeaeno = integer(_("Line of the adverse event log"), limits=(1, 9999), sdtm="AESPID")
    saeterm = text(_("Event, as reported"), sdtm="AETERM")
    saecrit = several(_("Why is it serious?"), Seriousness, sdtm="AESDTH, AESLIFE, AESHOSP, AESDISAB, AESCONG, AESMIE")
    saestdat = partial_date(_("Start date"), sdtm="AESTDTC")
    saetoxgr = coded(_("Highest grade"), Grade, sdtm="AETOXGR")
    saeout = coded(_("Outcome"), Outcome, sdtm="AEOUT")
    saenarr = text(
        _("What happened"), length=4000, help=_("Course, findings, treatment. No name and no hospital number."),
        sdtm=SUPP + "AENARR",
    )  # fmt: skip
    saeaware = moment(
        _("When the site first knew of it"), heading=_("To the sponsor"), sdtm=SUPP + "AEAWARE",
        help=_("That it was serious, not when it was written down. The clock to the sponsor runs from here."),
    )  # fmt: skip
    saeawby = text(
        _("Who knew of it first"), length=20, help=_("The code in the delegation log, not a name."),
        sdtm=SUPP + "AEAWBY",
    )  # fmt: skip
    saedue = moment(_("To be sent to the sponsor by"), sdtm=SUPP + "AEDUE")
    saesent = moment(
        _("When it was sent to the sponsor"), optional=True, help=_("Empty until it is done."), sdtm=SUPP + "AESENT"
    )
    saelate = coded(_("Sent to the sponsor late?"), NoYes, sdtm=SUPP + "AELATE")
    saeecsnt = moment(
        _("When it was sent to the ethics committee"), optional=True, help=_("Empty until it is done."),
        sdtm=SUPP + "AEECSNT",
    )  # fmt: skip
    saerelinv = coded(
        _("CAR-T cells: the investigator's opinion"), Causality, heading=_("Cause"), sdtm="AEREL",
        help=_("Both opinions are kept as they were given. The more related one prevails."),
    )  # fmt: skip
    saerelspo = coded(
        _("CAR-T cells: the sponsor's opinion"), Causality, optional=True, sdtm=SUPP + "AERELSPO"
    )  # fmt: skip
    saerel = coded(_("CAR-T cells: what prevails"), Causality, sdtm=SUPP + "AERELPRV")
    saerldinv = coded(_("Lymphodepletion: the investigator's opinion"), Causality, sdtm=SUPP + "AERLDINV")
    saerldspo = coded(
        _("Lymphodepletion: the sponsor's opinion"), Causality, optional=True, sdtm=SUPP + "AERLDSPO"
    )  # fmt: skip
    saerelld = coded(_("Lymphodepletion: what prevails"), Causality, sdtm=SUPP + "AERELLD")
    saeexp = coded(
        _("Expected?"), Expectedness, sdtm=SUPP + "AEEXP",
        help=_("Against the reference safety information in force, by nature, severity and outcome."),
    )  # fmt: skip
    saesusar = coded(_("Suspected unexpected serious reaction (SUSAR)"), NoYes, sdtm=SUPP + "AESUSAR")
    saespaware = moment(
        _("When the sponsor first knew of it"), optional=True, heading=_("To the authority (SUSAR)"),
        help=_("Day 0. While this is empty, the moment at which it was sent to the sponsor counts."),
        sdtm=SUPP + "AESPAWAR",
    )  # fmt: skip
    saesusdue = date(_("To be sent to the authority by"), sdtm=SUPP + "AESUSDUE")
    saesussnt = moment(
        _("When it was sent to the authority"), optional=True, help=_("Empty until it is done."),
        sdtm=SUPP + "AESUSSNT",
    )  # fmt: skip
    saesuslate = coded(_("Sent to the authority late?"), NoYes, sdtm=SUPP + "AESUSLAT")
    saeupgdtc = moment(
        _("When it became known that it had turned fatal or life-threatening"), optional=True, sdtm=SUPP + "AEUPGDTC",
        help=_("Only where it was neither when first reported. The shorter clock begins anew here."),
    )  # fmt: skip
    saeupgdue = date(_("The turn for the worse: to be sent by"), sdtm=SUPP + "AEUPGDUE")
    saeupgsnt = moment(
        _("The turn for the worse: when it was sent"), asked_if=WHERE_DEADLY, optional=True,
        help=_("Empty until it is done."), sdtm=SUPP + "AEUPGSNT",
    )  # fmt: skip
    saeupglate = coded(_("The turn for the worse: sent late?"), NoYes, sdtm=SUPP + "AEUPGLAT")
    saefudue = date(_("Its follow-up report: to be sent by"), sdtm=SUPP + "AEFUDUE")
    saefusnt = moment(
        _("Its follow-up report: when it was sent"), asked_if=WHERE_DEADLY, optional=True,
        help=_("Empty until it is done."), sdtm=SUPP + "AEFUSNT",
    )  # fmt: skip
    saefulate = coded(_("Its follow-up report: sent late?"), NoYes, sdtm=SUPP + "AEFULATE")

    @derive("saedue", "SAE-DUE")
    def due_at_the_sponsor(saeaware: datetime) -> datetime:
        """The protocol sets the hours; E6(R3) 2.7.2(b) and the China GCP 2020 say “immediately”."""
        return clocks.due_within(saeaware, protocol.hours("sae_to_sponsor"))

    @derive("saelate", "SAE-LATE")
    def late_at_the_sponsor(saedue: datetime, saesent: datetime) -> str:
        return _yes(clocks.is_late(saesent, saedue))

    @derive("saerel", "SAE-REL")
    def prevailing_for_the_cells(saerelinv: str | None = None, saerelspo: str | None = None) -> str | None:
        return clocks.prevailing(saerelinv, saerelspo)

    @derive("saerelld", "SAE-RELLD")
    def prevailing_for_lymphodepletion(saerldinv: str | None = None, saerldspo: str | None = None) -> str | None:
        return clocks.prevailing(saerldinv, saerldspo)

    @derive("saesusar", "SAE-SUSAR")
    def suspected_and_unexpected(saeexp: str, saerel: str | None = None, saerelld: str | None = None) -> str | None:
        found = clocks.is_susar(saeexp, saerel, saerelld)
        return None if found is None else _yes(found)

    @derive("saesusdue", "SAE-SUSDUE")
    def due_at_the_authority(
        saesusar: str,
        saecrit: list[str],
        saespaware: datetime | None = None,
        saesent: datetime | None = None,
        saeupgdtc: datetime | None = None,
    ) -> day | None:
        """7 days where it led to death or threatened life from the beginning, else 15 (ICH E2A; NMPA 2018)."""
        aware = saespaware or saesent
        if saesusar != NoYes.YES or aware is None:
            return None
        short = _is_deadly(saecrit) and saeupgdtc is None
        return clocks.due_day(aware, protocol.days("susar_fatal" if short else "susar_other"))

    @derive("saesuslate", "SAE-SUSLATE")
    def late_at_the_authority(saesusdue: day, saesussnt: datetime) -> str:
        return _yes(clocks.is_day_late(saesussnt, saesusdue))

    @derive("saeupgdue", "SAE-UPGDUE")
    def due_after_the_turn(saesusar: str, saeupgdtc: datetime) -> day | None:
        """The shorter clock begins again when it becomes fatal or life-threatening."""
        return clocks.due_day(saeupgdtc, protocol.days("susar_fatal")) if saesusar == NoYes.YES else None

    @derive("saeupglate", "SAE-UPGLATE")
    def late_after_the_turn(saeupgdue: day, saeupgsnt: datetime) -> str:
        return _yes(clocks.is_day_late(saeupgsnt, saeupgdue))

    @derive("saefudue", "SAE-FUDUE")
    def follow_up_due(saecrit: list[str], saesusdue: day | None = None, saeupgdue: day | None = None) -> day | None:
        """8 days after the shorter clock has run, for the details (ICH E2A)."""
        after = saeupgdue or saesusdue
        return after + timedelta(days=protocol.days("susar_follow_up")) if after and _is_deadly(saecrit) else None

    @derive("saefulate", "SAE-FULATE")
    def late_follow_up(saefudue: day, saefusnt: datetime) -> str:
        return _yes(clocks.is_day_late(saefusnt, saefudue))

    @rule(
        "SAE-01",
        _("There is no such line in the adverse event log. Enter the event there, or mend the number."),
        forms=("AE",),
    )
    def event_is_logged(context: Context, saeaeno: int) -> bool:
        return any(event.key == saeaeno for event in context.records("AE"))

    @rule(
        "SAE-02",
        _("Another line of the SAE log reports the same adverse event. Void one, or mend the number."),
        forms=("SAE",),
    )
    def reported_once(context: Context, saeaeno: int) -> bool:
        return all(other.saeaeno != saeaeno for other in context.records("SAE"))

    @rule("SAE-03", _("It was sent before the site knew of it. Please check both times."))
    def sent_after_it_was_known(saeaware: datetime, saesent: datetime) -> bool:
        return saesent >= saeaware

    @rule("SAE-04", _("The site knew of it before it began. Please check both."))
    def known_after_it_began(saestdat: PartialDate, saeaware: datetime) -> bool:
        return saeaware.date() >= saestdat.earliest

    @rule("SAE-05", _("The time to report to the sponsor has run out. Send the report now and enter when it was sent."))
    def sent_to_the_sponsor(saedue: datetime, saesent: datetime | None = None) -> bool:
        return saesent is not None or not clocks.is_late(timezone.now(), saedue)

    @rule(
        "SAE-06", _("The time to report to the authority has run out. Send the report now and enter when it was sent.")
    )
    def sent_to_the_authority(saesusdue: day, saesussnt: datetime | None = None) -> bool:
        return saesussnt is not None or timezone.now() < clocks.ends(saesusdue)

    @rule(
        "SAE-07",
        _("The time to report the turn for the worse has run out. Send the report now and enter when it was sent."),
    )
    def turn_is_sent(saeupgdue: day, saeupgsnt: datetime | None = None) -> bool:
        return saeupgsnt is not None or timezone.now() < clocks.ends(saeupgdue)

    @rule("SAE-08", _("The time for the follow-up report has run out. Send the report now and enter when it was sent."))
    def follow_up_is_sent(saefudue: day, saefusnt: datetime | None = None) -> bool:
        return saefusnt is not None or timezone.now() < clocks.ends(saefudue)

    @rule(
        "SAE-09", _("It turned fatal or life-threatening, and neither is among the reasons above. Please check both.")
    )
    def turn_is_a_criterion(saeupgdtc: datetime, saecrit: list[str]) -> bool:
        return _is_deadly(saecrit)

    @rule("SAE-10", _("“It led to death” and the outcome “fatal” belong together. Please check both."))
    def death_is_fatal(saecrit: list[str], saeout: str) -> bool:
        return (Seriousness.DEATH in saecrit) == (saeout == Outcome.FATAL)

    @rule("SAE-11", _("It turned for the worse before the site first knew of it. Please check both times."))
    def turn_follows_awareness(saeaware: datetime, saeupgdtc: datetime) -> bool:
        return saeupgdtc >= saeaware


def _is_deadly(criteria: list[str]) -> bool:
    return bool(set(DEADLY) & set(criteria))


def _yes(found: bool) -> str:
    return NoYes.YES if found else NoYes.NO
