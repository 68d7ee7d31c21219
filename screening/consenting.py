"""Which version of the consent form a subject should have signed by a day, and which one was signed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery

from core.crf.codes import NoYes
from core.models import Subject
from screening.models.consent_version import ConsentVersion
from screening.models.reconsent import Reconsent

DECORATION = re.compile(r"^(version|ver|v|版本号|版本)?[.:]?(.*?)(版)?$")


def plain(version: str) -> str:
    """A version as it is compared: `V 2.1`, `v2.1`, `Version 2.1` and `版本：2.1` are all 2.1."""
    text = "".join(unicodedata.normalize("NFKC", version).casefold().split())
    match = DECORATION.match(text)
    return match[2] if match and match[2] else text


def later_versions(subject: Subject) -> Sequence[Any]:
    """The versions that came into force at the subject's site after informed consent. One statement.

    Each has `signed`: the versions that the subject re-consented to.
    """
    given = Reconsent.objects.filter(subject=subject, voided=False, icyn=NoYes.YES, icver__isnull=False)
    later = ConsentVersion.objects.filter(site=subject.site_id, in_force_on__gt=subject.consent_on)
    return list(
        later.annotate(signed=ArraySubquery(given.order_by("id").values("icver"))).order_by("in_force_on", "id")
    )


def unsigned(versions: Iterable[Any], day: date) -> Any | None:
    """The newest version in force on that day that needs re-consent where neither it nor a later one was signed."""
    versions = list(versions)
    signed = {plain(name) for version in versions[:1] for name in version.signed}
    reached = max((v.in_force_on for v in versions if plain(v.version) in signed), default=date.min)
    owed = [v for v in versions if v.needs_reconsent and reached < v.in_force_on <= day]
    return owed[-1] if owed else None


def listed(subject: Subject) -> list[ConsentVersion]:
    """The versions of the subject's site. One statement."""
    return list(ConsentVersion.objects.filter(site=subject.site_id))


def version_on(versions: Iterable[Any], day: date) -> Any | None:
    """The version in force on a day: the last one that had come into force by then."""
    return next((v for v in sorted(versions, key=lambda v: v.in_force_on, reverse=True) if v.in_force_on <= day), None)
