"""VS: vital signs, at every visit (schedule of assessments)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, decimal, integer, rule, text, time
from core.models import Crf


class Position(models.TextChoices):
    """POSITION: how the subject was placed."""

    SUPINE = "SUPINE", _("Supine")
    SITTING = "SITTING", _("Sitting")
    STANDING = "STANDING", _("Standing")


class VitalSigns(Crf):
    """VS: temperature, pulse, breathing, blood pressure, oxygen saturation and weight at a visit."""

    crf = Spec("VS", _("Vital signs"), version=2, domain="VS")

    vsperf = coded(_("Were vital signs taken?"), NoYes, sdtm="VSSTAT")
    vsreasnd = text(_("Reason not taken"), asked_if=("vsperf", "N"), sdtm="VSREASND")
    vstim = time(_("Time taken"), asked_if=("vsperf", "Y"), sdtm="VSDTC")
    vspos = coded(_("Position"), Position, asked_if=("vsperf", "Y"), sdtm="VSPOS")
    # Fever is 38.0 °C and above (ASTCT 2019), so 38.0 itself is asked about.
    temp = decimal(
        _("Temperature"), unit="°C", digits=4, places=1, expect=(35, 37.9), asked_if=("vsperf", "Y"),
        heading=_("Measurements"), sdtm="VSORRES where VSTESTCD = TEMP",
    )  # fmt: skip
    pulse = integer(
        _("Pulse rate"), unit="/min", limits=(0, 300), expect=(50, 110), asked_if=("vsperf", "Y"),
        sdtm="VSORRES where VSTESTCD = PULSE",
    )  # fmt: skip
    resp = integer(
        _("Respiratory rate"), unit="/min", limits=(0, 100), expect=(10, 24), asked_if=("vsperf", "Y"),
        sdtm="VSORRES where VSTESTCD = RESP",
    )  # fmt: skip
    sysbp = integer(
        _("Systolic blood pressure"), unit="mmHg", limits=(0, 350), expect=(90, 160), asked_if=("vsperf", "Y"),
        sdtm="VSORRES where VSTESTCD = SYSBP",
    )  # fmt: skip
    diabp = integer(
        _("Diastolic blood pressure"), unit="mmHg", limits=(0, 250), expect=(50, 100), asked_if=("vsperf", "Y"),
        sdtm="VSORRES where VSTESTCD = DIABP",
    )  # fmt: skip
    oxysat = integer(
        _("Oxygen saturation on room air"), unit="%", limits=(0, 100), expect=(92, 100), asked_if=("vsperf", "Y"),
        since=2, sdtm="VSORRES where VSTESTCD = OXYSAT",
    )  # fmt: skip
    weight = decimal(
        _("Weight"), unit="kg", digits=5, places=1, expect=(35, 130), asked_if=("vsperf", "Y"),
        sdtm="VSORRES where VSTESTCD = WEIGHT",
    )  # fmt: skip

    @rule("VS-01", _("Systolic pressure should exceed diastolic pressure."))
    def systolic_exceeds_diastolic(sysbp: int, diabp: int) -> bool:
        return sysbp > diabp
