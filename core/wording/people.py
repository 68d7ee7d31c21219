"""Who did it: the name on record, the role in which it was done, and the site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.models import SITE_STAFF, Role

if TYPE_CHECKING:
    from accounts.models import Site
    from core.models import Change, QueryEvent


@dataclass(frozen=True)
class Who:
    """A person as the record names them, or the system: it acts in no role."""

    name: str
    role: str
    site: Site

    @classmethod
    def of(cls, record: Change | QueryEvent, site: Site) -> Who:
        """The name as it stood at the time, whatever the account is called now."""
        return cls(record.actor_name, record.role, site)

    @property
    def is_system(self) -> bool:
        """No person acted."""
        return not self.role

    @property
    def label(self) -> str:
        """Name and role, in the reader's language."""
        if self.is_system:
            return _(self.name)
        return _("%(name)s (%(role)s)") % {"name": self.name, "role": self.role_label}

    @property
    def full(self) -> str:
        """Name, place and role, as a sentence of the trail begins; who works for all sites has no place."""
        said = {"name": self.name, "place": self.site.place, "role": _small(self.role_label)}
        if self.is_system:
            return _(self.name)
        if self.role in SITE_STAFF and self.site.place:
            return _("%(name)s (%(place)s, %(role)s)") % said
        return _("%(name)s (%(role)s)") % said

    @property
    def role_label(self) -> str:
        """The role in words; the bare code where it is known no more."""
        return str(dict(Role.choices).get(self.role, self.role))


def _small(label: str) -> str:
    """As it is written within a sentence."""
    return label[:1].lower() + label[1:]


def system(rule: str = "") -> str:
    """The system as the author of a value, with the rule that computed it (AUD-09)."""
    return _("System (rule %(rule)s)") % {"rule": rule} if rule else _("System")
