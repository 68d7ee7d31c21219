"""Enrolment, collection, lymphodepletion, clearance and infusion of an invented subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from demo.answers.scene import Filled, Scene
from screening.models.eligibility import EligibilityStage1

HEIGHTS: Final = {"F": "161.0", "M": "174.0"}
PER_KG: Final = Decimal(1)  # dose level 1, million CAR-T cells per kg
COHORT: Final = 3
# Of both sites, in the order of enrolment.
QUEUE: Final = (
    "01-001", "01-005", "02-001", "01-002", "01-004", "01-003", "01-006", "01-007", "02-003", "02-002", "01-008",
)  # fmt: skip
AFTER: Final = (("PRE", -10), ("M0", 0), ("M15", 15), ("M30", 30), ("M60", 60))
HOURS: Final = (("H2", 2), ("H3", 3), ("H4", 4), ("H5", 5))


def enrolment(scene: Scene) -> Filled | None:
    """Who is eligible is enrolled at the first dose level; cohort and place follow from the order of enrolment."""
    if not EligibilityStage1.objects.filter(subject=scene.journey.desk.subject, ied="ELIGIBLE").exists():
        return None
    cohort, slot = divmod(QUEUE.index(scene.journey.desk.subject.number), COHORT)
    said = {"enrdec": "ENROLLED", "enrby": "R01", "enrdat": scene.on.isoformat(), "doselvl": "DL1"}
    return Filled(said | {"cohort": str(cohort + 1), "enrslot": str(slot + 1), "enrconf": "Y"}, by_investigator=True)


def collection(scene: Scene) -> Filled:
    """An unremarkable leukapheresis."""
    chance = scene.course.chance("LEUK")
    said = {
        "prperf": "Y", "leukalc": f"{chance.uniform(1.2, 2.1):.2f}", "leukalcdat": scene.on.isoformat(),
        "leukwt": f"{scene.course.weight(scene.day):.1f}", "prstdtc": scene.at("09:05"), "prendtc": scene.at("12:10"),
        "leukdev": "Spectra Optia", "leukaccs": "PERIPHERAL", "leukac": "ACD_A",
        "leukbv": f"{chance.uniform(8, 12):.1f}",
        "leukcomp": ["NONE"], "leukvol": str(chance.randint(110, 190)), "leukwbc": f"{chance.uniform(40, 75):.1f}",
        "leukmnc": f"{chance.uniform(82, 94):.1f}", "leukcd3": f"{chance.uniform(48, 66):.1f}", "leukviab": "98.5",
    }  # fmt: skip
    return Filled(said)


def body(scene: Scene) -> tuple[Decimal, Decimal]:
    """Height in cm, and weight in kg of the day of the first dose."""
    first = -5
    return Decimal(HEIGHTS[scene.patient.sex]), Decimal(f"{scene.course.weight(first):.1f}")


def lymphodepletion(scene: Scene) -> Filled:
    """Fludarabine 30 and cyclophosphamide 300 mg/m2, as planned."""
    height, weight = body(scene)
    surface = (height * weight / 3600).sqrt()
    flu, cy = (round(per * surface / 5) * 5 for per in (Decimal(30), Decimal(300)))
    said = {
        "explan": "A", "exoccur": "Y", "exheight": str(height), "exweight": str(weight),
        "flugiven": "Y", "fludose": str(flu), "flustdtc": scene.at("09:00"), "fluendtc": scene.at("09:30"),
        "fluintp": "N", "cygiven": "Y", "cydose": str(cy), "cystdtc": scene.at("10:00"), "cyendtc": scene.at("11:00"),
        "cyintp": "N",
    }  # fmt: skip
    return Filled(said)


def clearance(scene: Scene) -> Filled | None:
    """Cleared on the morning of the infusion; it is entered by hand where the story wants otherwise."""
    fulfilled = dict.fromkeys(("clrfev", "clrinf", "clroxy", "clrhem", "clrmg"), "Y")
    said = {"clrdtc": scene.at("08:30", days=1), "clrplan": scene.at("10:00", days=1), "clrby": "R01"}
    said |= {"clrdec": "GO"}
    return Filled(fulfilled | said, by_investigator=True)


def vitals(scene: Scene, begun: int) -> list[dict[str, str]]:
    """Vital signs around the infusion, which began so many minutes after ten."""
    rows = []
    for point, minutes in (*AFTER, *((name, 60 * hours) for name, hours in HOURS)):
        hour, minute = divmod(600 + begun + minutes, 60)
        chance = scene.course.chance("INFVS", point)
        systolic, diastolic = scene.patient.pressure
        rows.append(
            {
                "vstpt": point, "vsdtc": scene.at(f"{hour:02}:{minute:02}"),
                "temp": f"{chance.uniform(36.4, 36.9):.1f}",
                "pulse": str(scene.patient.pulse + chance.randint(-4, 4)), "resp": str(chance.randint(14, 18)),
                "sysbp": str(systolic + chance.randint(-5, 5)), "diabp": str(diastolic + chance.randint(-4, 4)),
                "oxysat": str(chance.choice((97, 98, 98, 99))),
            }
        )  # fmt: skip
    return rows


def infusion(scene: Scene, lot: str, share: float) -> Filled:
    """What was given, from one bag."""
    chance = scene.course.chance("INF")
    weight = Decimal(f"{scene.course.weight(-1):.1f}")
    begun, lasts = chance.randrange(5, 25, 5), chance.randint(12, 18)
    dose = weight * PER_KG * Decimal(f"{share * chance.uniform(0.97, 1.02):.3f}")
    start, end = scene.at(f"10:{begun:02}"), scene.at(f"10:{begun + lasts:02}")
    answers: dict[str, Any] = {
        "exoccur": "Y", "exlot": lot, "exviab": f"{chance.uniform(86, 95):.1f}",
        "exvcn": f"{chance.uniform(1.1, 3):.2f}",
        "expldos": "1", "exweight": str(weight), "exdose": f"{dose:.2f}", "excells": f"{dose * Decimal('2.4'):.1f}",
        "exstdtc": start, "exendtc": end, "exvamt": "50", "exintp": "N", "cmprem": ["ANTIPYRETIC", "ANTIHISTAMINE"],
    }  # fmt: skip
    bag = {"bagid": f"{lot}-1", "bagthaw": scene.at("09:58"), "bagstdtc": start, "bagendtc": end, "bagvol": "50"}
    return Filled(answers, {"bags": [bag], "vitals": vitals(scene, begun)}, by_investigator=True)


def product(scene: Scene, lot: str) -> Filled:
    """The product from collection to receipt, its bag, and the checks by two people."""
    number = scene.journey.desk.subject.number
    code = f"MG{number.replace('-', '')}{lot[-2:]}"
    collected, made, freed, received = -27, -26, -9, -8
    on = scene.journey.moment
    states = [
        {"prstate": state, "prstdtc": on(day, clock), "prstby": by}
        for state, day, clock, by in (
            ("COLLECTED", collected, "12:30", "C01"), ("MANUFACTURING", made, "10:00", "M02"),
            ("RELEASED", freed, "16:00", "Q01"), ("RECEIVED", received, "11:15", "P01"),
        )
    ]  # fmt: skip
    checks = [
        {"coipoint": point, "coiread1": code, "coiby1": one, "coidtc1": on(day, first), "coiread2": code, "coiby2": two,
         "coidtc2": on(day, second)}
        for point, day, first, second, one, two in (
            ("COLLECTION", collected, "12:20", "12:22", "C01", "N02"),
            ("RECEIPT", received, "11:10", "11:12", "P01", "P02"),
            ("BEDSIDE", 0, "09:50", "09:52", "N01", "R01"),
        )
    ]  # fmt: skip
    cells = f"{scene.patient.weight * 2.4:.1f}"
    bag = {"dabagid": f"{lot}-1", "davol": "50", "dacells": cells, "daviab": "91.0", "dastor": "VAPOUR"}
    bag |= {"darecdtc": on(received, "11:15"), "datemp": "-178", "daexpdat": scene.journey.on(180).isoformat()}
    head = {"coicode": code, "coidin": f"D{number}", "coilot": lot, "bagsrec": "1"}
    return Filled(head, {"states": states, "checks": checks, "bags": [bag]})


ANSWERS: Final[Mapping[str, Callable[[Scene], Filled | None]]] = {
    "ENR": enrolment,
    "LEUK": collection,
    "LD": lymphodepletion,
    "CLR": clearance,
}
