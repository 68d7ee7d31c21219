-- Events: one chain for the whole trial (accounts/models/event.py), and accounts, sites and memberships as their history
-- says. Put in place by the owner role; the runtime role may only run into them.

-- The role of a person who holds one alone today; else empty.
CREATE OR REPLACE FUNCTION trail_role_today(person bigint) RETURNS text LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT CASE count(DISTINCT role) WHEN 1 THEN min(role) ELSE '' END FROM accounts_membership
    WHERE user_id = person AND from_on <= current_date AND (to_on IS NULL OR to_on >= current_date)
$$;

-- What of an event is hashed: no part may hold the separator, or two events could read alike.
CREATE OR REPLACE FUNCTION trail_event_digest(event accounts_event) RETURNS text LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT encode(sha256(convert_to(array_to_string(ARRAY[
        event.prev_digest, event.seq::text,
        to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
        event.kind, event.actor_id::text, event.actor_name, event.role, event.site_id::text, event.subject, event.what,
        event.detail::text, event.reason, event.request_id, event.address
    ], chr(31), ''), 'UTF8')), 'hex')
$$;

-- At insert: number, time, name and digest are the server's, whatever was sent; the chain has no gap and its time only
-- rises. A clock that was set back is an event itself. Runs with the owner's rights: nobody else writes the head.
CREATE OR REPLACE FUNCTION trail_event_continues_chain() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head accounts_eventhead%ROWTYPE;
    reading timestamptz;
BEGIN
    INSERT INTO accounts_eventhead (id) VALUES (1) ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM accounts_eventhead WHERE id = 1 FOR UPDATE;
    reading := clock_timestamp();
    IF NEW.kind <> 'CLOCK' AND reading < head.clock - interval '1 second' THEN
        UPDATE accounts_eventhead SET clock = reading WHERE id = 1;
        INSERT INTO accounts_event (kind, what, detail)
            VALUES ('CLOCK', 'database', jsonb_build_object('clock', reading, 'clock_before', head.clock));
        SELECT * INTO head FROM accounts_eventhead WHERE id = 1;
    END IF;
    NEW.seq := head.seq + 1;
    NEW.prev_digest := head.digest;
    NEW.at := GREATEST(reading, head.at + interval '1 microsecond');
    NEW.txid := pg_current_xact_id()::text::bigint;
    NEW.actor_name := COALESCE((SELECT full_name FROM accounts_user WHERE id = NEW.actor_id), '');
    IF NEW.site_id IS NULL AND NEW.subject <> '' THEN
        NEW.site_id := (SELECT id FROM accounts_site WHERE code = left(NEW.subject, 2));
    END IF;
    IF concat(NEW.actor_name, NEW.role, NEW.subject, NEW.what, NEW.reason, NEW.request_id, NEW.address) ~ '\x1f' THEN
        RAISE EXCEPTION 'event %: a text holds the unit separator', NEW.seq USING ERRCODE = '22021';
    END IF;
    NEW.digest := trail_event_digest(NEW);
    UPDATE accounts_eventhead SET seq = NEW.seq, digest = NEW.digest, at = NEW.at, clock = reading WHERE id = 1;
    RETURN NEW;
END $$;

-- At insert: a row of a table whose every row is an event. The arguments: the kind, the column that names who did it, the
-- columns that say what it was done to.
CREATE OR REPLACE FUNCTION trail_event_of_row() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    state jsonb := to_jsonb(NEW);
    person bigint := (state ->> TG_ARGV[1])::bigint;
    called text;
BEGIN
    SELECT string_agg(CASE name WHEN 'user_id' THEN (SELECT full_name FROM accounts_user u WHERE u.id::text = state ->> name)
                      ELSE state ->> name END, ' ' ORDER BY place) INTO called
        FROM string_to_table(TG_ARGV[2], ' ') WITH ORDINALITY AS columns (name, place);
    INSERT INTO accounts_event (kind, actor_id, role, site_id, what, detail, reason) VALUES (
        TG_ARGV[0], person, trail_role_today(person),
        (state ->> CASE TG_ARGV[0] WHEN 'SITE' THEN 'id' ELSE 'site_id' END)::bigint,
        left(translate(called, E'\x1f', ' '), 500), state,
        translate(COALESCE(state ->> 'history_change_reason', ''), E'\x1f', ' '));
    RETURN NULL;
END $$;

-- At commit: a site, an account or a membership is as its latest history row says, whatever path wrote either. The password
-- is in no history.
CREATE OR REPLACE FUNCTION trail_account_has_history() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    place text := regexp_replace(TG_TABLE_NAME, '^([a-z]+)_historical', '\1_');
    present jsonb;
    recorded jsonb;
BEGIN
    EXECUTE format('SELECT to_jsonb(t) - ''password'' FROM %I t WHERE id = $1', place) INTO present USING NEW.id;
    EXECUTE format('SELECT to_jsonb(h) - trail_history_columns() FROM %I h WHERE id = $1 ORDER BY history_id DESC LIMIT 1',
                   trail_history_table(place)) INTO recorded USING NEW.id;
    IF present IS DISTINCT FROM recorded THEN
        RAISE EXCEPTION 'row % of % differs from its history: save it through the application', NEW.id, place
            USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;

-- At commit: a changed password has its event, of the account's history or, where none was written, its own. No hash in it.
CREATE OR REPLACE FUNCTION trail_password_is_recorded() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.password IS DISTINCT FROM NEW.password AND NOT EXISTS (
           SELECT FROM accounts_event WHERE txid = pg_current_xact_id()::text::bigint AND kind = 'ACCOUNT'
           AND detail -> 'id' = to_jsonb(NEW.id)) THEN
        INSERT INTO accounts_event (kind, what, detail)
            VALUES ('ACCOUNT', 'password', jsonb_build_object('id', NEW.id, 'username', NEW.username));
    END IF;
    RETURN NULL;
END $$;

-- At once: a user name never passes on, and an address that was one person's never becomes another's (21 CFR 11.100).
CREATE OR REPLACE FUNCTION trail_person_is_unique() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.id, OLD.username, OLD.is_system) IS DISTINCT FROM (NEW.id, NEW.username, NEW.is_system) THEN
        RAISE EXCEPTION 'account %: its user name stays', OLD.username USING ERRCODE = '42501';
    END IF;
    IF NEW.email <> '' AND EXISTS (SELECT FROM accounts_historicaluser h
                                   WHERE lower(h.email) = lower(NEW.email) AND h.id <> NEW.id) THEN
        RAISE EXCEPTION 'account %: its e-mail address was another person''s', NEW.username USING ERRCODE = '23505';
    END IF;
    RETURN NULL;
END $$;
