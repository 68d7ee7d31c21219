"""Pregnancies: the partner's consent, the clock, outcomes that are serious, the infant's first year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.actor import Actor
from core.actions.entry import Entry
from core.crf.rules import RULES, Context
from core.models import Subject
from core.places import LOG
from core.testing import trial
from core.testing.forms import a_subject, enter, filled, fired

KNOWN: dict[str, Any] = {
    "prwho": "PARTICIPANT",
    "praware": "2026-03-05T09:30+08:00",
    "prsent": "2026-03-06T09:30+08:00",
    "lmpstdat": "2026-01-20",
    "edcdat": "2026-10-27",
    "prout": "ONGOING",
}
INFANT: dict[str, Any] = {"incons": "Y", "insex": "F", "inweight": "3200", "inanom": "N", "indied": "N"}


def pregnancy(rows: Any = None, **answers: Any) -> Any:
    return filled("PREG", rows={"infants": rows or []}, **KNOWN | answers)


def over(outcome: str, rows: Any = None, **answers: Any) -> Any:
    return pregnancy(rows, prout=outcome, proutdat="2026-04-20", prgest="12", prcompl="N", **answers)


def a_report(key: int) -> Any:
    found = filled("SAE", saeterm="Abortion")
    found.key = key
    return found


@pytest.mark.req("SAF-07")
def test_it_works() -> None:
    assert fired(pregnancy()) == set(), "a delivery that is expected lies ahead, and is no question"


@pytest.mark.req("SAF-07")
def test_data_of_a_partner_need_her_own_consent() -> None:
    assert pregnancy(prwho="PARTNER", prconsdt="2026-03-05").prconsdt == date(2026, 3, 5)
    with pytest.raises(ValidationError, match="own consent"):
        pregnancy(prwho="PARTNER")
    alone = dict.fromkeys(("lmpstdat", "edcdat", "prout"))
    assert pregnancy(prwho="PARTNER WITHOUT CONSENT", **alone).prdue is not None, "that there is one is known"


@pytest.mark.req("SAF-07")
def test_her_consent_is_not_taken_away_under_her_data(subject: Subject, coordinator: Actor) -> None:
    told = {"prwho": "PARTNER", "prconsdt": "2026-03-05", "prout": "ONGOING"}
    enter(coordinator, subject, LOG, "PREG", told)
    place = trial.place_at(subject, LOG, "PREG", 1)
    with pytest.raises(ValidationError, match="own consent"):
        trial.save(place, Entry({"prconsdt": None}), by=coordinator, reason="Withdrawn")
    trial.save(
        place,
        Entry({"prwho": "PARTNER WITHOUT CONSENT", "prconsdt": None, "prout": None}),
        by=coordinator,
        reason="She did not consent",
    )


@pytest.mark.req("SAF-07")
@pytest.mark.parametrize(
    ("name", "value"), [("lmpstdat", "2026-01-20"), ("edcdat", "2026-10-27"), ("prout", "ONGOING"), ("prhcg", "900")]
)
def test_without_her_consent_nothing_of_her_is_taken(name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        filled("PREG", prwho="PARTNER WITHOUT CONSENT", praware=KNOWN["praware"], **{name: value})


@pytest.mark.req("SAF-07")
def test_without_her_consent_no_infant_is_entered() -> None:
    without = {"incons": "N"}
    for name in ("insex", "inweight", "inanom", "indied"):
        with pytest.raises(ValidationError):
            over("LIVE BIRTH", [without | {name: INFANT[name]}])
    waiting = filled("PREG", prwho="PARTNER WITHOUT CONSENT", rows={"infants": [without]})
    assert "PREG-02" in fired(waiting)
    assert "PREG-02" not in fired(over("LIVE BIRTH", [without]))


@pytest.mark.req("SAF-07", "VAL-04")
@pytest.mark.parametrize(("sent", "late"), [("2026-03-06T09:30+08:00", "N"), ("2026-03-06T09:31+08:00", "Y")])
def test_the_sponsor_knows_within_24_h(sent: str, late: str) -> None:
    record = pregnancy(prsent=sent)
    assert record.prlate == late
    assert ("PREG-12" in fired(record)) is (late == "Y")


@pytest.mark.req("SAF-07")
@pytest.mark.parametrize(("at", "asked"), [("2026-03-06T09:30:00+08:00", False), ("2026-03-06T09:30:01+08:00", True)])
def test_a_report_not_sent_is_asked_about(monkeypatch: pytest.MonkeyPatch, at: str, asked: bool) -> None:
    record = pregnancy(prsent=None)
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromisoformat(at).astimezone(UTC))
    assert ("PREG-03" in fired(record)) is asked


@pytest.mark.req("SAF-07")
@pytest.mark.parametrize(
    ("outcome", "serious"),
    [
        ("SPONTANEOUS ABORTION", True),
        ("ECTOPIC", True),
        ("STILLBIRTH", True),
        ("ELECTIVE TERMINATION", False),
        ("UNKNOWN", False),
    ],
)
def test_a_serious_outcome_needs_its_sae(outcome: str, serious: bool) -> None:
    assert ("PREG-05" in fired(over(outcome))) is serious
    assert fired(over(outcome, prsaeno="1"), others=[a_report(1)]) == set()
    assert fired(over(outcome, prsaeno="1"), others=[a_report(2)]) == {"PREG-07"}


@pytest.mark.req("SAF-07")
@pytest.mark.parametrize("harm", [{"inanom": "Y", "inanomsp": "Cleft palate"}, {"indied": "Y"}])
def test_a_harmed_infant_needs_its_sae(harm: dict[str, str]) -> None:
    born = over("LIVE BIRTH", [INFANT | harm])
    assert "PREG-06" in fired(born)
    assert "PREG-06" not in fired(over("LIVE BIRTH", [INFANT | harm], prsaeno="1"), others=[a_report(1)])
    assert "PREG-06" not in fired(over("LIVE BIRTH", [INFANT]))


def test_a_live_birth_has_an_infant() -> None:
    assert "PREG-09" in fired(over("LIVE BIRTH"))
    assert "PREG-09" not in fired(over("LIVE BIRTH", [INFANT]))


@pytest.mark.req("SAF-07", "VAL-04")
def test_the_first_year_of_an_infant_is_followed() -> None:
    today = a_subject().site.today()
    born = today.replace(year=today.year - 1) if (today.month, today.day) != (2, 29) else date(today.year - 1, 2, 28)

    def asks(on: date, **follow: str) -> bool:
        record = pregnancy([INFANT | follow], prout="LIVE BIRTH", proutdat=on.isoformat(), prgest="39", prcompl="N")
        return "PREG-10" in fired(record)

    assert not asks(born), "the first birthday itself is still in time"
    assert asks(born - timedelta(days=1))
    assert not asks(born - timedelta(days=1), infudat=today.isoformat())
    assert not asks(born - timedelta(days=1), indied="Y")


def test_a_man_is_not_pregnant() -> None:
    assert "PREG-08" in fired(pregnancy(), others=[filled("DM", sex="M")])
    assert "PREG-08" not in fired(pregnancy(), others=[filled("DM", sex="F")])
    partner = pregnancy(prwho="PARTNER", prconsdt="2026-03-05")
    assert "PREG-08" not in fired(partner, others=[filled("DM", sex="M")])


def test_what_cannot_come_first_is_asked_about() -> None:
    assert "PREG-04" in fired(pregnancy(prsent="2026-03-05T09:29+08:00"))
    assert "PREG-11" in fired(over("ECTOPIC", lmpstdat="2026-05"))
    assert "PREG-11" not in fired(over("ECTOPIC", lmpstdat="2026-04"))


@pytest.mark.req("SAF-07")
@pytest.mark.parametrize(
    ("result", "on", "asked"),
    [
        ("POS", "2026-03-05", True),
        ("POS", "2026-03-02", True),
        ("POS", "2026-03-01", False),
        ("NEG", "2026-03-05", False),
        ("IND", "2026-03-05", False),
    ],
)
def test_a_positive_test_after_consent_opens_a_line(result: str, on: str, asked: bool) -> None:
    woman = a_subject(consent_on=date(2026, 3, 2))
    test = filled("UPT", subject=woman, lbperf="Y", lbdtc=f"{on}T08:00+08:00", lborres=result)
    assert ("PREG-20" in fired(test)) is asked
    assert "PREG-20" not in fired(test, others=[pregnancy()])
    partner = pregnancy(prwho="PARTNER", prconsdt="2026-03-05")
    assert ("PREG-20" in fired(test, others=[partner])) is asked, "that line is of another woman"


@pytest.mark.req("SAF-07")
def test_the_serum_test_asks_alike() -> None:
    rule = RULES["PREG-21"]
    assert (rule.form, rule.item) == ("HCG", "lborres")
    woman = a_subject(consent_on=date(2026, 3, 2))
    test = SimpleNamespace(lborres="POS", lbdtc=datetime(2026, 3, 5, 8, tzinfo=UTC))
    assert rule.holds(Context(woman, test, None, {"PREG": []})) is False
    assert rule.holds(Context(woman, test, None, {"PREG": [pregnancy()]})) is True
