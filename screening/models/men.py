"""RPM: contraception of men; cyclophosphamide and fludarabine harm sperm."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, rule, text
from core.models import Crf


class MenContraception(Crf):
    """RPM: what a man agrees to, and whether he was told about keeping sperm (clinical reference pack, section 7)."""

    crf = Spec(
        "RPM", _("Contraception, men"), version=1, domain="RP", applies_if=("DM", "sex", ("M",)),
        note=_("The registry entry asks nothing of men. The months after infusion are a parameter of the protocol."),
    )  # fmt: skip

    rpmfert = coded(
        _("Permanently sterile?"), NoYes, help=_("Vasectomy with success confirmed, or both testicles removed."),
        sdtm="SUPPRP.QVAL where QNAM = RPMFERT",
    )  # fmt: skip
    rpmcond = coded(_("Agrees to use a condom?"), NoYes, sdtm="SUPPRP.QVAL where QNAM = RPMCOND")
    rpmpart = coded(
        _("Agrees that a partner who can conceive uses a method of her own?"), NoYes,
        asked_if=("rpmfert", "N"), sdtm="SUPPRP.QVAL where QNAM = RPMPART",
    )  # fmt: skip
    rpmsperm = coded(_("Agrees not to donate sperm?"), NoYes, sdtm="SUPPRP.QVAL where QNAM = RPMSPERM")
    rpmbank = coded(
        _("Was he told that sperm can be kept before lymphodepletion?"), NoYes,
        asked_if=("rpmfert", "N"), sdtm="SUPPRP.QVAL where QNAM = RPMBANK",
    )  # fmt: skip
    rpmcom = text(_("Comment"), length=500, optional=True, sdtm="COVAL where RDOMAIN = RP")

    @rule("RPM-01", _("Without this agreement a pregnancy could be harmed. Ask the investigator to speak with him."))
    def agrees_to_condom(rpmfert: str, rpmcond: str) -> bool:
        return rpmfert == NoYes.YES or rpmcond == NoYes.YES

    @rule("RPM-02", _("Without this agreement he should not receive lymphodepletion. Ask the investigator."))
    def agrees_not_to_donate(rpmsperm: str) -> bool:
        return rpmsperm == NoYes.YES

    @rule("RPM-03", _("Tell him before lymphodepletion that sperm can be kept, then correct the answer."))
    def is_told(rpmbank: str) -> bool:
        return rpmbank == NoYes.YES
