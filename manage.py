#!/usr/bin/env python
"""Commands of the trial; finds or starts the local PostgreSQL and Redis where none is configured."""

from __future__ import annotations

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mgtrial.settings")
    try:
        databases = settings.DATABASES  # the settings load here, so that what is missing is said in one line
    except ImproperlyConfigured as trouble:
        sys.exit(f"mgtrial: {trouble}")
    if sys.argv[1:2] == ["migrate"] and "owner" not in databases:
        sys.exit(
            "mgtrial: DATABASE_URL names the runtime role, which may not migrate. Set DATABASE_OWNER_URL to the owner "
            "role of the same database (docs/operations.md: The two database roles)."
        )
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
