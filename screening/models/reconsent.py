"""RICF: re-consent to a later version of the consent form; a line each."""

from __future__ import annotations

from datetime import date as Date
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, moment, rule, text
from core.crf.rules import Context
from screening.models.consent import GIVEN, ConsentAnswers, Signer


class Reconsent(ConsentAnswers):
    """RICF: what the subject answered to a new version of the consent form, and when (E6(R3) 2.8)."""

    crf = Spec(
        "RICF", _("Re-consent"), version=1, domain="DS", log=True, summary=("icver", "ricdtc"),
        note=_(
            "A line for each later version that was laid before the subject. Where a version that requires re-consent "
            "is in force, visits dated from that day on can be entered only once this line is there."
        ),
    )  # fmt: skip

    ricdtc = moment(
        _("Date and time of signature"), asked_if=GIVEN, heading=_("Signature"),
        sdtm="DSSTDTC where DSDECOD = INFORMED CONSENT OBTAINED",
    )  # fmt: skip
    icsigner = coded(_("Who signed?"), Signer, asked_if=GIVEN, sdtm="SUPPDS.QVAL where QNAM = ICSIGNER")
    icexpl = text(
        _("Explained by"), length=10, asked_if=GIVEN, help=_("The code in the delegation log, not a name."),
        sdtm="SUPPDS.QVAL where QNAM = ICEXPL",
    )  # fmt: skip
    iccopy = coded(
        _("Was a signed copy given to the subject?"), NoYes, asked_if=GIVEN, sdtm="SUPPDS.QVAL where QNAM = ICCOPY"
    )

    @rule("RICF-01", _("This version of the consent form is dated after the signature. Please check both dates."))
    def version_precedes_signature(icverdat: Date, ricdtc: datetime) -> bool:
        return icverdat <= ricdtc.date()

    @rule(
        "RICF-02",
        _("The subject did not consent to this version. Enter what the subject wants from now on as a withdrawal."),
        forms=("WD",),
    )
    def refusal_is_followed(context: Context, icyn: str) -> bool:
        return icyn == NoYes.YES or bool(context.records("WD"))
