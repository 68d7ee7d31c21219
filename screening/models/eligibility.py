"""IE1 and IE2: eligibility before leukapheresis and again before lymphodepletion (clinical reference pack, section 2).

The items of both are declared from the list of criteria: for each the investigator's own answer, and beside it the
computed one, which is stored and never typed.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.crf.declare import Spec, moment
from core.models import Crf
from core.schedule import Milestone
from screening.eligibility import deciding, members
from screening.eligibility.stages import STAGE_1, STAGE_2

PANEL: Final = "screening.eligibility.panel.panel"
FAILURE: Final[dict[str, str]] = {Milestone.SCREEN_FAILURE: "iesfdat"}


class EligibilityStage1(Crf):
    """IE1: may the subject go on to leukapheresis? Judged on the data of screening."""

    crf = Spec("IE1", _("Eligibility, stage 1"), version=1, domain="IE", anchors=FAILURE, panel=PANEL)

    vars().update(members.criteria(STAGE_1))
    vars().update(deciding.decision(STAGE_1))


class EligibilityStage2(Crf):
    """IE2: may the subject go on to lymphodepletion? Judged on the data of baseline."""

    crf = Spec("IE2", _("Eligibility, stage 2"), version=1, domain="IE", anchors=FAILURE, panel=PANEL)

    ieldpl = moment(
        _("Planned start of the first lymphodepletion dose"), ahead=True, heading=_("Plan"),
        help=_("Until the dose is recorded, the pregnancy test and the time without steroid are counted back from it."),
        sdtm="SUPPIE.QVAL where QNAM = IELDPL",
    )  # fmt: skip
    vars().update(members.criteria(STAGE_2))
    vars().update(deciding.decision(STAGE_2))
