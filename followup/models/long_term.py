"""LTFU: long-term follow-up, by examination to year 5 and by contact to the last year."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, partial_date, rule, text
from core.models import Crf, Subject

REACHED = ("ltfalive", "ALIVE")
ASKED = _("Since the last visit or contact")


class Contact(models.TextChoices):
    """How the subject was reached."""

    VISIT = "VISIT", _("At a visit")
    PHONE = "PHONE", _("By telephone or video")
    RELATIVE = "RELATIVE", _("Through a relative or caregiver")
    RECORD = "RECORD", _("From the medical record or the family doctor")


class Survival(models.TextChoices):
    """SSTRESC where SSTESTCD = SURVSTAT."""

    ALIVE = "ALIVE", _("Alive")
    DEAD = "DEAD", _("Dead")
    UNKNOWN = "UNKNOWN", _("Unknown")


class MgStatus(models.TextChoices):
    """How the myasthenia is, as far as a contact can tell."""

    NONE = "NONE", _("No symptoms")
    MINIMAL = "MINIMAL", _("Slight symptoms that do not limit")
    STABLE = "STABLE", _("Symptoms, unchanged")
    WORSE = "WORSE", _("Worse")


class LongTerm(Crf):
    """LTFU: survival, late effects of a gene-modified product, myasthenia (guidance on long-term follow-up)."""

    crf = Spec("LTFU", _("Long-term follow-up"), version=1, domain="SS", safety=True)

    ltfmode = coded(_("How was it learned?"), Contact, sdtm="SSMETHOD")
    ltfalive = coded(_("Is the subject alive?"), Survival, sdtm="SSORRES where SSTESTCD = SURVSTAT")
    ltflast = partial_date(
        _("Last date on which the subject was known to be alive"), asked_if=("ltfalive", "UNKNOWN"), sdtm="SSDTC"
    )
    ltfmg = coded(
        _("Myasthenia gravis"), MgStatus, asked_if=REACHED, heading=_("Myasthenia gravis"),
        sdtm="FAORRES where FATESTCD = MGSTAT",
    )  # fmt: skip
    ltfmgtx = coded(
        _("Was treatment for myasthenia begun or raised?"), NoYes, asked_if=REACHED,
        help=_("If yes, enter the medication."), sdtm="FAORRES where FATESTCD = MGTXCHG",
    )  # fmt: skip
    ltfmal = coded(
        _("A new malignancy, or one that came back?"), NoYes, asked_if=REACHED, heading=ASKED,
        sdtm="FAORRES where FATESTCD = MALIG",
    )  # fmt: skip
    ltfmaltc = coded(
        _("Does it arise from T cells?"), NoYes, asked_if=("ltfmal", "Y"),
        sdtm="FAORRES where FATESTCD = MALTCELL",
    )  # fmt: skip
    ltfmalsmp = coded(
        _("Was tissue kept to look for the CAR transgene?"), NoYes, asked_if=("ltfmal", "Y"),
        sdtm="FAORRES where FATESTCD = MALSAMP",
    )  # fmt: skip
    ltfneuro = coded(
        _("A new neurological disorder, or one that became worse?"), NoYes, asked_if=REACHED,
        sdtm="FAORRES where FATESTCD = NEURO",
    )  # fmt: skip
    ltfauto = coded(
        _("A new rheumatic or other autoimmune disorder?"), NoYes, asked_if=REACHED,
        sdtm="FAORRES where FATESTCD = AUTOIMM",
    )  # fmt: skip
    ltfhaem = coded(_("A new blood disorder?"), NoYes, asked_if=REACHED, sdtm="FAORRES where FATESTCD = HAEM")
    ltfinf = coded(
        _("An infection that needed admission or intravenous treatment?"), NoYes, asked_if=REACHED,
        sdtm="FAORRES where FATESTCD = INFECT",
    )  # fmt: skip
    ltfpreg = coded(
        _("A pregnancy, of the subject or of a partner?"), NoYes, asked_if=REACHED,
        sdtm="FAORRES where FATESTCD = PREG",
    )  # fmt: skip
    ltfcart = coded(
        _("Another gene or cell therapy?"), NoYes, asked_if=REACHED, sdtm="FAORRES where FATESTCD = OTHGENE"
    )
    ltfnext = date(
        _("Agreed date of the next contact"), optional=True, ahead=True, sdtm="SUPPSS.QVAL where QNAM = NEXTDTC"
    )
    ltfcom = text(_("Comment"), length=500, optional=True, sdtm="COVAL where RDOMAIN = SS")

    @rule("LTFU-01", _("Keep tissue of a new malignancy and have it tested for the CAR transgene, or say why not."))
    def tissue_is_kept(ltfmal: str, ltfmalsmp: str) -> bool:
        """Class warning on T-cell malignancies after CAR-T (clinical reference pack, 4.9)."""
        return ltfmal == NoYes.NO or ltfmalsmp == NoYes.YES

    @rule("LTFU-02", _("The subject is said to be dead, but no death is recorded. Enter the death form."))
    def death_is_recorded(subject: Subject, ltfalive: str) -> bool:
        return ltfalive != Survival.DEAD or subject.died_on is not None

    @rule("LTFU-03", _("The subject is said to be alive after the recorded death. Please check both."))
    def nobody_lives_after_death(subject: Subject, visit_on: datetime.date, ltfalive: str) -> bool:
        return ltfalive != Survival.ALIVE or subject.died_on is None or visit_on <= subject.died_on
