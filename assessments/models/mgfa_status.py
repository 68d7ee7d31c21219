"""PIS: the MGFA post-intervention status and the change since treatment (Jaretzki 2000)."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments import administration
from core import protocol
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, partial_date, rule, text
from core.crf.values import PartialDate
from core.models import Crf, Subject

DONE = ("rsperf", "Y")
REMISSION = ("CSR", "PR")
MINIMAL = ("MM0", "MM1", "MM2", "MM3")


class Status(models.TextChoices):
    """The status. Short descriptions of our own: the wording of the MGFA is under licence."""

    CSR = "CSR", _("Complete stable remission, without MG treatment")
    PR = "PR", _("Remission under treatment, without cholinesterase inhibitor")
    MM0 = "MM0", _("Minimal manifestations 0: no MG treatment")
    MM1 = "MM1", _("Minimal manifestations 1: immunosuppression, no cholinesterase inhibitor")
    MM2 = "MM2", _("Minimal manifestations 2: low-dose cholinesterase inhibitor only")
    MM3 = "MM3", _("Minimal manifestations 3: cholinesterase inhibitor and immunosuppression")
    NONE = "NONE", _("None of these")


class Change(models.TextChoices):
    """The change since before the infusion."""

    IMPROVED = "I", _("Improved")
    UNCHANGED = "U", _("Unchanged")
    WORSE = "W", _("Worse")
    EXACERBATION = "E", _("Exacerbation after remission or minimal manifestations")
    DIED = "D", _("Died of MG or of its treatment")


class Weakness(models.TextChoices):
    """What a skilled examiner finds."""

    NONE = "NONE", _("None")
    EYES = "EYES", _("Weak closing of the eyes only")
    SOME = "SOME", _("Weakness of other muscles")


class PostInterventionStatus(Crf):
    """PIS: status and change. What does not fit the definitions is asked about and never refused."""

    crf = Spec("PIS", _("MGFA post-intervention status"), version=1, domain="RS", licensed=True)

    rsperf = coded(_("Was the status determined?"), NoYes, sdtm="RSSTAT")
    rsreasnd = text(_("Reason not done"), asked_if=("rsperf", "N"), sdtm="RSREASND")
    rsrater = administration.rater(asked_if=DONE, sdtm="RSEVALID")
    pischg = coded(
        _("Change since before the infusion"), Change, asked_if=DONE, sdtm="RSORRES where RSTESTCD = MGFAPISC"
    )
    pissymp = coded(
        _("Are there complaints or limits in daily life from MG?"), NoYes, asked_if=("pischg", ("I", "U", "W", "E")),
        sdtm="SUPPRS.QVAL where QNAM = PISSYMP",
    )  # fmt: skip
    pisweak = coded(
        _("Weakness found on examination"), Weakness, asked_if=("pischg", ("I", "U", "W", "E")),
        sdtm="SUPPRS.QVAL where QNAM = PISWEAK",
    )  # fmt: skip
    pis = coded(_("Status"), Status, asked_if=("pischg", ("I", "U", "W", "E")), sdtm="RSORRES where RSTESTCD = MGFAPIS")
    pissince = partial_date(
        _("Without complaints and weakness since"), asked_if=("pis", REMISSION),
        sdtm="SUPPRS.QVAL where QNAM = PISSINCE",
    )  # fmt: skip

    @rule(
        "PIS-01",
        _(
            "Remission asks for a year without complaints and weakness, which has not passed yet. "
            "Please check the status and the date since when."
        ),
    )
    def remission_has_lasted(visit_on: date, subject: Subject, pis: str, pissince: PartialDate | None = None) -> bool:
        """A year, as far as the dates can tell; where the beginning is not given, counted from infusion.

        Jaretzki 2000; the NINDS common data elements leave the length to the protocol (clinical reference pack, 3.6).
        """
        began = pissince.earliest if pissince else subject.infusion_on
        if pis not in REMISSION or began is None:
            return True
        return (visit_on - began).days >= protocol.days("pis_duration")

    @rule("PIS-02", _("Remission and minimal manifestations mean no complaints from MG. Please check the status."))
    def no_complaints(pissymp: str, pis: str) -> bool:
        return pissymp == "N" or pis not in REMISSION + MINIMAL

    @rule("PIS-03", _("Remission allows no weakness but of closing the eyes. Please check the status."))
    def no_weakness_in_remission(pisweak: str, pis: str) -> bool:
        return pisweak != Weakness.SOME or pis not in REMISSION
