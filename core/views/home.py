"""Home: what the person has to do now, counted and linked."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core.panels import SHOWN, administration, entering, holds, monitoring, reading, reviews, safety, signing

# In the order in which they stand on the page.
PANELS = (
    monitoring.panel,
    signing.panel,
    holds.panel,
    entering.panel,
    safety.panel,
    reading.panel,
    reviews.panel,
    administration.panel,
)


@require_safe
@requires(Permission.VIEW_HOME)
def home(request: AuthenticatedRequest) -> HttpResponse:
    """The work list of the person's roles."""
    panels = [found for panel in PANELS if (found := panel(request.actor)) is not None]
    context = {
        "tasks": [task for panel in panels for task in panel.tasks],
        "panels": [panel for panel in panels if panel.template],
        "has_role": bool(request.actor.memberships),
        "shown": SHOWN,
    }
    return render(request, "core/home.html", context)
