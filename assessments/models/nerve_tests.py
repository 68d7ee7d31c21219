"""NMT: repetitive nerve stimulation, edrophonium and neostigmine tests (inclusion 2)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.codes import NoYes
from core.crf.declare import RowsSpec, Spec, coded, decimal, derive, partial_date, rule
from core.models import Crf, CrfRow

RNS = ("rnsperf", "Y")
EDRO = ("edroperf", "Y")
NEO = ("neoperf", "Y")
DECREMENT: Final = 10  # %; more than this is a positive test (clinical reference pack, 2.1, I2)
LOW_FREQUENCY: Final = (2, 3)  # Hz, both ends included; elsewhere a decrement says something else


class Nerve(models.TextChoices):
    """The nerve that is stimulated."""

    FACIAL = "FACIAL", _("Facial nerve")
    ACCESSORY = "ACCESSORY", _("Accessory nerve")
    AXILLARY = "AXILLARY", _("Axillary nerve")
    ULNAR = "ULNAR", _("Ulnar nerve")
    MEDIAN = "MEDIAN", _("Median nerve")
    PERONEAL = "PERONEAL", _("Peroneal nerve")
    OTHER = "OTHER", _("Another nerve")


USUAL: Final = (Nerve.FACIAL, Nerve.ACCESSORY, Nerve.ULNAR)  # of face, neck and hand


class Side(models.TextChoices):
    """LAT."""

    RIGHT = "RIGHT", _("Right")
    LEFT = "LEFT", _("Left")


class Response(models.TextChoices):
    """What the physician concludes of a drug test."""

    POSITIVE = "POS", _("Positive")
    DOUBTFUL = "DOUBT", _("Doubtful")
    NEGATIVE = "NEG", _("Negative")


def is_positive(nerve: Any) -> bool | None:
    """Did this nerve show a decrement of more than 10 % at 2 to 3 Hz? None where it says nothing of that."""
    if nerve.nmfreq is None or nerve.nmdecr is None or not LOW_FREQUENCY[0] <= nerve.nmfreq <= LOW_FREQUENCY[1]:
        return None
    return bool(nerve.nmdecr > DECREMENT)


def _yes(found: bool) -> str:
    return NoYes.YES if found else NoYes.NO


class NerveTests(Crf):
    """NMT: the tests that show a disorder of the neuromuscular junction, now or in the records."""

    crf = Spec("NMT", _("Nerve stimulation and neostigmine tests"), version=1, domain="NV")

    rnsperf = coded(
        _("Was repetitive nerve stimulation done?"), NoYes, heading=_("Repetitive nerve stimulation"), sdtm="NVSTAT"
    )
    rnsdat = partial_date(_("Date"), asked_if=RNS, help=_("An earlier test may be used."), sdtm="NVDTC")
    rnshold = decimal(
        _("Since the last cholinesterase inhibitor"), unit="h", digits=5, places=1, expect=(12, None), asked_if=RNS,
        optional=True, help=_("Empty if none is taken."), sdtm="SUPPNV.QVAL where QNAM = CHEIHOLD",
    )  # fmt: skip
    rnspos = coded(_("Decrement of more than 10 percent at 2 to 3 Hz"), NoYes, sdtm="SUPPNV.QVAL where QNAM = RNSPOS")
    edroperf = coded(_("Was an edrophonium test done?"), NoYes, heading=_("Edrophonium test"), sdtm="PROCCUR")
    edrodat = partial_date(_("Date"), asked_if=EDRO, sdtm="PRSTDTC")
    edrodose = decimal(
        _("Dose"), unit="mg", digits=4, places=1, expect=(1, 10), asked_if=EDRO, sdtm="AGDOSE where AGTRT = EDROPHONIUM"
    )
    edrores = coded(_("Conclusion"), Response, asked_if=EDRO, sdtm="FAORRES where FAOBJ = EDROPHONIUM TEST")
    edropos = coded(_("Edrophonium test positive"), NoYes, sdtm="SUPPFA.QVAL where QNAM = EDROPOS")
    neoperf = coded(_("Was a neostigmine test done?"), NoYes, heading=_("Neostigmine test"), sdtm="PROCCUR")
    neodat = partial_date(_("Date"), asked_if=NEO, sdtm="PRSTDTC")
    neodose = decimal(
        _("Dose"),
        unit="mg",
        digits=4,
        places=2,
        expect=(0.5, 1.5),
        asked_if=NEO,
        sdtm="AGDOSE where AGTRT = NEOSTIGMINE",
    )
    neoatro = coded(_("Was atropine given as well?"), NoYes, asked_if=NEO, sdtm="AGTRT")
    neobase = decimal(
        _("Score before"), digits=5, places=1, asked_if=NEO, optional=True, sdtm="FAORRES where FATESTCD = NEOBASE",
        help=_("Of the weakest muscle group, a higher score is weaker."),
    )  # fmt: skip
    neobest = decimal(
        _("Best score within the hour"), digits=5, places=1, asked_if=NEO, optional=True,
        sdtm="FAORRES where FATESTCD = NEOBEST",
    )  # fmt: skip
    neores = coded(_("Conclusion"), Response, asked_if=NEO, sdtm="FAORRES where FAOBJ = NEOSTIGMINE TEST")
    neopos = coded(_("Neostigmine test positive"), NoYes, sdtm="SUPPFA.QVAL where QNAM = NEOPOS")

    @derive("rnspos", "NMT-RNS")
    def decrement_found(rnsperf: str, rows: Mapping[str, list[Any]]) -> str | None:
        """One nerve is enough. Negative only where every nerve has its figures; otherwise not known yet."""
        found = [is_positive(nerve) for nerve in rows["nerves"]]
        if rnsperf != NoYes.YES or not found:
            return None
        return NoYes.YES if True in found else None if None in found else NoYes.NO

    @derive("edropos", "NMT-EDROPHONIUM")
    def edrophonium_positive(edrores: str) -> str:
        """A doubtful test is not positive."""
        return _yes(edrores == Response.POSITIVE)

    @derive("neopos", "NMT-NEOSTIGMINE")
    def neostigmine_positive(
        neoperf: str, neores: str | None = None, neobase: Decimal | None = None, neobest: Decimal | None = None
    ) -> str | None:
        """From the scores where both are there: relieved by at least 60 % (parameter). Else as concluded."""
        if neobase and neobest is not None:
            return _yes((neobase - neobest) * 100 >= protocol.number("neostigmine_positive") * neobase)
        return None if neores is None else _yes(neores == Response.POSITIVE)

    @rule("NMT-01", _("The conclusion of the neostigmine test does not fit the two scores. Please check."))
    def conclusion_fits_scores(neobase: Decimal, neobest: Decimal, neopos: str, neores: str) -> bool:
        return neobase == 0 or (neores == Response.POSITIVE) == (neopos == NoYes.YES)

    @rule("NMT-02", _("Enter each nerve that was stimulated, with its decrement."))
    def nerves_are_there(rows: Mapping[str, list[Any]], rnsperf: str) -> bool:
        return rnsperf != NoYes.YES or bool(rows["nerves"])

    @rule("NMT-03", _("Neostigmine without atropine is unusual. Please check."))
    def atropine_given(neoatro: str) -> bool:
        """Given against cramps and a slow heart (clinical reference pack, section 6)."""
        return neoatro == NoYes.YES


class StimulatedNerve(CrfRow):
    """One nerve at one frequency."""

    rows = RowsSpec(NerveTests, "nerves", _("Nerves"), start=tuple({"nmnerve": nerve.value} for nerve in USUAL))

    nmnerve = coded(_("Nerve"), Nerve, sdtm="NVLOC")
    nmlat = coded(_("Side"), Side, sdtm="NVLAT")
    nmfreq = decimal(
        _("Frequency"), unit="Hz", digits=4, places=1, limits=(0, 100), sdtm="SUPPNV.QVAL where QNAM = FREQ"
    )
    nmdecr = decimal(
        _("Decrement"), unit="%", digits=4, places=1, limits=(-300, 100), expect=(-10, 90),
        help=_("A fall is positive, a rise negative."), sdtm="NVORRES where NVTESTCD = RNSDECR",
    )  # fmt: skip

    @rule("NMT-04", _("At this frequency a decrement does not count for inclusion 2. Stimulate at 2 to 3 Hz."))
    def frequency_is_low(nmfreq: Decimal) -> bool:
        return LOW_FREQUENCY[0] <= nmfreq <= LOW_FREQUENCY[1]
