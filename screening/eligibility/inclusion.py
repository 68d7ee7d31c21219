"""Inclusion criteria I1 to I7 (clinical reference pack, 2.1 and 8.5). None: it cannot be said from what is entered."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from core import protocol
from core.crf.values import PartialDate
from core.schedule import full_years
from screening.eligibility.answers import Answer, agreed, all_of, any_of, exceeds, yes
from screening.eligibility.evidence import Evidence, Seen

MGFA_CLASSES: Final = ("IIA", "IIB", "IIIA", "IIIB", "IVA", "IVB")  # registry entry: IIa to IVb
CONVENTIONAL: Final = ("STEROID", "NSIST", "RTX", "OTHER")
FAILED: Final = ("INADEQUATE", "RELAPSE")  # intolerance alone is not enough: the registry entry does not name it
# Which items are the ocular part, and of which total, by the parameter `ocular_score_of`.
OCULAR: Final[dict[str, tuple[str, tuple[str, ...], str]]] = {
    "MGADL": ("MGADL", ("mgadloc",), "mgadltot"),
    "QMG_1_2": ("QMG", ("qmg01", "qmg02"), "qmgtot"),
    "QMG_1_3": ("QMG", ("qmg01", "qmg02", "qmg03"), "qmgtot"),
}


def adult(ask: Evidence) -> bool | None:
    """I1: completed years at informed consent. Of a partial birth date both ends must agree."""
    born: PartialDate | None = ask.value("DM", "brthdat")
    consent = ask.milestone(_("Informed consent"), ask.facts.subject.consent_on)
    if born is None or consent is None:
        return None
    least = int(protocol.number("adult_age"))
    said = agreed(full_years(born.earliest, consent) >= least, full_years(born.latest, consent) >= least)
    if said is None:
        ask.note(_("The date of birth is not exact enough to say."))
    return said


def confirmed(ask: Evidence) -> bool | None:
    """I2: AChR antibody positive, refractory (as I6 says), and one of the three signs of the registry entry."""
    history = ask.newest("MGH")
    signs = ask.newest("NMT")
    tests = [yes(signs(name)) for name in ("rnspos", "edropos", "neopos")]
    return all_of(_antibody(history), any_of(*tests, yes(history("cheiresp"))), refractory(ask))


def _antibody(history: Seen) -> bool | None:
    """As the laboratory says it; else by the result against the upper limit of its kit."""
    said = history.peek("achrres")
    if said is not None:
        return bool(history("achrres") == "POS")
    result, limit = history("achr"), history("achruln")
    return None if result is None or limit is None else exceeds(result, limit)


def moderate(ask: Evidence) -> bool | None:
    """I3: MGFA class of the stage's visit."""
    found = ask.value("MGFA", "mgfacls")
    return None if found is None else found in MGFA_CLASSES


def active(ask: Evidence) -> bool | None:
    """I4: MG-ADL total, and an ocular share strictly below its limit: whole numbers, nothing divided."""
    scale = ask.newest("MGADL", having="mgadltot")
    total = scale("mgadltot")
    enough = None if total is None else total >= int(protocol.number("mgadl_least"))
    return all_of(enough, _not_ocular(ask))


def _not_ocular(ask: Evidence) -> bool | None:
    code, items, of = OCULAR[protocol.text("ocular_score_of")]
    scale = ask.newest(code, having=of)
    total, parts = scale(of), [scale(item) for item in items]
    if total is None or None in parts:
        return None
    return 100 * sum(map(int, parts)) < int(protocol.number("ocular_share")) * int(total)


def severe_enough(ask: Evidence) -> bool | None:
    """I5: QMG total strictly above its limit."""
    total = ask.value("QMG", "qmgtot")
    return None if total is None else total > int(protocol.number("qmg_above"))


def refractory(ask: Evidence) -> bool | None:
    """I6: any treatment of the classes named after which the disease stayed active or came back."""
    record = ask.newest("PMT")
    rows = ask.rows(record.record, "PMT", "treatments") if record else []
    if not rows:
        ask.note(_("No earlier treatment of MG is entered."))
        return None
    return any_of(*(_failed(row) for row in rows))


def _failed(row: Seen) -> bool | None:
    kind, outcome = row.peek("cmclas"), row.peek("cmout")
    if kind is not None and kind not in CONVENTIONAL:
        return False
    row.as_named("cmtrt", "cmout")
    known = outcome not in (None, "UNKNOWN")
    return all_of(None if kind is None else True, outcome in FAILED if known else None)


def survives(ask: Evidence) -> bool | Answer | None:
    """I7: the investigator's judgement; nothing computes it."""
    return ask.judged("I7")
