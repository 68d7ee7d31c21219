"""The daily record of CRS and ICANS, the ICE score, blood counts and the decision on toxicity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from core.models import Subject
from demo.answers.scene import Filled, Scene
from reports.records import context_of
from safety.toxicity import dlt_reading

FEVER: Final = 38.0
FULL: Final = {"ori": "4", "nam": "3", "com": "1", "wri": "1", "att": "1"}


def ice(scene: Scene) -> Filled:
    """Ten points, but on the days on which the subject is confused: then the sentence and the counting fail."""

    def score(time: str, number: int) -> dict[str, str]:
        weak = {"wri": "0", "att": "0"} if scene.day in scene.patient.confused else {}
        items = {f"ice{number}{name}": points for name, points in (FULL | weak).items()}
        return {f"ice{number}stat": "DONE", f"ice{number}tim": time} | items

    twice = score("20:00", 2) if 1 <= scene.day <= 10 else {}
    return Filled(score("08:30", 1) | twice)


def daily(scene: Scene) -> Filled:
    """Fever as the course has it; low pressure where the story says so, with what was given against it."""
    heat, (systolic, diastolic) = scene.course.heat(scene.day), scene.patient.pressure
    hottest = 36.6 + heat
    low = scene.day in scene.patient.low_pressure
    fever = hottest >= FEVER
    grade = 2 if low else 1 if fever else 0
    confused = scene.day in scene.patient.confused
    given = [] if not fever and not low else ["ANTIPYRETIC", *(["TOCILIZUMAB"] if low else [])]
    said: dict[str, Any] = {
        "crstmax": f"{hottest:.1f}", "crsfev": "CRS" if fever else "NONE",
        "crssbp": "84" if low else str(round(systolic - 9 * heat)),
        "crsdbp": "50" if low else str(round(diastolic - 6 * heat)),
        "crshypo": "CRS" if low else "NONE", "crsspo2": str(round(98 - 1.5 * heat)), "crso2": "NONE",
        "crstreat": given or ["NONE"], "icloc": "AWAKE", "icseiz": "NONE", "icmotor": "NONE", "icicp": "NONE",
        "crsgri": str(grade), "icansgri": "1" if confused else "0",
    }  # fmt: skip
    said |= {"crsvaso": "N"} if low else {}
    weight = scene.patient.weight
    drug = {"agent": "TOCILIZUMAB", "agentdos": f"{min(800, round(8 * weight))}", "agentdtc": scene.at("14:30")}
    return Filled(said, {"treatments": [drug | {"agentfor": "CRS"}]} if low else {})


def counts(scene: Scene) -> Filled:
    """The grade that is computed is confirmed by hand later; growth factor was not needed."""
    return Filled({"icahtgri": "0"})


def reconciled(scene: Scene) -> Filled:
    """All events up to day 90 are in."""
    return Filled({"teaesrc": scene.on.isoformat(), "teaeconf": "Y"})


def decision(scene: Scene) -> Filled:
    """What the data propose is laid to lymphodepletion, and the committee agrees the day after."""
    subject = Subject.objects.select_related("site").get(pk=scene.journey.desk.subject.pk)
    context = context_of(subject, None, dlt_reading.FORMS)
    judged = {"dltinv": "NOT_DLT", "dltsrcdec": "NOT_DLT", "dltcom": "As expected after lymphodepletion."}
    rows = [
        {"dltsrc": each.source, "dltrule": str(int(each.rule)), "dlttest": each.test} | judged
        for each in dlt_reading.candidates(context, ())
    ]
    said = {"dltfudat": scene.on.isoformat(), "dltprop": "NO_DLT"}
    decided = {"dltsrcdat": scene.journey.on(scene.day + 1).isoformat(), "dltminut": f"SRC {scene.on:%Y-%m}"}
    return Filled(said | decided, {"candidates": rows}, by_investigator=True)


ANSWERS: Final[Mapping[str, Callable[[Scene], Filled | None]]] = {
    "ICE": ice,
    "CRS": daily,
    "ICAHT": counts,
    "TEAE": reconciled,
    "DLT": decision,
}
