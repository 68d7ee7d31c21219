"""Plain facts for tests of the criteria: records without a database or a form, and a subject who is eligible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from core.crf.values import Measured, PartialDate
from core.models import Subject, Visit
from core.testing.forms import a_subject
from screening.eligibility.answers import Answer, Finding
from screening.eligibility.criteria import CRITERIA
from screening.eligibility.criterion import Criterion
from screening.eligibility.facts import Facts
from screening.eligibility.stages import STAGES

SCREENED, BASELINE, LD1 = date(2026, 3, 2), date(2026, 4, 6), date(2026, 4, 8)
DOSE = "2026-04-08T09:00+08:00"
VISITS = {"SCR": SCREENED, "BL": BASELINE, "LD1": LD1, "LOG": None}

# Own answers that would let a subject go on, by stage.
FINE = {
    stage: {c.item: "MET" if c.key.startswith("I") else "NOT_MET" for c in CRITERIA if c.is_asked(stage)}
    for stage in (1, 2)
}


@dataclass
class Plain:
    """A source of records that a test wrote down."""

    forms: Mapping[str, list[Any]]

    def records(self, code: str) -> list[Any]:
        return self.forms.get(code, [])

    def rows(self, record: Any, group: str) -> list[Any]:
        return list(getattr(record, group, ()))


def record(visit: str = "SCR", on: date | None = None, key: int = 1, **answers: Any) -> Any:
    """A record of whatever form, at a visit; `LOG` for a line of a log."""
    code, _, ordinal = visit.partition("-")
    at = None if visit == "LOG" else Visit(code=code, ordinal=int(ordinal or 0), visit_on=on or VISITS.get(visit))
    return SimpleNamespace(visit=at, key=key, **answers)


def row(**answers: Any) -> Any:
    return SimpleNamespace(**answers)


def result(test: str, value: str, unit: str = "umol/L", upper: str | None = None, **more: Any) -> Any:
    """A row of serum chemistry."""
    limit = None if upper is None else Decimal(upper)
    return row(lbtestcd=test, lborres=Measured.parse(value), lborresu=unit, lbornrhi=limit, **{"lbnrhi": None} | more)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def partial(text: str | None) -> PartialDate | None:
    return None if text is None else PartialDate.parse(text)


def someone(**milestones: date) -> Subject:
    return a_subject(**{"consent_on": date(2026, 3, 1)} | milestones)


def facts(
    forms: Mapping[str, Any], stage: int = 1, subject: Subject | None = None, form: Mapping[str, Any] | None = None
) -> Facts:
    """At a stage, beside these records: a form code with one record or several."""
    known = {code: list(each) if isinstance(each, Iterable) else [each] for code, each in forms.items()}
    visit_on = SCREENED if stage == 1 else BASELINE
    return Facts(subject or someone(), STAGES[stage], Plain(known), visit_on, form or {})


def finding(key: str, forms: Mapping[str, Any], **options: Any) -> Finding:
    criterion = next(each for each in CRITERIA if each.key == key)
    return criterion.judge(facts(forms, **options))


def answer(key: str, forms: Mapping[str, Any], **options: Any) -> Answer:
    """What one criterion computes to."""
    return finding(key, forms, **options).answer


def eligible_forms(visit: str = "SCR") -> dict[str, list[Any]]:
    """What a woman has on record who meets all that screening asks."""
    normal = [
        result("CREAT", "62"),
        result("BILI", "11.5"),
        result("ALT", "24", "U/L", "40"),
        result("AST", "20", "U/L", "35"),
    ]
    treatment = row(
        cmclas="STEROID", cmtrt="prednisone", cmout="RELAPSE", cmstdat=partial("2020"), cmendat=partial("2025-06")
    )
    return {
        "DM": [record(brthdat=partial("1980-05-20"), sex="F")],
        "MGH": [record(achrres="POS", achr=None, achruln=None, cheiresp="Y")],
        "NMT": [record(rnspos="Y", edropos=None, neopos="N")],
        "PMT": [record(treatments=[treatment])],
        "MGFA": [record(visit, mgfacls="IIIA")],
        "MGADL": [record(visit, mgadltot=9, mgadloc=3)],
        "QMG": [record(visit, qmgtot=17, qmg01="1", qmg02="1", qmg03="1")],
        "RP": [record(childpot="Y", bfeed="N", rpcontr="Y")],
        "UPT": [record(visit, lbdtc=moment("2026-03-02T08:00+08:00"), lborres="NEG")],
        "HCG": [],
        "MH": [record(mhepil="N", mhcns="N", mhcard="N", mhuncon="N", mhgene="N")],
        "THYM": [record(thymect="N", thymdat=None, thymplan="N", thymrt="N")],
        "ECG": [record(visit, egqtcf=Decimal("412.3"))],
        "INFC": [record(visit, infcact="N", infcgr=None, infciv=None)],
        "VIR": [
            record(
                hbsag="NEG", hbcab="NEG", hbvdna=None, hbvlloq=None, hcvab="NEG", hcvrna=None, hcvlloq=None,
                hivscr="NR", hivconf=None,
            )
        ],
        "TCELL": [record(tcfold=Decimal("21.4"))],
        "CHEM": [record(visit, results=normal)],
        "CM": [],
        "LD": [],
    }  # fmt: skip


def force(monkeypatch: pytest.MonkeyPatch, **answers: str) -> None:
    """Every criterion computes to what lets the subject go on, but for these."""
    judge = Criterion.judge

    def forced(criterion: Any, facts: Any) -> Any:
        if judge(criterion, facts).answer == Answer.DEFERRED:
            return Finding(Answer.DEFERRED)
        fine = "MET" if criterion.key.startswith("I") else "NOT_MET"
        return Finding(Answer(answers.get(criterion.key, fine)))

    monkeypatch.setattr(Criterion, "judge", forced)
