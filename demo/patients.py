"""Who takes part in the demo trial, by subject number: fourteen invented people."""

from __future__ import annotations

from demo.course import HIGH_FEVER, MILD_FEVER, RELAPSE, SLOW, Patient

# MG-ADL items: talking, chewing, swallowing, breathing, brushing, rising, double vision, drooping eyelid.
PATIENTS = {
    "01-001": Patient("F", "1986-04", 56.2, (116, 74), 74, (2, 2, 1, 1, 2, 2, 2, 1), RELAPSE, MILD_FEVER),
    "01-002": Patient("M", "1979", 71.5, (128, 82), 70, (1, 2, 2, 1, 2, 1, 1, 2), stands_at={"ALT": 0.9}),
    "01-003": Patient("F", "1992-11", 51.8, (108, 68), 78, (2, 1, 2, 2, 1, 2, 2, 2), fever=MILD_FEVER),
    "01-004": Patient("M", "1968-02", 68.0, (138, 86), 68, (1, 1, 2, 1, 2, 2, 0, 1), SLOW, stands_at={"GLUC": 1.2}),
    "01-005": Patient("F", "1999", 60.4, (112, 70), 82, (2, 2, 2, 1, 1, 1, 1, 1), ethnic="SHE"),
    "01-006": Patient(
        "M",
        "1983-08",
        77.3,
        (126, 80),
        88,
        (2, 2, 2, 2, 2, 2, 1, 2),
        fever=HIGH_FEVER,
        low_pressure=(3, 4),
        confused=(5,),
    ),
    "01-007": Patient("F", "1975-01", 63.1, (122, 78), 72, (1, 2, 1, 1, 2, 1, 2, 2)),
    "01-008": Patient("M", "1988", 74.0, (124, 79), 66, (2, 1, 1, 1, 2, 2, 2, 1), ethnic="HUI"),
    "01-009": Patient("F", "1990", 55.0, (110, 70), 72, (1, 1, 1, 1, 1, 1, 1, 1)),
    "01-010": Patient("M", "1978-10", 69.4, (130, 84), 73, (2, 1, 2, 1, 2, 2, 1, 2)),
    "02-001": Patient(
        "F", "1981-05", 58.7, (118, 76), 75, (1, 2, 2, 1, 1, 2, 2, 1), fever=((2, 0.0), (3, 0.9), (5, 0.0))
    ),
    "02-002": Patient("M", "1972-09", 66.9, (132, 84), 71, (2, 1, 1, 2, 2, 2, 1, 1)),
    "02-003": Patient("F", "1995-12", 52.6, (106, 66), 80, (1, 2, 1, 1, 2, 2, 2, 2)),
    "02-004": Patient("M", "1964", 62.2, (136, 84), 69, (1, 1, 2, 1, 1, 2, 1, 2), stands_at={"BILDIR": 0.15}),
}
