"""This trial's verification plan, against what the monitoring plan is to secure."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from core.crf import read
from core.crf.items import FormDef, Item
from core.verification import NONE, REQUIRED, Check, Need, problems
from mgtrial.verification import PLAN

WHOLE = {"ICF", "DM"}  # consent and who the subject is
SAMPLED = {"MGC", "MGQOL", "PIS", "VS", "PE", "PFT", "UA", "CHEM", "HEM", "COAG", "INFL", "CARD", "IMM", "THY"}


def checks(form: FormDef) -> dict[str, Check]:
    """Item, with its group where it stands in one -> what the plan wants of it."""
    plan = PLAN.forms[form.code]
    found = {item.name: plan.check(item) for item in form.items}
    return found | {f"{g.name}.{item.name}": plan.check(item, g.name) for g in form.rows for item in g.items}


def test_it_works() -> None:
    assert problems(PLAN) == []


def test_every_form_of_the_trial_is_in_the_plan() -> None:
    """A form it does not name would be verified in full without anybody having decided so."""
    assert set(PLAN.forms) == set(read.form_models())


@pytest.mark.parametrize("code", sorted(WHOLE))
def test_consent_and_identity_are_verified_of_everyone(code: str) -> None:
    form = read.form(code)
    assert {check for name, check in checks(form).items() if not form.item(name).derived} == {REQUIRED}


@pytest.mark.parametrize(
    ("code", "items"),
    [
        ("UPT", {"lbperf", "lbreasnd", "lbdtc", "lborres", "lblot", "lbphoto"}),
        ("INF", {"exoccur", "exlot", "expldos", "exweight", "exdose", "exstdtc", "exendtc", "exvamt", "cmprem"}),
        ("AE", {"aeterm", "aestdat", "aeendat", "aeout", "aetoxgr", "aeser", "aesercrit", "aerel", "aeacn"}),
        ("DV", {"dvterm", "dvcat", "dvstdat", "dvimpact", "dvaction"}),
        ("IE1", {"iei2", "iee6", "ieddat", "ied"}),
        ("IE2", {"iei8", "iee7", "ieddat", "ied", "ieldpl"}),
        ("VIR", {"hbsag", "hbcab", "hbvdna", "hbvlloq", "hcvab", "hcvrna", "hcvlloq", "hivscr", "hivconf"}),
        ("ECG", {"tracings.egqt", "tracings.egrr", "tracings.eghr", "egtdp"}),
        ("TCELL", {"tcstart", "tcend", "tcrep", "tcday"}),
        ("HCG", {"lbdtc", "lborres"}),
        ("PMC", {"pmcdtc", "pmcres", "pmcmeth"}),
        ("CM", {"cmtrt", "cmclas", "cmindc", "cmroute", "cmstdat", "cmongo", "cmendat"}),
        ("SAE", {"saecrit", "saeaware", "saesent", "saeexp", "saerelinv", "saesussnt"}),
        (
            "CRS",
            {"crstmax", "crshypo", "crso2", "crstreat", "crsgri", "icansgri", "pressors.pressor", "treatments.agent"},
        ),
        ("DLT", {"dltfudat", "dltsrcdat", "candidates.dltrule", "candidates.dltsrcdec"}),
        ("DTH", {"dthdat", "dthcaus"}),
        ("PREG", {"praware", "prsent", "prout", "infants.inanom"}),
        ("LTFU", {"ltfalive", "ltfmal", "ltfmaltc"}),
        ("AB", {"lbdat", "achr", "achrunit", "achrmeth"}),
        ("CART", {"cardat", "carpt", "carcopy", "carlloq"}),
        ("RSC", {"rscyn", "rscdat", "rsctrt"}),
    ],
)
def test_eligibility_dose_safety_and_outcomes_are_verified_of_everyone(code: str, items: set[str]) -> None:
    assert {name for name, check in checks(read.form(code)).items() if check is REQUIRED} >= items


@pytest.mark.parametrize("code", sorted(SAMPLED))
def test_scales_and_measurements_are_verified_of_a_share(code: str) -> None:
    found = set(checks(read.form(code)).values())
    assert REQUIRED not in found
    assert {check.share for check in found if check.need is Need.TARGETED} <= {20, 30}


def test_each_answer_of_a_scale_is_verified_and_its_total_is_not() -> None:
    """MG-ADL decides inclusion 4 and is a registered outcome."""
    found = checks(read.form("MGADL"))
    assert {found[f"mgadl0{n}"] for n in range(1, 9)} == {REQUIRED}
    assert found["mgadltot"] is NONE


def test_of_a_form_that_is_verified_of_everyone_a_part_may_be_drawn() -> None:
    assert checks(read.form("CM"))["cmdose"].need is Need.TARGETED
    assert checks(read.form("VIR"))["cmvdna"].need is Need.TARGETED


def test_clock_times_and_units_of_routine_measurements_are_not_verified() -> None:
    assert checks(read.form("VS"))["vstim"] is NONE
    assert checks(read.form("CHEM"))["results.lborresu"] is NONE


def test_nothing_derived_is_verified() -> None:
    derived: list[tuple[FormDef, Item]] = [(form, item) for form in read.forms() for item in form.items if item.derived]
    assert derived
    assert {PLAN.forms[form.code].check(item) for form, item in derived} == {NONE}


def test_the_monitor_is_told_where_to_look_in_both_languages() -> None:
    for language in ("en", "zh-hans"):
        with override(language):
            assert all(str(form.source) for form in PLAN.forms.values())
