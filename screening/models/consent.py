"""ICF: informed consent; its moment is the subject's first milestone."""

from __future__ import annotations

from datetime import date as Date
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, moment, rule, text
from core.models import Crf
from core.schedule import Anchor

GIVEN = ("icyn", "Y")


class Signer(models.TextChoices):
    """Who signed for the subject's side."""

    SUBJECT = "SUBJECT", _("The subject")
    WITNESSED = "WITNESSED", _("The subject, with an impartial witness")
    REPRESENTATIVE = "REPRESENTATIVE", _("A legal representative")


class Consent(Crf):
    """ICF: informed consent, which version, when, and the separate consent for sensitive personal data."""

    crf = Spec("ICF", _("Informed consent"), version=1, domain="DS", anchors={Anchor.CONSENT: "rficdtc"})

    icyn = coded(
        _("Did the subject consent to take part?"), NoYes, sdtm="DSSTDTC where DSDECOD = INFORMED CONSENT OBTAINED"
    )
    icver = text(_("Version of the consent form"), length=50, asked_if=GIVEN, sdtm="SUPPDS.QVAL where QNAM = ICVER")
    icverdat = date(_("Date of that version"), asked_if=GIVEN, sdtm="SUPPDS.QVAL where QNAM = ICVERDTC")
    rficdtc = moment(
        _("Date and time of signature"), asked_if=GIVEN, heading=_("Signature"), sdtm="DM.RFICDTC",
        help=_("As the subject wrote it. No procedure of the trial may come before it."),
    )  # fmt: skip
    icsigner = coded(_("Who signed?"), Signer, asked_if=GIVEN, sdtm="SUPPDS.QVAL where QNAM = ICSIGNER")
    icexpl = text(
        _("Explained by"), length=10, asked_if=GIVEN, help=_("The code in the delegation log, not a name."),
        sdtm="SUPPDS.QVAL where QNAM = ICEXPL",
    )  # fmt: skip
    iccopy = coded(
        _("Was a signed copy given to the subject?"), NoYes, asked_if=GIVEN, sdtm="SUPPDS.QVAL where QNAM = ICCOPY"
    )
    icpipl = coded(
        _("Separate consent to the use of sensitive personal data?"), NoYes, asked_if=GIVEN,
        heading=_("Personal data"), help=_("Personal Information Protection Law, articles 29 and 30."),
        sdtm="SUPPDS.QVAL where QNAM = ICPIPL",
    )  # fmt: skip

    @rule("ICF-01", _("This version of the consent form is dated after the signature. Please check both dates."))
    def version_precedes_signature(icverdat: Date, rficdtc: datetime) -> bool:
        return icverdat <= rficdtc.date()

    @rule("ICF-02", _("The subject should have a signed copy. Give it and correct the answer."))
    def copy_given(iccopy: str) -> bool:
        return iccopy == NoYes.YES

    @rule("ICF-03", _("Without this consent no health data may be used. Ask the investigator before entering more."))
    def data_consent_given(icpipl: str) -> bool:
        return icpipl == NoYes.YES
