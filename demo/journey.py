"""The way of one subject through the schedule: which forms a visit asks, and what the course answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from core import schedule
from core.actions.entry import RowEntry
from demo.answers import ANSWERS, treatment
from demo.answers.scene import Scene
from demo.course import Course
from demo.desk import Desk

CONSENT_FORM = {"icyn": "Y", "icver": "2.1", "icverdat": "2023-03-28", "icsigner": "SUBJECT", "icexpl": "R01"}
PYRIDOSTIGMINE = {
    "cmtrt": "Pyridostigmine", "cmclas": "CHEI", "cmchei": "PYRIDOSTIGMINE", "cmmgrisk": "NONE", "cmindc": "MG",
    "cmdose": "60", "cmdosu": "mg", "cmdosfrq": "TID", "cmroute": "ORAL", "cmongo": "Y",
}  # fmt: skip
LAST_ON_WARD = 14
STAY = {"hoongo": "N", "hoplace": "Neurology, ward 3", "horeas": "PLANNED", "hoicu": "N", "hovent": "NONE"}
OFFSET = "+08:00"
SIGNED_AT_ONCE = ("IE1", "IE2")  # the next step needs the signature


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
        """Consent, demography, what is taken regularly and the first measurements, all on one day."""
        self.consent(day)
        self.demography(day)
        self.desk.line("CM", PYRIDOSTIGMINE | {"cmstdat": str(self.on(day).year - 3)})
        self.visit("SCR", day, **options)

    def visit(
        self,
        name: str,
        day: int,
        *,
        leave_out: Iterable[str] = (),
        only: Iterable[str] = (),
        otherwise: Mapping[str, Mapping[str, str]] | None = None,
        missing: Mapping[str, Mapping[str, str]] | None = None,
        versions: Mapping[str, int] | None = None,
    ) -> None:
        """What the visit asks and the course answers. Form code -> answers that differ, missing reasons."""
        for code in schedule.current().forms_of(name.split("-")[0]):
            if code in ANSWERS and code not in leave_out and (not only or code in only):
                said, reasons = (otherwise or {}).get(code, {}), (missing or {}).get(code, {})
                self.fill(name, code, day, said, missing=reasons, version=(versions or {}).get(code))

    def fill(self, name: str, code: str, day: int, otherwise: Mapping[str, Any] | None = None, **options: Any) -> None:
        """One form of a visit as the course answers it; `otherwise`: answers that differ."""
        filled = ANSWERS[code](Scene(self, name, day))
        if filled is None:
            return
        answers = {**filled.answers, **(otherwise or {})}
        reasons = options.get("missing") or {}
        self.desk.enter(
            name,
            code,
            {item: value for item, value in answers.items() if item not in reasons and value != ""},
            on=self.on(day),
            rows=options.pop("rows", filled.rows),
            by=self.desk.staff.investigator if filled.by_investigator else None,
            **options,
        )
        if code in SIGNED_AT_ONCE:
            self.desk.sign(name, code)

    def answers(self, code: str, day: int) -> Mapping[str, Any]:
        """What the course says on that day to a form's questions."""
        filled = ANSWERS[code](Scene(self, "", day))
        return filled.answers if filled else {}

    def to_leukapheresis(self, screening: int, leukapheresis: int, **options: Any) -> None:
        """Screening and collection of the cells."""
        self.screening(screening, **options)
        self.visit("LEUK", leukapheresis, **options)

    def to_infusion(self, lot: str, *, dose_share: float = 1.0) -> None:
        """Baseline, three days of lymphodepletion, rest, clearance, infusion on day 0."""
        self.to_clearance(lot)
        self.infused(lot, dose_share)

    def to_clearance(self, lot: str, *, begins: int = -5, **options: Any) -> None:
        """Baseline, three days of lymphodepletion, the days of rest (`options`), the product at hand."""
        self.visit("BL", begins - 1)
        for number in (1, 2, 3):
            self.visit(f"LD{number}", begins - 1 + number)
        self.visit("RST", begins + 4, leave_out=("CLR",), **options)
        filled = treatment.product(Scene(self, "LOG", -1), lot)
        self.desk.line("COI", filled.answers, rows=filled.rows)

    def infused(self, lot: str, dose_share: float = 1.0, *, cleared_at: str = "RST") -> None:
        """The day of the infusion, after a clearance entered at the visit named."""
        self.visit("INF", 0, leave_out=("CRS",))
        self.fill(cleared_at, "CLR", -1)
        self.infusion(lot, dose_share)
        self.fill("INF", "CRS", 0)

    def infusion(self, lot: str, dose_share: float) -> None:
        """The investigator enters what was given, and the product's way is closed."""
        filled = treatment.infusion(Scene(self, "INF", 0), lot, dose_share)
        self.desk.enter("INF", "INF", filled.answers, on=self.day0, rows=filled.rows, by=self.desk.staff.investigator)
        given = {"prstate": "INFUSED", "prstdtc": self.moment(0, "11:00"), "prstby": "R01"}
        bag = RowEntry({"dathaw": self.moment(0, "09:58"), "dafate": "INFUSED"}, 1)
        self.desk.extend("COI", 1, {"states": [RowEntry(given)], "bags": [bag]}, "The bag was infused.")

    def ward(self, last: int, first: int = 1, **options: Any) -> None:
        """The daily visits after infusion; after the last of them the subject goes home."""
        for day in range(first, last + 1):
            self.visit(f"D{day}", day, **options)
        if last == LAST_ON_WARD:
            self.desk.line("HO", STAY | {"hostdat": self.on(-6).isoformat(), "hoendat": self.on(last).isoformat()})
