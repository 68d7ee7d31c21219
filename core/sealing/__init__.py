"""Seals: the ends of all chains, signed with a key the database does not hold, and sent out of it (ADM-08)."""
