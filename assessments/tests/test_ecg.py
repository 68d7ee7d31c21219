"""ECG: triplicate, limits by sex, change from baseline and grade."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.crf import read
from core.testing.forms import a_subject, filled, fired, firings

MAN, WOMAN = {"sex": "M"}, {"sex": "F"}
DONE = {"egperf": "Y", "egtdp": "N", "egintp": "NORMAL"}
TREATED = a_subject(lymphodepletion_on=date(2026, 3, 10), infusion_on=date(2026, 3, 15))


def tracings(*pairs: tuple[Any, Any]) -> dict[str, Any]:
    """Tracings of QT and RR in ms."""
    return {"tracings": [{"egnum": n, "egqt": qt, "egrr": rr} for n, (qt, rr) in enumerate(pairs, 1)]}


def ecg(*pairs: tuple[Any, Any], sex: str | None = "M", others: tuple[Any, ...] = (), **answers: Any) -> Any:
    demography = (filled("DM", sex=sex),) if sex else ()
    options = {name: answers.pop(name) for name in ("subject", "visit_on") if name in answers}
    return filled("ECG", rows=tracings(*pairs), others=[*demography, *others], **DONE | answers, **options)


def of(*qts: int, **options: Any) -> Any:
    """An ECG at 60 per minute, where QTcF is QT itself."""
    return ecg(*((qt, 1000) for qt in qts), **options)


def asks(record: Any, others: tuple[Any, ...] = ()) -> set[str]:
    return fired(record, others=[filled("DM", sex="M"), *others])


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    record = ecg((400, 800), (404, 810), (398, 790))
    assert [str(row.qtcf) for row in record.group_rows["tracings"]] == ["430.9", "433.4", "430.5"]
    # 430.8869 + 433.3975 + 430.5339, by 3
    assert (str(record.egqtcf), record.egn) == ("431.606", 3)
    assert (record.egprol, record.egtoxgr, record.egtoxv, record.egqtcfch) == ("N", "0", "CTCAE 5.0", None)
    assert asks(record) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("sex", "qts", "prolonged"),
    [
        ("M", (450, 450, 450), "N"),
        ("M", (450, 450, 451), "Y"),  # the mean is 450.333
        ("F", (470, 470, 470), "N"),
        ("F", (470, 471, 470), "Y"),
        ("F", (451, 451, 451), "N"),
        (None, (400, 400, 400), None),
    ],
)
def test_the_limit_goes_by_sex_and_is_not_itself_prolonged(sex: str | None, qts: Any, prolonged: str | None) -> None:
    assert of(*qts, sex=sex).egprol == prolonged


@pytest.mark.req("VAL-04")
def test_the_mean_is_not_held_against_a_limit_after_rounding() -> None:
    # QTcF 449.957, 449.957 and 450.102: the mean is 450.0056
    record = ecg((455, 1034), (455, 1034), (455, 1033))
    assert record.egqtcf > 450
    assert str(record.egqtcf.quantize(Decimal(1))) == "450"
    assert record.egprol == "Y"


def test_an_ecg_above_the_limit_goes_to_the_investigator() -> None:
    assert "ECG-02" in asks(of(450, 450, 451))
    assert "ECG-02" not in asks(of(450, 450, 450))


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("qt", "grade"), [(449, "0"), (450, "1"), (480, "1"), (481, "2"), (500, "2"), (501, "3")])
def test_the_grade_is_that_of_the_mean(qt: int, grade: str) -> None:
    assert of(qt, qt, qt).egtoxgr == grade


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("qt", "change", "grade"), [(440, "60.000", "0"), (441, "61.000", "3"), (370, "-10.000", "0")])
def test_a_rise_of_more_than_60_ms_is_grade_3(qt: int, change: str, grade: str) -> None:
    before = of(380, 380, 380, subject=TREATED, visit_on=date(2026, 3, 9))
    record = of(qt, qt, qt, subject=TREATED, visit_on=date(2026, 4, 12), others=(before,))
    assert (str(record.egqtcfch), record.egtoxgr) == (change, grade)
    assert before.egqtcfch is None


def test_a_rise_is_judged_unrounded() -> None:
    before = of(380, 380, 381, subject=TREATED, visit_on=date(2026, 3, 9))
    record = of(440, 441, 440, subject=TREATED, visit_on=date(2026, 4, 12), others=(before,))
    assert (str(record.egqtcfch), record.egtoxgr) == ("60.000", "0")


def test_a_dangerous_arrhythmia_is_grade_4_with_or_without_tracings() -> None:
    assert of(400, 400, 400, egtdp="Y").egtoxgr == "4"
    assert of(egtdp="Y").egtoxgr == "4"
    assert of().egtoxgr is None
    assert of(481, 481, 481, egtdp=None).egtoxgr == "2"
    assert of().egtoxv is None


def test_grades_3_and_4_are_clinically_significant() -> None:
    assert "ECG-03" in asks(of(501, 501, 501))
    assert "ECG-03" not in asks(of(501, 501, 501, egintp="CS"))
    assert "ECG-03" not in asks(of(500, 500, 500))


@pytest.mark.req("VAL-04")
def test_a_tracing_that_is_read_in_part_leaves_no_mean() -> None:
    record = ecg((400, 800), (404, None), (398, 790))
    assert (record.egqtcf, record.egprol, record.egn) == (None, None, 2)
    assert {"ECG-01", "ECG-04"} <= asks(record)


def test_fewer_than_three_tracings_have_a_mean_and_a_question() -> None:
    record = ecg((400, 1000), (404, 1000), (None, None))
    assert (str(record.egqtcf), record.egn) == ("402.000", 2)
    assert asks(record) == {"ECG-01"}


def test_an_ecg_that_was_not_recorded_asks_nothing() -> None:
    record = filled("ECG", egperf="N", egreasnd="x")
    assert (record.egn, record.egqtcf) == (None, None)
    assert fired(record) == set()


@pytest.mark.parametrize(("rate", "asked"), [(75, False), (82, False), (83, True), (68, False), (67, True)])
def test_rr_and_heart_rate_agree_within_a_tenth(rate: int, asked: bool) -> None:
    # RR 800 ms: 75 per minute; 82 x 800 = 65600, 83 x 800 = 66400, 68 x 800 = 54400, 67 x 800 = 53600
    record = filled("ECG", rows={"tracings": [{"egnum": 1, "egqt": 380, "egrr": 800, "eghr": rate}]}, **DONE)
    assert ("ECG-05" in fired(record)) is asked


def test_the_heart_rate_serves_where_rr_was_not_read() -> None:
    record = filled("ECG", rows={"tracings": [{"egnum": 1, "egqt": 400, "eghr": 75}]}, **DONE)
    assert str(record.egqtcf) == "430.887"


def test_a_qt_as_long_as_the_beat_is_asked_about() -> None:
    assert "ECG-06" in asks(ecg((500, 500)))
    assert "ECG-06" not in asks(ecg((499, 500)))


def test_a_query_about_a_tracing_names_its_row() -> None:
    found = [one for one in firings(ecg((400, 800), (404, None), (398, 790))) if one.check_id == "ECG-04"]
    assert [(one.group, one.row_key, one.field) for one in found] == [("tracings", 2, "eghr")]


def test_a_form_begins_with_three_tracings_and_no_result() -> None:
    assert [dict(row) for row in read.form("ECG").group("tracings").start] == [{"egnum": n} for n in "123"]


def test_a_heart_rate_of_0_is_refused() -> None:
    with pytest.raises(ValidationError):
        filled("ECG", rows={"tracings": [{"egnum": 1, "egqt": 400, "eghr": 0}]}, **DONE)
