"""ICF: informed consent; its moment is the subject's first milestone. What it shares with a re-consent stands first."""

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


class ConsentAnswers(Crf):
    """What a consent form asks: to take part, and the separate consents, each of which may be refused."""

    icyn = coded(
        _("Did the subject consent to take part?"), NoYes, sdtm="DSSTDTC where DSDECOD = INFORMED CONSENT OBTAINED"
    )
    icver = text(
        _("Version of the consent form"), length=50, sdtm="SUPPDS.QVAL where QNAM = ICVER",
        help=_("As printed on the form that was signed, for example 2.1."),
    )  # fmt: skip
    icverdat = date(_("Date of that version"), sdtm="SUPPDS.QVAL where QNAM = ICVERDTC")
    icpipl = coded(
        _("Separate consent to the use of sensitive personal data?"), NoYes, asked_if=GIVEN,
        heading=_("Separate consents"), help=_("Personal Information Protection Law, articles 29 and 30."),
        sdtm="SUPPDS.QVAL where QNAM = ICPIPL",
    )  # fmt: skip
    icxfer = coded(
        _("Separate consent to the transfer of personal data abroad?"), NoYes, asked_if=GIVEN,
        help=_("Personal Information Protection Law, article 39."), sdtm="SUPPDS.QVAL where QNAM = ICXFER",
    )  # fmt: skip
    icltfu = coded(_("Consent to long-term follow-up?"), NoYes, asked_if=GIVEN, sdtm="SUPPDS.QVAL where QNAM = ICLTFU")
    icsamp = coded(
        _("Consent to keep samples for later research?"), NoYes, asked_if=GIVEN, sdtm="SUPPDS.QVAL where QNAM = ICSAMP"
    )
    icgene = coded(
        _("Consent to optional genetic research?"), NoYes, asked_if=GIVEN, sdtm="SUPPDS.QVAL where QNAM = ICGENE"
    )

    class Meta(Crf.Meta):
        abstract = True

    @rule("ICF-02", _("The subject should have a signed copy. Give it and correct the answer."))
    def copy_given(iccopy: str) -> bool:
        return iccopy == NoYes.YES

    @rule("ICF-03", _("Without this consent no health data may be used. Ask the investigator before entering more."))
    def data_consent_given(icpipl: str) -> bool:
        return icpipl == NoYes.YES


class Consent(ConsentAnswers):
    """ICF: informed consent, which version, when, and the separate consents."""

    crf = Spec("ICF", _("Informed consent"), version=1, domain="DS", anchors={Anchor.CONSENT: "rficdtc"})

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

    @rule("ICF-01", _("This version of the consent form is dated after the signature. Please check both dates."))
    def version_precedes_signature(icverdat: Date, rficdtc: datetime) -> bool:
        return icverdat <= rficdtc.date()
