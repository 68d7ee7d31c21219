"""A literal copy of the CTCAE 5.0 laboratory table, read by counting the edges a figure lies beyond: no product code.

Of each row: the figures where grades 1, 2, 3, 4 begin, going away from the normal range. `L` and `U` stand for the
limit, `3U` for three times it; a figure after `=` belongs to the grade that it begins. A grade that is missing is `.`.
"""

from __future__ import annotations

from decimal import Decimal

LIMITS: dict[tuple[str, str], tuple[Decimal | None, Decimal | None]] = {
    (test, unit): (None if low == "-" else Decimal(low), None if high == "-" else Decimal(high))
    for test, unit, low, high in (
        line.split()
        for line in """
        NEUT 10^9/L 1.8 6.3
        NEUT /uL 1800 6300
        WBC 10^9/L 3.5 9.5
        WBC /uL 3500 9500
        LYM 10^9/L 1.1 3.2
        LYM /uL 1100 3200
        CD4 /uL 550 1440
        CD4 10^6/L 550 1440
        HGB g/L 130 175
        HGB g/dL 13 17.5
        PLAT 10^9/L 125 350
        PLAT /uL 125000 350000
        ALT U/L 9 50
        AST U/L 13 35
        ALP U/L 45 125
        GGT U/L 10 60
        BILI umol/L - 23
        BILI mg/dL - 1.3
        CREAT umol/L 57 97
        CREAT mg/dL 0.6 1.1
        SODIUM mmol/L 137 147
        SODIUM mEq/L 137 147
        K mmol/L 3.5 5.3
        CAION mmol/L 1.1 1.35
        CA mmol/L 2.11 2.52
        CA mg/dL 8.5 10.1
        MG mmol/L 0.75 1.02
        MG mg/dL 1.8 2.5
        GLUC mmol/L 3.9 6.1
        GLUC mg/dL 70 110
        ALB g/L 40 55
        ALB g/dL 4.0 5.5
        FIBRINO g/L 2.0 4.0
        FIBRINO mg/dL 200 400
        INR RATIO - 1.15
        APTT s 25 40
        CK U/L 50 310
        LDH U/L 120 250
        URATE umol/L 208 428
        TRIG mmol/L - 1.7
        TRIG mg/dL - 149
        AMYLASE U/L 30 100
        LIPASE U/L 10 60
        PHOS mmol/L 0.85 1.51
        TROPONI ng/L - 26
        TROPONT ng/L - 14
        """.strip().splitlines()
    )
}
BELOW = {
    ("NEUT", "10^9/L"): "L 1.5 1.0 0.5",
    ("NEUT", "/uL"): "L 1500 1000 500",
    ("WBC", "10^9/L"): "L 3.0 2.0 1.0",
    ("WBC", "/uL"): "L 3000 2000 1000",
    ("LYM", "10^9/L"): "L 0.8 0.5 0.2",
    ("LYM", "/uL"): "L 800 500 200",
    ("CD4", "/uL"): "L 500 200 50",
    ("CD4", "10^6/L"): "L 500 200 50",
    ("HGB", "g/L"): "L 100 80 .",
    ("HGB", "g/dL"): "L 10.0 8.0 .",
    ("PLAT", "10^9/L"): "L 75.0 50.0 25.0",
    ("PLAT", "/uL"): "L 75000 50000 25000",
    ("SODIUM", "mmol/L"): "L 130 125 120",
    ("SODIUM", "mEq/L"): "L 130 125 120",
    ("K", "mmol/L"): "L . 3.0 2.5",
    ("CAION", "mmol/L"): "L 1.0 0.9 0.8",
    ("CA", "mmol/L"): "L 2.0 1.75 1.5",
    ("CA", "mg/dL"): "L 8.0 7.0 6.0",
    ("MG", "mmol/L"): "L 0.5 0.4 0.3",
    ("MG", "mg/dL"): "L 1.2 0.9 0.7",
    ("GLUC", "mmol/L"): "L 3.0 2.2 1.7",
    ("GLUC", "mg/dL"): "L 55 40 30",
    ("ALB", "g/L"): "L 30 20 .",
    ("ALB", "g/dL"): "L 3 2 .",
    ("FIBRINO", "g/L"): "L 0.75L 0.5L 0.5",
    ("FIBRINO", "mg/dL"): "L 0.75L 0.5L 50",
    ("PHOS", "mmol/L"): "L . . .",
}
ABOVE = {
    ("LYM", "10^9/L"): ". 4 20 .",
    ("LYM", "/uL"): ". 4000 20000 .",
    ("ALT", "U/L"): "U 3U 5U 20U",
    ("AST", "U/L"): "U 3U 5U 20U",
    ("ALP", "U/L"): "U 2.5U 5U 20U",
    ("GGT", "U/L"): "U 2.5U 5U 20U",
    ("BILI", "umol/L"): "U 1.5U 3U 10U",
    ("BILI", "mg/dL"): "U 1.5U 3U 10U",
    ("CREAT", "umol/L"): "U 1.5U 3U 6U",
    ("CREAT", "mg/dL"): "U 1.5U 3U 6U",
    ("SODIUM", "mmol/L"): "U 150 155 160",
    ("SODIUM", "mEq/L"): "U 150 155 160",
    ("K", "mmol/L"): "U 5.5 6.0 7.0",
    ("CAION", "mmol/L"): "U 1.5 1.6 1.8",
    ("CA", "mmol/L"): "U 2.9 3.1 3.4",
    ("CA", "mg/dL"): "U 11.5 12.5 13.5",
    ("MG", "mmol/L"): "U . 1.23 3.30",
    ("MG", "mg/dL"): "U . 3.0 8.0",
    ("GLUC", "mmol/L"): "U . . .",
    ("GLUC", "mg/dL"): "U . . .",
    ("INR", "RATIO"): "1.2 1.5 2.5 .",
    ("APTT", "s"): "U 1.5U 2.5U .",
    ("CK", "U/L"): "U 2.5U 5U 10U",
    ("LDH", "U/L"): "U . . .",
    ("URATE", "umol/L"): "U . . .",
    ("TRIG", "mmol/L"): "=1.71 3.42 5.7 11.4",
    ("TRIG", "mg/dL"): "=150 300 500 1000",
    ("AMYLASE", "U/L"): "U 1.5U 5U .",
    ("LIPASE", "U/L"): "U 1.5U 5U .",
    ("PHOS", "mmol/L"): "U . . .",
    ("TROPONI", "ng/L"): "U . . .",
    ("TROPONT", "ng/L"): "U . . .",
}


def by_table(test: str, unit: str, figure: Decimal, low: Decimal | None, high: Decimal | None) -> int | None:
    """The last grade whose beginning the figure has passed; None beyond a limit that no row is about."""
    if low is not None and figure < low:
        return _passed(BELOW, test, unit, figure, low, -1)
    if high is not None and figure > high:
        return _passed(ABOVE, test, unit, figure, high, 1)
    return 0


def _passed(
    table: dict[tuple[str, str], str], test: str, unit: str, figure: Decimal, limit: Decimal, way: int
) -> int | None:
    if (test, unit) not in table:
        return None
    passed = [
        grade
        for grade, begins in enumerate(table[test, unit].split(), 1)
        if begins != "." and (way * (figure - _figure(begins, limit)) > 0 or f"={figure}" == begins)
    ]
    return max(passed, default=0)


def _figure(begins: str, limit: Decimal) -> Decimal:
    """The figure that an edge stands for."""
    text = begins.lstrip("=")
    if text[-1] in "LU":
        return limit * Decimal(text[:-1] or 1)
    return Decimal(text)
