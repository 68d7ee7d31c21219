"""Rules about the other tests, across forms: samples and consent, the course of a test, what belongs together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from assessments.timeline import visit_day
from core.crf.rules import Context, trial_rule
from core.crf.values import PartialDate

SAMPLES: Final = {
    "VIR": "lbdat", "UA": "lbdat", "AB": "lbdat", "CART": "cardat", "RCL": "rcldat", "TCELL": "tcdat",
}  # fmt: skip
HBV_ANTIVIRALS: Final = ("entecavir", "tenofovir", "taf", "tdf", "恩替卡韦", "替诺福韦")


@trial_rule(
    "HCG-10",
    _("A pregnancy test is recorded for a man. Please check test and sex."),
    form="HCG",
    item="lbperf",
    forms=("DM",),
)
def serum_of_a_woman(context: Context) -> bool | None:
    """Inclusion 8 asks women only. A test recorded as not done is right."""
    sex = context.newest("DM", "sex")
    if context.record.lbperf is None or sex is None:
        return None
    return bool(context.record.lbperf == "N" or sex == "F")


@trial_rule(
    "HCG-11", _("The test was done before informed consent. Please check both dates."), form="HCG", item="lbdtc"
)
def serum_follows_consent(context: Context) -> bool | None:
    """No procedure of the trial precedes consent; the visit's own date is checked by SV-01."""
    done, consent = context.record.lbdtc, context.subject.consent_on
    return None if done is None or consent is None else bool(done.date() >= consent)


def _sample_follows_consent(item: str) -> Callable[[Context], bool | None]:
    def holds(context: Context) -> bool | None:
        """No procedure of the trial precedes consent; a result from routine care may be used if the protocol allows."""
        taken, consent = getattr(context.record, item), context.subject.consent_on
        return None if taken is None or consent is None else bool(taken >= consent)

    return holds


for _form, _item in SAMPLES.items():
    trial_rule(
        f"{_form}-10",
        _("The sample was taken before informed consent. Please check both dates."),
        form=_form,
        item=_item,
    )(_sample_follows_consent(_item))


@trial_rule(
    "AB-11",
    _("Assay, unit or laboratory differ from the sample before: the results cannot be compared. Please check."),
    form="AB",
    item="achrmeth",
    forms=("AB",),
)
def antibody_by_the_same_assay(context: Context) -> bool | None:
    """Same assay and laboratory throughout (clinical reference pack, 4.10)."""
    now = context.record
    before = [one for one in context.records("AB") if one.lbdat and now.lbdat and one.lbdat < now.lbdat]
    if not before:
        return None
    last = max(before, key=lambda one: one.lbdat)
    pairs = [(getattr(now, name), getattr(last, name)) for name in ("achrmeth", "achrunit", "lbnam")]
    return all(_same(*pair) for pair in pairs if None not in pair)


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


@trial_rule(
    "PFT-10",
    _("Vital capacity and item 8 of the QMG of the same day do not agree. Please check both."),
    form="PFT",
    item="fvcpp",
    forms=("QMG",),
)
def capacity_agrees_with_qmg(context: Context) -> bool | None:
    """QMG item 8: 0 from 80 % of predicted, 1 from 65, 2 from 50, 3 below (clinical reference pack, 3.2).

    The table floors the percentage first; its limits are whole, so that the unrounded figure gives the same.
    """
    percent, scores = context.record.fvcpp, _qmg_of_the_day(context)
    if percent is None or not scores:
        return None
    expected = 0 if percent >= 80 else 1 if percent >= 65 else 2 if percent >= 50 else 3
    return all(score == expected for score in scores)


@trial_rule(
    "PFT-11",
    _("The subject was too weak to blow: item 8 of the QMG scores 3. Please check both."),
    form="PFT",
    item="rewhy",
    forms=("QMG",),
)
def too_weak_is_the_worst_score(context: Context) -> bool | None:
    """Too weak is the worst score and not a missing one (clinical reference pack, 3.8)."""
    scores = _qmg_of_the_day(context)
    if context.record.rewhy != "TOO_WEAK" or not scores:
        return None
    return scores == {3}


def _qmg_of_the_day(context: Context) -> set[int]:
    day = context.visit_on
    found = (one for one in context.records("QMG") if day and visit_day(one) == day)
    return {int(one.qmg08) for one in found if one.qmg08 is not None}


@trial_rule(
    "VIR-11",
    _(
        "HBsAg or anti-HBc is positive and lymphodepletion has begun, but no entecavir or tenofovir is recorded in the "
        "concomitant medication. Enter it, or tell the investigator."
    ),
    form="VIR",
    item="hbcab",
    forms=("CM",),
)
def hepatitis_b_is_kept_down(context: Context) -> bool | None:
    """Anti-HBc positive subjects need prophylaxis against reactivation (clinical reference pack, 2.2, E6)."""
    record, begun = context.record, context.subject.lymphodepletion_on
    if begun is None or "POS" not in (record.hbsag, record.hbcab):
        return None
    return any(_protects(line) for line in context.records("CM"))


def _protects(line: Any) -> bool:
    return any(name in (line.cmtrt or "").casefold() for name in HBV_ANTIVIRALS)


@trial_rule(
    "THYM-10",
    _("The thymectomy is dated before the subject was born. Please check the date."),
    form="THYM",
    item="thymdat",
    forms=("DM",),
)
def operated_after_birth(context: Context) -> bool | None:
    """Only what is certain: even the latest possible day lies before the earliest possible birth."""
    operated: PartialDate | None = context.record.thymdat
    born = context.newest("DM", "brthdat")
    return None if operated is None or born is None else bool(operated.latest >= born.earliest)
