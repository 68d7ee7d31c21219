"""UPT: urine pregnancy test, with its time: inclusion 8 and the checkpoints before dosing are counted in hours."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.codes import NoYes
from core.crf.codes import Qualitative as Result
from core.crf.declare import Spec, coded, decimal, file, moment, rule, text
from core.models import Crf

DONE = ("lbperf", "Y")


class PregnancyTest(Crf):
    """UPT: a urine pregnancy test."""

    crf = Spec("UPT", _("Urine pregnancy test"), version=1, domain="LB", applies_if=("DM", "sex", ("F",)))

    lbperf = coded(_("Was the test done?"), NoYes, sdtm="LBSTAT where LBTESTCD = HCG and LBSPEC = URINE")
    lbreasnd = text(_("Reason not done"), asked_if=("lbperf", "N"), sdtm="LBREASND")
    lbdtc = moment(_("Date and time of the test"), asked_if=DONE, sdtm="LBDTC")
    lborres = coded(_("Result"), Result, asked_if=DONE, sdtm="LBORRES where LBTESTCD = HCG and LBSPEC = URINE")
    lbllod = decimal(
        _("Detection limit of the kit"), unit="mIU/mL", digits=6, places=1, asked_if=DONE, heading=_("Test kit"),
        sdtm="LBLLOD",
    )  # fmt: skip
    lblot = text(_("Lot number of the kit"), length=50, asked_if=DONE, sdtm="SUPPLB.QVAL where QNAM = LBLOT")
    lbphoto = file(
        _("Photo of the test strip"), asked_if=DONE, optional=True,
        help=_("PNG or JPEG, up to 10 MB. No name, face or hospital number in the picture."),
    )  # fmt: skip

    @rule(
        "UPT-01",
        _(
            "The test is not negative. Do a serum hCG test now and tell the investigator and the medical monitor. "
            "Dosing is not authorised again until serum hCG and ultrasound have settled it."
        ),
    )
    def negative(lborres: str) -> bool:
        """Clinical reference pack, section 7: positive or indeterminate blocks the next authorisation of dosing."""
        return lborres == Result.NEGATIVE

    @rule("UPT-02", _("The kit detects hCG less well than the protocol asks. Please check the limit on the package."))
    def kit_is_sensitive(lbllod: Decimal) -> bool:
        return lbllod <= protocol.number("pregnancy_test_sensitivity")
