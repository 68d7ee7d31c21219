"""A subject at a site whose recipients are named."""

from __future__ import annotations

from accounts.models import Site
from accounts.testing import Cast
from core.actions import subject as subjects
from core.models import Subject

TO = ["archive@hospital.example", "pi@hospital.example"]


def with_recipients(cast: Cast) -> Subject:
    """01-001, just added, at a site with two recipients."""
    name_recipients(cast.site, TO)
    return subjects.add(cast.site, by=cast.actor(cast.coordinator))


def name_recipients(site: Site, addresses: list[str]) -> None:
    """Blank lines and blanks do not matter."""
    site.seal_recipients = "\n".join(["", *addresses, "  "])
    site.save()
