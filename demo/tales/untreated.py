"""Subjects who were not infused, or not yet."""

from __future__ import annotations

from uuid import UUID

from demo.journey import Journey

SURFACE_ANTIGEN = {"hbsag": "POS", "hbsab": "NEG", "hbcab": "POS", "hbvdna": "2150", "hbvlloq": "20"}


def registered(journey: Journey) -> None:
    """A number was drawn today, and nothing else."""


def screened(journey: Journey) -> None:
    """Screening is complete; leukapheresis is being planned."""
    journey.screening(-34)


def consent_late(journey: Journey) -> None:
    """Measured two days before consent was signed: recorded as it was, a deviation by rule; the MG-ADL only typed."""
    journey.demography(-36)
    journey.visit("SCR", -36, only=("VS", "PE", "ECG", "HEM", "COAG"))
    journey.consent(-34, visit_day=-36)
    typed = {"qsperf": "Y", "qstim": "10:40", "qsmethod": "INTERVIEW", "qsrater": "R04", "mgadl01": "1", "mgadl02": "1"}
    page = UUID(int=journey.course.chance("PAGE").getrandbits(128), version=4)
    journey.desk.typed("SCR", "MGADL", typed, page)


def screen_failure(journey: Journey) -> None:
    """Hepatitis B, found at screening: not eligible, signed, a screen failure."""
    journey.screening(-34, otherwise={"VIR": SURFACE_ANTIGEN})


def after_leukapheresis(journey: Journey) -> None:
    """The cells were collected; they are being made. Once a value was read from the wrong line."""
    journey.screening(-41, otherwise={"VS": {"pulse": "128"}})
    journey.desk.correct("SCR", "VS", {"pulse": "71"}, "抄写错误 (copied from the wrong line of the chart)")
    journey.visit("LEUK", -27, otherwise={"VS": {"pulse": "117"}})
    journey.desk.answer(
        "Walked up the stairs shortly before; was 78 after ten minutes.", visit_name="LEUK", field="pulse"
    )


def pregnant(journey: Journey) -> None:
    """A positive pregnancy test at baseline: lymphodepletion is not begun, and serum hCG is to confirm it."""
    journey.to_leukapheresis(-40, -27)
    journey.visit("BL", -6, leave_out=("IE2",), otherwise={"UPT": {"lborres": "POS"}})
    journey.desk.answer(
        "Subject and investigator informed; lymphodepletion put off; serum hCG taken today, result to come.",
        confirmed=False, check_id="UPT-01",
    )  # fmt: skip


def in_lymphodepletion(journey: Journey) -> None:
    """The second of three days is today; its blood results are not back yet."""
    journey.to_leukapheresis(-40, -27)
    journey.visit("BL", -6)
    journey.visit("LD1", -5)
    journey.visit("LD2", -4, leave_out=("CHEM",))
