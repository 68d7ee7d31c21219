"""RCL: replication-competent lentivirus, before treatment, months 3, 6 and 12, then yearly."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.findings import Finding
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, rule, text
from core.models import Crf

TAKEN = ("lbperf", "Y")


class RclMethod(models.TextChoices):
    """How it is looked for."""

    VSVG_PCR = "VSVG_PCR", _("PCR for the envelope gene (VSV-G)")
    CULTURE = "CULTURE", _("Cell culture")
    ANTIBODY = "ANTIBODY", _("Antibody to the vector")
    OTHER = "OTHER", _("Another method")


class Rcl(Crf):
    """RCL: one sample, tested or kept."""

    crf = Spec("RCL", _("Replication-competent lentivirus"), version=1, domain="MB")

    lbperf = coded(_("Was blood taken for RCL?"), NoYes, sdtm="MBSTAT where MBTESTCD = RCLRNA")
    lbreasnd = text(_("Reason not taken"), asked_if=("lbperf", "N"), sdtm="MBREASND")
    rcldat = date(_("Date of the sample"), asked_if=TAKEN, sdtm="MBDTC")
    rcltest = coded(
        _("Was the sample tested?"), NoYes, asked_if=TAKEN, sdtm="SUPPMB.QVAL where QNAM = RCLTEST",
        help=_("No: it is kept. Allowed after a first year without any finding."),
    )  # fmt: skip
    rclstore = text(
        _("Where it is kept"), asked_if=("rcltest", "N"), help=_("Code of the freezer and the box."),
        sdtm="SUPPMB.QVAL where QNAM = RCLSTORE",
    )  # fmt: skip
    rclmeth = coded(_("Method"), RclMethod, asked_if=("rcltest", "Y"), heading=_("Test"), sdtm="MBMETHOD")
    lbnam = text(_("Laboratory"), asked_if=("rcltest", "Y"), sdtm="MBNAM")
    rclres = coded(_("Result"), Finding, asked_if=("rcltest", "Y"), sdtm="MBORRES where MBTESTCD = RCLRNA")

    @rule(
        "RCL-01",
        _(
            "The result is not negative. Tell the sponsor and the investigator now, repeat the test by another "
            "method, and record an adverse event of special interest."
        ),
    )
    def negative(rclres: str) -> bool:
        """An adverse event of special interest (clinical reference pack, 4.9)."""
        return rclres == Finding.NEGATIVE
