"""How a case report form is declared, read, shown and checked."""
