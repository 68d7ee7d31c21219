"""The list of preconditions: each passes, warns or blocks, in words, with where to mend it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core.lockcheck.facts import Item, collect
from core.lockcheck.target import Target
from core.models import Level, QueryState, Subject

SHOWN = 10  # links beside one finding
ASKED = "asked"  # requests to unlock: each has a page of its own


class Strength(StrEnum):
    """What a finding means for a lock."""

    PASS = "PASS"  # noqa: S105  (not a password)
    WARN = "WARN"
    BLOCK = "BLOCK"


@dataclass(frozen=True)
class Link:
    """Where a part of a finding is mended."""

    label: str
    url: str
    count: int = 1


@dataclass(frozen=True)
class Finding:
    """One precondition as it stands. `mark` changes whenever what was found changes, also where the number does not."""

    code: str
    strength: Strength
    text: str
    url: str = ""
    count: int = 0
    links: tuple[Link, ...] = ()
    more: int = 0
    mark: str = ""


@dataclass(frozen=True)
class Check:
    """How a precondition is called, where nothing was found and where something was."""

    code: str
    strength: Strength
    passed: Any
    failed: Any
    strict: bool = False  # blocks the lock of the study, after which nothing is added


CHECKS = (
    Check("open", Strength.BLOCK, _("No query is open."), ngettext_lazy(
        "%(n)s query is open: the site has to answer it.",
        "%(n)s queries are open: the site has to answer them.", "n")),
    Check("answered", Strength.BLOCK, _("No answered query waits to be closed."), ngettext_lazy(
        "%(n)s query is answered: the side that asked has to close it.",
        "%(n)s queries are answered: the side that asked has to close them.", "n")),
    Check("incomplete", Strength.BLOCK, _("Every form that was begun is complete."), ngettext_lazy(
        "%(n)s form has gaps: each needs its answer, or the reason why it is missing.",
        "%(n)s forms have gaps: each needs its answer, or the reason why it is missing.", "n")),
    Check("unverified", Strength.BLOCK, _("Every required item is verified against its source."), ngettext_lazy(
        "%(n)s required item is not verified against its source.",
        "%(n)s required items are not verified against their source.", "n")),
    Check("unsigned", Strength.BLOCK, _("Every form is signed by an investigator."), ngettext_lazy(
        "%(n)s form is not signed, or was changed after its signature.",
        "%(n)s forms are not signed, or were changed after their signature.", "n")),
    Check("invalid", Strength.BLOCK, _("Every signature belongs to what stands there now."), ngettext_lazy(
        "%(n)s signature does not belong to what stands there now. Tell the data manager: this must be looked into.",
        "%(n)s signatures do not belong to what stands there now. Tell the data manager: this must be looked into.",
        "n")),
    Check(ASKED, Strength.BLOCK, _("No request to unlock a part of it waits for a decision."), ngettext_lazy(
        "%(n)s request to unlock a part of it waits for a decision.",
        "%(n)s requests to unlock a part of it wait for a decision.", "n")),
    Check("differing", Strength.BLOCK, _("The safety logs agree, or each difference is justified."), ngettext_lazy(
        "%(n)s difference between the safety logs is neither mended nor justified in the answer to its query.",
        "%(n)s differences between the safety logs are neither mended nor justified in the answers to their queries.",
        "n")),
    Check("absent", Strength.WARN, _("Every form of the visits that took place was begun."), ngettext_lazy(
        "%(n)s form of a visit that took place was never entered.",
        "%(n)s forms of visits that took place were never entered.", "n"), strict=True),
    Check("due", Strength.WARN, _("No visit is due or overdue."), ngettext_lazy(
        "%(n)s visit is due or overdue: it has neither a date nor the mark “missed”.",
        "%(n)s visits are due or overdue: they have neither a date nor the mark “missed”.", "n"), strict=True),
    Check("typed", Strength.WARN, _("Nothing is typed and not saved."), ngettext_lazy(
        "%(n)s form holds something that somebody typed and did not save.",
        "%(n)s forms hold something that somebody typed and did not save.", "n")),
    Check("late", Strength.WARN, _("No form was entered late."), ngettext_lazy(
        "%(n)s form was entered more than 7 days after its visit.",
        "%(n)s forms were entered more than 7 days after their visit.", "n")),
)  # fmt: skip


def look(target: Target, subjects: Sequence[Subject] | None = None) -> list[Finding]:
    """All preconditions that a lock of the target has. The number of statements does not grow with what there is."""
    items = collect(target, list(target.subjects()) if subjects is None else subjects)
    return [_finding(target, check, items[check.code]) for check in CHECKS if check.code in items]


def softened(findings: Iterable[Finding]) -> list[Finding]:
    """The same for a freeze, which nothing blocks: data only rest, and can be released."""
    return [replace(found, strength=Strength.WARN) if found.strength is Strength.BLOCK else found for found in findings]


def digest(findings: Iterable[Finding]) -> str:
    """Changes whenever a finding changes: a page shows it, the act compares."""
    return _sha256(*(found.mark for found in findings))


def _finding(target: Target, check: Check, items: Sequence[Item]) -> Finding:
    mark = _sha256(check.code, *sorted(item.ident for item in items))
    if not items:
        return Finding(check.code, Strength.PASS, str(check.passed), mark=mark)
    count = sum(item.weight for item in items)
    strict = check.strict and target.level == Level.STUDY
    links = _links(items, by_subject=target.is_wide and check.code != ASKED)
    return Finding(
        code=check.code,
        strength=Strength.BLOCK if strict else check.strength,
        text=str(check.failed % {"n": count}),
        url=links[0].url if len(links) == 1 else _url(target, check.code),
        count=count,
        links=links[:SHOWN],
        more=len(links[SHOWN:]),
        mark=mark,
    )


def _links(items: Iterable[Item], *, by_subject: bool) -> tuple[Link, ...]:
    """Forms of one subject; of several subjects each subject once, with the number of findings there."""
    found: Counter[tuple[str, str]] = Counter()
    for item in items:
        page = Target.of_subject(item.subject).url()
        found[(item.subject.number, page) if by_subject else (item.label, item.url)] += item.weight
    return tuple(Link(label, url, count) for (label, url), count in sorted(found.items()))


def _url(target: Target, code: str) -> str:
    """Where to begin with several findings of one kind."""
    states = {"open": QueryState.OPEN, "answered": QueryState.ANSWERED}
    if code in states:
        asked = (
            f"subject={target.subject.number}&" if target.subject else f"site={target.site.pk}&" if target.site else ""
        )
        return f"{reverse('query-list')}?{asked}state={states[code]}"
    if target.subject is None:
        return reverse("subject-list") + (f"?site={target.site.pk}" if target.site else "")
    pages = {
        "differing": "reconciliation",
        "unverified": "verify",
        "unsigned": "signature-list",
        "invalid": "signature-list",
    }
    return reverse(pages.get(code, "subject-detail"), args=[target.subject.number])


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
