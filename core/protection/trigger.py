"""A trigger of the protection, as PostgreSQL itself writes it down."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trigger:
    """One trigger on one table."""

    table: str
    name: str
    when: str
    function: str
    deferred: bool = False
    seeing: str = ""

    @property
    def definition(self) -> str:
        """As PostgreSQL itself writes it down: what is there can be compared with it."""
        level = "STATEMENT" if self.seeing or "TRUNCATE" in self.when else "ROW"
        seen = f"REFERENCING NEW TABLE AS {self.seeing} " if self.seeing else ""
        kind, tail = ("CONSTRAINT TRIGGER", "DEFERRABLE INITIALLY DEFERRED ") if self.deferred else ("TRIGGER", "")
        return (
            f"CREATE {kind} {self.name} {self.when} ON public.{self.table} {tail}{seen}"
            f"FOR EACH {level} EXECUTE FUNCTION {self.function}"
        )

    def sql(self) -> str:
        """As a statement of the script."""
        return f"{self.definition};"
