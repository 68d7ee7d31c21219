"""Histories, reproductive status, infection check and eligibility of an invented subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from core.models import Subject
from demo.answers.scene import Filled, Scene
from screening.eligibility.answers import Answer
from screening.eligibility.criteria import CRITERIA
from screening.eligibility.evaluation import evaluate_subject
from screening.eligibility.stages import STAGES

KIT: Final = {"achrmeth": "RIA", "achrunit": "nmol/L", "achruln": "0.45", "achrlab": "Department of Neurology"}
# What only the investigator can say: the answer in a demo subject that takes part.
OPINIONS: Final = {"I7": "MET", "E11": "NOT_MET", "E13": "NOT_MET"}


def _months_before(scene: Scene, months: int) -> str:
    """A month of the past, as people remember it."""
    on = scene.on
    year, month0 = divmod(on.year * 12 + on.month - 1 - months, 12)
    return f"{year:04}-{month0 + 1:02}"


def mg_history(scene: Scene) -> Filled:
    """Generalised for years, with antibodies, better on pyridostigmine."""
    years = scene.course.chance("ONSET").randint(3, 11)
    titre = scene.course.chance("ACHR").uniform(6, 18)
    said = {
        "mhonset": str(scene.on.year - years), "mhdiag": _months_before(scene, 12 * years - 5), "mhtype": "MIXED",
        "mhcrisis": "N", "mgfaworst": "IIIB", "mgfawdat": _months_before(scene, 14), "achrres": "POS",
        "achrdat": _months_before(scene, 2), "achr": f"{titre:.2f}", "cheiresp": "Y",
        "cheievid": "Diplopia and speech better within an hour of 60 mg pyridostigmine.",
    }  # fmt: skip
    rows = [{"mgabtest": test, "mgabperf": "N"} for test in ("MUSK", "LRP4", "TITIN")]
    return Filled(said | KIT, {"antibodies": rows})


def prior_treatment(scene: Scene) -> Filled:
    """Steroid, azathioprine and tacrolimus did not hold it; the steroid was tapered before screening."""

    def line(kind: str, name: str, dose: str, often: str, begun: int, ended: int | None, came: str) -> dict[str, str]:
        over = {"cmongo": "Y"} if ended is None else {"cmongo": "N", "cmendat": _months_before(scene, ended)}
        said = {"cmclas": kind, "cmtrt": name, "cmdose": dose, "cmdosu": "mg", "cmdosfrq": often, "cmroute": "ORAL"}
        return said | over | {"cmstdat": _months_before(scene, begun), "cmout": came}

    rows = [
        line("STEROID", "Prednisone", "40", "QD", 36, 3, "INADEQUATE"),
        line("NSIST", "Azathioprine", "100", "QD", 30, 12, "INADEQUATE"),
        line("NSIST", "Tacrolimus", "3", "QD", 12, 3, "RELAPSE"),
        line("CHEI", "Pyridostigmine", "60", "TID", 40, None, "EFFECTIVE"),
    ]
    return Filled({"pmtyn": "Y"}, {"treatments": rows})


def medical_history(scene: Scene) -> Filled:
    """None of what excludes."""
    none = dict.fromkeys(("mhepil", "mhcns", "mhcard", "mhgene", "mhuncon"), "N")
    rows = [{"mhterm": "Hypertension", "mhstdat": "2019", "mhongo": "Y", "mhtrt": "Y"}]
    return Filled(none | {"mhyn": "Y"}, {"conditions": rows})


def thymus(scene: Scene) -> Filled:
    """No thymoma, no operation."""
    scan = {"ctperf": "Y", "ctdat": scene.on.isoformat(), "ctcontr": "N", "ctthym": "NORMAL"}
    return Filled(scan | dict.fromkeys(("thymect", "thymplan", "thymrt", "thymrtpl"), "N"))


def nerve_tests(scene: Scene) -> Filled:
    """Decrement in the face, and neostigmine helps."""
    done = {"rnsperf": "Y", "rnsdat": scene.on.isoformat(), "rnshold": "12.5", "edroperf": "N", "neoperf": "Y"}
    test = {"neodat": scene.on.isoformat(), "neodose": "1.0", "neoatro": "Y", "neores": "POS"}
    rows = [{"nmnerve": "FACIAL", "nmlat": "RIGHT", "nmfreq": "3", "nmdecr": "23.5"}]
    return Filled(done | test, {"nerves": rows})


def t_cells(scene: Scene) -> Filled:
    """Expansion on stimulation, far above fivefold."""
    seen = {"tcassay": "COUNT", "lbnam": "Cell laboratory", "tcday": "7", "tcstart": "1.0", "tcend": "28.4"}
    return Filled({"lbperf": "Y", "tcdat": scene.on.isoformat()} | seen)


def reproduction(scene: Scene) -> Filled | None:
    """A woman with an intrauterine device, who agrees to keep it."""
    if not scene.patient.is_woman:
        return None
    said = {"rpmenar": "Y", "rpmenage": "13", "rpmens": "REGULAR", "rplmpdat": _months_before(scene, 0)}
    keeps = {"rpsurgyn": "N", "bfeed": "N", "rpcontr": "Y", "rpmeth": ["IUD"], "rpmethst": str(scene.on.year - 2)}
    return Filled(said | keeps)


def men(scene: Scene) -> Filled | None:
    """A man who agrees to condom and no sperm donation."""
    if scene.patient.is_woman:
        return None
    return Filled({"rpmfert": "N", "rpmcond": "Y", "rpmpart": "Y", "rpmsperm": "Y", "rpmbank": "Y"})


def infection(scene: Scene) -> Filled:
    """No infection."""
    return Filled({"infctmax": f"{36.6 + scene.course.heat(scene.day):.1f}", "infcact": "N"})


def eligibility(scene: Scene, stage: int) -> Filled:
    """The investigator agrees with what is computed and says what cannot be."""
    subject = Subject.objects.select_related("site").get(pk=scene.journey.desk.subject.pk)
    found = evaluate_subject(subject, STAGES[stage]).findings
    answers: dict[str, Any] = {"ied": "ELIGIBLE", "ieddat": scene.on.isoformat()}
    # Counted back from the planned dose, which is entered on the same form
    opinions = OPINIONS | {"E7": "NOT_MET", "I8": "MET" if scene.patient.is_woman else "NOT_APPLICABLE"}
    for criterion in CRITERIA:
        if criterion.is_asked(stage):
            computed = found[criterion.key].answer
            said = opinions.get(criterion.key) or str(computed.value)
            answers[criterion.item] = said if computed is not Answer.DEFERRED else "NOT_EVALUABLE"
    if any(answers[c.item] in _failing(c.key) for c in CRITERIA if c.is_asked(stage)):
        answers["ied"] = "NOT_ELIGIBLE"
    on_paper = {"srcmode": "PAPER", "srcdat": scene.on.isoformat(), "srcby": "R01"}  # signed by hand on that day
    plan = {"ieldpl": scene.at("09:00", days=1)} if stage == 2 else {}
    return Filled(answers | on_paper | plan, by_investigator=True)


def _failing(key: str) -> tuple[str, ...]:
    return ("NOT_MET", "NOT_EVALUABLE") if key.startswith("I") else ("MET", "NOT_EVALUABLE")


ANSWERS: Final[Mapping[str, Callable[[Scene], Filled | None]]] = {
    "MGH": mg_history,
    "PMT": prior_treatment,
    "MH": medical_history,
    "THYM": thymus,
    "NMT": nerve_tests,
    "TCELL": t_cells,
    "RP": reproduction,
    "RPM": men,
    "INFC": infection,
    "IE1": lambda scene: eligibility(scene, 1),
    "IE2": lambda scene: eligibility(scene, 2),
}
