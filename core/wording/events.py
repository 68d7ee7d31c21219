"""What was done in the trial that changes no data, in words: signing in, being refused, exporting, new roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Event, EventKind, Role, Site
from core.wording.sentences import Sentence, closed

PATTERNS = {
    EventKind.SIGN_IN: gettext_lazy("%(who)s signed in"),
    EventKind.SIGN_IN_FAILED: gettext_lazy("A sign-in as %(who)s failed"),
    EventKind.SIGN_OUT: gettext_lazy("%(who)s signed out"),
    EventKind.REFUSED: gettext_lazy("%(who)s was refused for want of a role: %(what)s"),
    EventKind.EXPORT: gettext_lazy("%(who)s exported %(what)s"),
    EventKind.ROLE: gettext_lazy("%(who)s changed a role: %(what)s"),
    EventKind.ACCOUNT: gettext_lazy("%(who)s changed an account: %(what)s"),
    EventKind.SITE: gettext_lazy("%(who)s changed a site: %(what)s"),
    EventKind.CONSENT_FORM: gettext_lazy("%(who)s changed a version of the consent form: %(what)s"),
    EventKind.CONFIGURATION: gettext_lazy("%(who)s changed the configuration: %(what)s"),
    EventKind.SIGN_FAILED: gettext_lazy("A signature by %(who)s failed: %(what)s"),
    EventKind.TRAIL_REVIEW: gettext_lazy("%(who)s recorded a review of the audit trail: %(what)s"),
    EventKind.SEAL: gettext_lazy("%(who)s sealed the audit trail: %(what)s"),
    EventKind.CLOCK: gettext_lazy("The server's clock was found out of step: %(what)s"),
    EventKind.PRINT: gettext_lazy("%(who)s printed %(what)s"),
    EventKind.STATEMENT: gettext_lazy("%(who)s accepted the statement on the electronic signature"),
}


@dataclass(frozen=True)
class ToldEvent:
    """An event in words."""

    event: Event
    site: Site | None

    kind = "event"

    @property
    def at(self) -> datetime:
        """The server's time."""
        return self.event.at

    @property
    def verb(self) -> str:
        """What kind of event it is."""
        return str(dict(EventKind.choices).get(self.event.kind, self.event.kind))

    @property
    def who(self) -> str:
        """The person as the record names them, with the role where it is known."""
        event = self.event
        if event.actor_id is None:
            return event.actor_name or self._nobody()
        if not event.role:
            return event.actor_name
        role = str(dict(Role.choices).get(event.role, event.role))
        return _("%(name)s (%(role)s)") % {"name": event.actor_name, "role": role[:1].lower() + role[1:]}

    def _nobody(self) -> str:
        """What was typed as a name where no account is of that name; else no person did it."""
        return self.event.what or _("nobody known") if self.event.kind == EventKind.SIGN_IN_FAILED else _("The system")

    @property
    def sentence(self) -> Sentence:
        """All of it."""
        parts = {"who": self.who, "what": self.event.what or self.event.subject or self.verb}
        pattern = PATTERNS.get(EventKind(self.event.kind)) if self.event.kind in EventKind.values else None
        said = Sentence(str(pattern), parts) if pattern else Sentence("%(who)s: %(what)s", parts)
        return closed(said, self.event.reason)


def tell(events: Sequence[Event], sites: Mapping[int, Site]) -> list[ToldEvent]:
    """The events in words, in the order given."""
    return [ToldEvent(event, sites.get(event.site_id or 0)) for event in events]
