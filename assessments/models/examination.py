"""PE: physical and neurological examination by body system; abnormal nervous findings with their likely cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import RowsSpec, Spec, coded, rule, text, time
from core.models import Crf, CrfRow


class System(models.TextChoices):
    """Body systems."""

    GENERAL = "GENERAL", _("General appearance")
    SKIN = "SKIN", _("Skin and mucous membranes")
    HEAD = "HEAD", _("Head, eyes, ears, nose, throat")
    NECK = "NECK", _("Neck and thyroid")
    NODES = "NODES", _("Lymph nodes")
    LUNGS = "LUNGS", _("Lungs")
    HEART = "HEART", _("Heart and vessels")
    ABDOMEN = "ABDOMEN", _("Abdomen, liver, spleen")
    LIMBS = "LIMBS", _("Spine, joints, limbs")


class Domain(models.TextChoices):
    """Parts of the neurological examination."""

    MENTAL = "MENTAL", _("Consciousness, orientation, speech content")
    EYES = "EYES", _("Eyelids, pupils, eye movements")
    FACE = "FACE", _("Face")
    BULBAR = "BULBAR", _("Swallowing, palate, tongue, voice")
    NECK = "NECK", _("Neck flexion and extension")
    ARMS = "ARMS", _("Strength of the arms")
    LEGS = "LEGS", _("Strength of the legs")
    REFLEXES = "REFLEXES", _("Reflexes")
    SENSATION = "SENSATION", _("Sensation")
    COORDINATION = "COORDINATION", _("Coordination, tremor, writing")
    GAIT = "GAIT", _("Gait")


class Result(models.TextChoices):
    """Of one part."""

    NORMAL = "NORMAL", _("Normal")
    ABNORMAL = "ABNORMAL", _("Abnormal")


class Cause(models.TextChoices):
    """What an abnormal nervous finding most likely comes from: MG and ICANS resemble each other."""

    MG = "MG", _("Myasthenia gravis")
    CAR_T = "CAR_T", _("CAR-T cells (ICANS or other)")
    INFECTION = "INFECTION", _("Infection")
    OTHER = "OTHER", _("Another cause")
    UNCLEAR = "UNCLEAR", _("Not clear yet")


FOUND = ("peres", "ABNORMAL")


def each_once(rows: list[Any], name: str) -> bool:
    """Is every part named once at most?"""
    return max(Counter(getattr(row, name) for row in rows if getattr(row, name)).values(), default=0) <= 1


class Examination(Crf):
    """PE: an examination at a visit."""

    crf = Spec("PE", _("Physical and neurological examination"), version=1, domain="PE")

    peperf = coded(_("Was the subject examined?"), NoYes, sdtm="PESTAT")
    pereasnd = text(_("Reason not examined"), asked_if=("peperf", "N"), sdtm="PEREASND")
    petim = time(_("Time"), asked_if=("peperf", "Y"), sdtm="PEDTC")
    peeval = text(
        _("Examined by"), length=10, asked_if=("peperf", "Y"), help=_("The code in the delegation log, not a name."),
        sdtm="SUPPPE.QVAL where QNAM = PEEVALID",
    )  # fmt: skip
    pecom = text(_("Comment"), length=500, optional=True, sdtm="COVAL where RDOMAIN = PE")

    @rule("PE-01", _("A body system or a part of the neurological examination is entered twice. Please check."))
    def entered_once(rows: Mapping[str, list[Any]], peperf: str) -> bool:
        return each_once(rows["systems"], "pesys") and each_once(rows["nervous"], "nesys")


def _result() -> Any:
    return coded(_("Result"), Result, sdtm="PEORRES")


def _description() -> Any:
    return text(_("What was found"), length=500, asked_if=FOUND, sdtm="PEORRES")


def _significance() -> Any:
    return coded(
        _("Clinically significant?"), NoYes, asked_if=FOUND, sdtm="PECLSIG",
        help=_("If so, it is also medical history or an adverse event."),
    )  # fmt: skip


class BodySystem(CrfRow):
    """One body system."""

    rows = RowsSpec(
        Examination, "systems", _("Body systems"), start=tuple({"pesys": system.value} for system in System)
    )

    pesys = coded(_("Body system"), System, sdtm="PEBODSYS")
    peres = _result()
    pedesc = _description()
    peclsig = _significance()


class NervousSystem(CrfRow):
    """One part of the neurological examination."""

    rows = RowsSpec(
        Examination, "nervous", _("Nervous system"), start=tuple({"nesys": domain.value} for domain in Domain)
    )

    nesys = coded(_("Part"), Domain, sdtm="NETEST")
    peres = _result()
    pedesc = _description()
    necause = coded(_("Most likely cause"), Cause, asked_if=FOUND, sdtm="SUPPNE.QVAL where QNAM = NECAUSE")
    peclsig = _significance()
