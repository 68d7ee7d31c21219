"""Django's PostgreSQL, and what it leaves out: a changed CHECK of a field's own reaches the database."""
