"""`migrate` runs as the owner role and always ends with the protection of the trail in place."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections, transaction

from core.protection.install import install_sql, triggers

OWNER = "owner"


def tables(database: str) -> list[str]:
    """The tables that are there."""
    return connections[database].introspection.table_names()


class Command(DjangoMigrate):
    """Migrate as the owner; then put functions, triggers and the runtime role's rights in place."""

    def add_arguments(self, parser: CommandParser) -> None:
        """As Django's, but on the owner's connection."""
        super().add_arguments(parser)
        parser.set_defaults(database=OWNER)

    def handle(self, *args: Any, **options: Any) -> None:
        """Idempotent: may be run again at any time."""
        super().handle(*args, **options)
        if options["plan"] or options["check_unapplied"] or options["app_label"]:
            return
        runtime = connections["default"].settings_dict["USER"]
        with connections[options["database"]].cursor() as cursor:
            # `makemigrations` runs as the runtime role and reads this table, before there is anything to protect.
            cursor.execute(f'GRANT USAGE ON SCHEMA public TO "{runtime}"')
            cursor.execute(f'GRANT SELECT ON django_migrations TO "{runtime}"')
        if missing := sorted({trigger.table for trigger in triggers()} - set(tables(options["database"]))):
            names = ", ".join(missing)
            raise CommandError(f"No migration makes these tables: {names}. Run `manage.py makemigrations` first.")
        with transaction.atomic(using=options["database"]), connections[options["database"]].cursor() as cursor:
            cursor.execute(install_sql(runtime))
        if options["verbosity"] > 0:
            self.stdout.write("The trail is protected.")
