"""The way of one subject through the schedule: which forms a visit asks, and what the course answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from core import schedule
from demo import laboratory
from demo.course import Course
from demo.desk import Desk

MEASURED = ("VS", "MGADL", "CHEM", "UPT")  # forms whose answers follow from the course
CONSENT_FORM = {"icyn": "Y", "icver": "2.1", "icverdat": "2023-03-28", "icsigner": "SUBJECT", "icexpl": "R01"}
OFFSET = "+08:00"


@dataclass(frozen=True)
class Journey:
    """One subject's way. `day0` is the day of infusion, done or planned; days count from it."""

    desk: Desk
    course: Course
    day0: date

    def on(self, day: int) -> date:
        """The calendar day."""
        return self.day0 + timedelta(days=day)

    def moment(self, day: int, clock: str) -> str:
        """A clock time of that day, as the site's clock showed it."""
        return f"{self.on(day)}T{clock}{OFFSET}"

    def consent(self, day: int, *, visit_day: int | None = None) -> None:
        """Consent is signed, at the screening visit unless that was on another day."""
        signed = {"rficdtc": self.moment(day, "09:20"), "iccopy": "Y"}
        signed |= {"icpipl": "Y", "icxfer": "N", "icltfu": "Y", "icsamp": "Y", "icgene": "N"}
        on = self.on(day if visit_day is None else visit_day)
        self.desk.enter("SCR", "ICF", CONSENT_FORM | signed, on=on)

    def demography(self, day: int) -> None:
        """Who the subject is."""
        patient = self.course.patient
        answers = {"brthdat": patient.born, "sex": patient.sex, "ethnic": patient.ethnic}
        self.desk.enter("SCR", "DM", answers, on=self.on(day))

    def screening(self, day: int, **options: Any) -> None:
        """Consent, demography and the first measurements, all on one day."""
        self.consent(day)
        self.demography(day)
        self.visit("SCR", day, **options)

    def visit(
        self,
        name: str,
        day: int,
        *,
        leave_out: Iterable[str] = (),
        otherwise: Mapping[str, Mapping[str, str]] | None = None,
        missing: Mapping[str, Mapping[str, str]] | None = None,
        versions: Mapping[str, int] | None = None,
    ) -> None:
        """What the visit asks and the course answers. Form code -> answers that differ, reasons of missing ones."""
        codes = [code for code in schedule.current().forms_of(name.split("-")[0]) if code in MEASURED]
        for code in codes:
            if code in leave_out:
                continue
            reasons = (missing or {}).get(code, {})
            answers = self.answers(code, day) | dict((otherwise or {}).get(code, {}))
            self.desk.enter(
                name,
                code,
                {item: value for item, value in answers.items() if item not in reasons and value != ""},
                on=self.on(day),
                rows=self.rows(code, day),
                missing=reasons,
                version=(versions or {}).get(code),
            )

    def answers(self, code: str, day: int) -> dict[str, str]:
        """What the course says on that day to a form's questions."""
        if code == "CHEM":
            return laboratory.sample(self.course, day, self.on(day).isoformat())
        if code == "UPT":
            return self.pregnancy_test(day)
        return self.course.vitals(day) if code == "VS" else self.course.mgadl(day)

    def rows(self, code: str, day: int) -> dict[str, list[dict[str, str]]]:
        """The rows of a laboratory report: a few analytes each day in the ward, else the whole panel."""
        if code != "CHEM":
            return {}
        analytes = laboratory.DAILY if -6 < day < 15 else tuple(laboratory.ANALYTES)
        return {"results": laboratory.results(self.course, day, analytes)}

    def pregnancy_test(self, day: int, result: str = "NEG") -> dict[str, str]:
        """Women are tested; for men the form says why not."""
        if not self.course.patient.is_woman:
            return {"lbperf": "N", "lbreasnd": "Male"}
        taken = {"lbdtc": self.moment(day, "07:30"), "lborres": result, "lbllod": "25.0", "lblot": "HCG2506-11"}
        return {"lbperf": "Y"} | taken

    def to_leukapheresis(self, screening: int, leukapheresis: int, **options: Any) -> None:
        """Screening and collection of the cells."""
        self.screening(screening, **options)
        self.visit("LEUK", leukapheresis, **options)

    def to_infusion(self, lot: str, *, dose_share: float = 1.0) -> None:
        """Baseline, three days of lymphodepletion, rest, infusion on day 0."""
        self.visit("BL", -6)
        for number in (1, 2, 3):
            self.visit(f"LD{number}", number - 6)
        self.visit("RST", -1)
        self.visit("INF", 0)
        self.infusion(lot, dose_share)

    def infusion(self, lot: str, dose_share: float) -> None:
        """The investigator enters what was given."""
        chance = self.course.chance("INF")
        weight = round(self.course.weight(-1), 1)
        begun = chance.randrange(5, 40, 5)
        answers = {
            "exoccur": "Y",
            "exlot": lot,
            "exviab": f"{chance.uniform(86, 95):.1f}",
            "expldos": "1",
            "exweight": f"{weight:.1f}",
            "exdose": f"{weight * dose_share * chance.uniform(0.97, 1.02):.2f}",
            "exstdtc": self.moment(0, f"10:{begun:02}"),
            "exendtc": self.moment(0, f"10:{begun + chance.randint(12, 18):02}"),
            "exvamt": str(chance.choice((50, 55, 60))),
            "exintp": "N",
            "cmprem": ["ANTIPYRETIC", "ANTIHISTAMINE"],
        }
        self.desk.enter("INF", "INF", answers, on=self.day0, by=self.desk.staff.investigator)

    def ward(self, last: int, first: int = 1, **options: Any) -> None:
        """The daily visits after infusion."""
        for day in range(first, last + 1):
            self.visit(f"D{day}", day, **options)
