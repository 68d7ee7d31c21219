"""An administrator holds no other role at the same time: refused by the database, whoever writes (ADM-03)."""

from __future__ import annotations

from django.db import migrations

# One membership of a person is written at a time, so that two at once cannot each miss the other.
APART = """
CREATE FUNCTION accounts_administrator_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM accounts_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM accounts_membership other
        WHERE other.user_id = NEW.user_id AND other.id <> NEW.id
          AND (other.role = 'administrator') <> (NEW.role = 'administrator')
          AND daterange(other.from_on, other.to_on, '[]') && daterange(NEW.from_on, NEW.to_on, '[]')
    ) THEN
        RAISE EXCEPTION 'membership of person %: an administrator holds no other role at the same time', NEW.user_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'membership_administrator_apart';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER administrator_apart BEFORE INSERT OR UPDATE ON accounts_membership
    FOR EACH ROW EXECUTE FUNCTION accounts_administrator_apart();
"""

NOT_APART = """
DROP TRIGGER administrator_apart ON accounts_membership;
DROP FUNCTION accounts_administrator_apart();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_system_user")]

    operations = [migrations.RunSQL(APART, NOT_APART)]
