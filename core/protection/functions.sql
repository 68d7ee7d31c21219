-- Functions of the protection. Put in place by the owner role; the runtime role may only run into them.
-- The list of what is never an item is kept in core/actions/trail.py too; a test holds the two together.

CREATE OR REPLACE FUNCTION trail_not_items() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['id', 'subject_id', 'visit_id', 'parent_id', 'key', 'number', 'site_id', 'ordinal', 'code',
                 'revision', 'entered_at', 'entered_by_id', 'changed_at', 'changed_by_id', 'missing', 'voided']
$$;

CREATE OR REPLACE FUNCTION trail_history_columns() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['history_id', 'history_date', 'history_change_reason', 'history_type', 'history_user_id', 'change_id']
$$;

-- Why a value may be missing; core/crf/items.py has the same list.
CREATE OR REPLACE FUNCTION trail_missing_reasons() RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT '["ND", "NA", "UNK", "REF"]'::jsonb
$$;

-- Columns that say which row it is and when it began: they never change.
CREATE OR REPLACE FUNCTION trail_identity(state jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_object_agg(key, value) FROM jsonb_each(state)
    WHERE key IN ('id', 'subject_id', 'visit_id', 'parent_id', 'key', 'number', 'site_id', 'ordinal', 'code',
                  'form_version', 'entered_at', 'entered_by_id')
$$;

-- A row's answers as the trail names them: column -> value, missing.<item> -> reason, voided once it is.
CREATE OR REPLACE FUNCTION trail_flat(state jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT COALESCE(jsonb_strip_nulls(state - trail_not_items() - trail_history_columns()), '{}')
        || COALESCE((SELECT jsonb_object_agg('missing.' || key, value) FROM jsonb_each(state -> 'missing')), '{}')
        || CASE WHEN state -> 'voided' = 'true' THEN '{"voided": true}'::jsonb ELSE '{}'::jsonb END
$$;

CREATE OR REPLACE FUNCTION trail_history_table(table_name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(table_name, '^([a-z]+)_', '\1_historical')
$$;

CREATE OR REPLACE FUNCTION trail_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: this table only ever grows', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
END $$;

CREATE OR REPLACE FUNCTION trail_is_never_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: rows are voided or ended, never deleted', TG_OP, TG_TABLE_NAME
        USING ERRCODE = '42501';
END $$;

-- At commit: a clinical row is equal to its latest history row, whatever path wrote it; what is missing has no value.
CREATE OR REPLACE FUNCTION trail_row_has_history() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    present jsonb;
    recorded jsonb;
BEGIN
    IF TG_OP = 'UPDATE' AND trail_identity(to_jsonb(OLD)) IS DISTINCT FROM trail_identity(to_jsonb(NEW)) THEN
        RAISE EXCEPTION 'row % of %: what identifies a row never changes', NEW.id, TG_TABLE_NAME USING ERRCODE = '42501';
    END IF;
    EXECUTE format('SELECT to_jsonb(t) FROM %I t WHERE id = $1', TG_TABLE_NAME) INTO present USING NEW.id;
    EXECUTE format('SELECT to_jsonb(h) - trail_history_columns() FROM %I h WHERE id = $1 ORDER BY history_id DESC LIMIT 1',
                   trail_history_table(TG_TABLE_NAME)) INTO recorded USING NEW.id;
    IF present IS DISTINCT FROM recorded THEN
        RAISE EXCEPTION 'row % of % was changed without its history: use the acts in core.actions', NEW.id, TG_TABLE_NAME
            USING ERRCODE = '42501';
    END IF;
    IF EXISTS (SELECT FROM jsonb_each(COALESCE(present -> 'missing', '{}'))
               WHERE NOT trail_missing_reasons() ? (value #>> '{}') OR present -> key IS DISTINCT FROM 'null') THEN
        RAISE EXCEPTION 'row % of %: % are not reasons of missing values', NEW.id, TG_TABLE_NAME, present -> 'missing'
            USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;

-- At commit: a history row belongs to a change record of the same transaction and of the same subject, and says no other
-- person, reason or time than that. The argument is the table of the form, where the row is a repeating row of one.
CREATE OR REPLACE FUNCTION trail_history_is_attributed() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    clinical text := regexp_replace(TG_TABLE_NAME, '^([a-z]+)_historical', '\1_');
    state jsonb := to_jsonb(NEW);
    subject bigint := COALESCE((state ->> 'subject_id')::bigint, NEW.id);
    act core_change%ROWTYPE;
BEGIN
    SELECT * INTO act FROM core_change WHERE id = NEW.change_id;
    IF act.txid IS DISTINCT FROM pg_current_xact_id()::text::bigint THEN
        RAISE EXCEPTION 'history of % %: its change record is of another transaction', clinical, NEW.id
            USING ERRCODE = '42501';
    END IF;
    IF TG_NARGS > 0 THEN
        EXECUTE format('SELECT subject_id FROM %I WHERE id = $1', TG_ARGV[0])
            INTO subject USING (state ->> 'parent_id')::bigint;
    END IF;
    IF act.subject_id IS DISTINCT FROM subject THEN
        RAISE EXCEPTION 'history of % %: its change record is of another subject', clinical, NEW.id
            USING ERRCODE = '42501';
    END IF;
    IF (NEW.history_user_id, NEW.history_change_reason, NEW.history_date)
           IS DISTINCT FROM (act.actor_id, act.reason, act.at)
       OR state ? 'changed_at' AND ((state ->> 'changed_at')::timestamptz, (state ->> 'changed_by_id')::bigint)
           IS DISTINCT FROM (act.at, act.actor_id)
       OR state ? 'entered_at' AND NEW.history_type = '+'
           AND ((state ->> 'entered_at')::timestamptz, (state ->> 'entered_by_id')::bigint)
           IS DISTINCT FROM (act.at, act.actor_id) THEN
        RAISE EXCEPTION 'history of % %: person, reason or time differ from its change record', clinical, NEW.id
            USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;

-- At commit: what a history row says is new is, field by field and value by value, what the items of its change record
-- say; it comes after all earlier ones, and the row itself stands as the last one says.
CREATE OR REPLACE FUNCTION trail_history_is_explained() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    clinical text := regexp_replace(TG_TABLE_NAME, '^([a-z]+)_historical', '\1_');
    before jsonb;
    after jsonb := trail_flat(to_jsonb(NEW));
    differing jsonb;
    said jsonb;
    later boolean;
    present jsonb;
BEGIN
    EXECUTE format('SELECT trail_flat(to_jsonb(h)) FROM %I h WHERE id = $1 AND history_id < $2 '
                   'ORDER BY history_id DESC LIMIT 1', TG_TABLE_NAME) INTO before USING NEW.id, NEW.history_id;
    IF (NEW.history_type = '+') <> (before IS NULL) OR NEW.history_type NOT IN ('+', '~') THEN
        RAISE EXCEPTION 'history of % %: not the kind of entry it says it is', clinical, NEW.id USING ERRCODE = '42501';
    END IF;
    before := COALESCE(before, '{}');
    -- Lists, not objects: of two items for one field an object would keep only one.
    SELECT jsonb_agg(jsonb_build_array(key, before -> key, after -> key) ORDER BY key) INTO differing
        FROM jsonb_object_keys(before || after) AS key WHERE before -> key IS DISTINCT FROM after -> key;
    SELECT jsonb_agg(jsonb_build_array(i.field, i."old", i."new") ORDER BY i.field) INTO said
        FROM core_changeitem i WHERE i.change_id = NEW.change_id AND i.table_name = clinical AND i.row_id = NEW.id;
    IF differing IS DISTINCT FROM said THEN
        RAISE EXCEPTION 'history of % %: differs in %, its change record says %', clinical, NEW.id, differing, said
            USING ERRCODE = '42501';
    END IF;
    -- What a person changes after it was first saved has its reason, whatever the record calls itself.
    IF NEW.history_type = '~' AND btrim(COALESCE(NEW.history_change_reason, '')) = '' AND EXISTS (
           SELECT FROM core_changeitem i JOIN core_change c ON c.id = i.change_id JOIN accounts_user u ON u.id = c.actor_id
           WHERE i.change_id = NEW.change_id AND i.table_name = clinical AND i.row_id = NEW.id AND i.system_rule = ''
           AND NOT u.is_system) THEN
        RAISE EXCEPTION 'history of % %: a change without a reason', clinical, NEW.id USING ERRCODE = '42501';
    END IF;
    IF before -> 'voided' = 'true' THEN
        RAISE EXCEPTION 'history of % %: what is void stays as it is', clinical, NEW.id USING ERRCODE = '42501';
    END IF;
    EXECUTE format('SELECT bool_or(c.seq >= mine.seq) FROM %I h JOIN core_change c ON c.id = h.change_id, core_change mine '
                   'WHERE h.id = $1 AND h.history_id > $2 AND mine.id = $3', TG_TABLE_NAME)
        INTO later USING NEW.id, NEW.history_id, NEW.change_id;
    EXECUTE format('SELECT to_jsonb(t) FROM %I t WHERE id = $1', clinical) INTO present USING NEW.id;
    IF NOT later OR later IS NULL AND present IS DISTINCT FROM to_jsonb(NEW) - trail_history_columns() THEN
        RAISE EXCEPTION 'history of % %: the row itself does not say so', clinical, NEW.id USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;

-- At insert: all items of a change record come before the first history row of it. So a history row that was found to be
-- explained stays so, also after SET CONSTRAINTS.
CREATE OR REPLACE FUNCTION trail_items_precede_history() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    place record;
    late boolean;
BEGIN
    FOR place IN SELECT DISTINCT i.change_id, i.table_name FROM core_changeitem i
                 WHERE i.change_id IN (SELECT change_id FROM added) LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I WHERE change_id = $1)', trail_history_table(place.table_name))
            INTO late USING place.change_id;
        IF late THEN
            RAISE EXCEPTION 'change %: an item comes after its history', place.change_id USING ERRCODE = '42501';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- At commit: a change record says something, and a history row of the same record bears out each item.
CREATE OR REPLACE FUNCTION trail_change_is_borne_out() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    place text;
    unfounded text;
BEGIN
    FOR place IN SELECT DISTINCT table_name FROM core_changeitem WHERE change_id = NEW.id LOOP
        EXECUTE format('SELECT min(i.field) FROM core_changeitem i WHERE i.change_id = $1 AND i.table_name = $2 AND NOT EXISTS '
                       '(SELECT FROM public.%I h WHERE h.change_id = i.change_id AND h.id = i.row_id)',
                       trail_history_table(place)) INTO unfounded USING NEW.id, place;
        IF unfounded IS NOT NULL THEN
            RAISE EXCEPTION 'item %.% of change %: no row changed so', place, unfounded, NEW.id USING ERRCODE = '42501';
        END IF;
    END LOOP;
    IF place IS NULL THEN
        RAISE EXCEPTION 'change % of subject % has no item', NEW.seq, NEW.subject_id USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;

-- At insert: the time and the transaction are the server's, and the record continues its subject's chain without a gap.
-- Runs with the owner's rights, since nobody else may write the head of a chain.
CREATE OR REPLACE FUNCTION trail_change_continues_chain() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head core_chainhead%ROWTYPE;
    person accounts_user%ROWTYPE;
BEGIN
    SELECT * INTO person FROM accounts_user WHERE id = NEW.actor_id;
    IF NEW.site_id IS DISTINCT FROM (SELECT site_id FROM core_subject WHERE id = NEW.subject_id)
       OR NEW.actor_name IS DISTINCT FROM person.full_name THEN
        RAISE EXCEPTION 'change % of subject %: site or name are not those of subject and person', NEW.seq, NEW.subject_id
            USING ERRCODE = '42501';
    END IF;
    -- Site staff alone write, in a role they hold there; a day either way leaves room for the site's own calendar.
    IF person.is_system <> (NEW.role = '') OR NOT person.is_system AND (NEW.role NOT IN ('coordinator', 'investigator')
       OR NOT EXISTS (SELECT FROM accounts_membership m WHERE m.user_id = NEW.actor_id AND m.role = NEW.role
                      AND m.site_id = NEW.site_id AND m.from_on <= current_date + 1
                      AND (m.to_on IS NULL OR m.to_on >= current_date - 1))) THEN
        RAISE EXCEPTION 'change % of subject %: the person has no such role there', NEW.seq, NEW.subject_id
            USING ERRCODE = '42501';
    END IF;
    IF NEW.kind <> 'CREATE' AND NOT person.is_system AND btrim(NEW.reason) = '' THEN
        RAISE EXCEPTION 'change % of subject %: no reason', NEW.seq, NEW.subject_id USING ERRCODE = '42501';
    END IF;
    -- A subject's first change begins its chain.
    INSERT INTO core_chainhead (subject_id, seq, digest, lock_only) VALUES (NEW.subject_id, 0, repeat('0', 64), false)
        ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM core_chainhead WHERE subject_id = NEW.subject_id FOR UPDATE;
    IF NEW.seq IS DISTINCT FROM head.seq + 1 OR NEW.prev_digest IS DISTINCT FROM head.digest THEN
        RAISE EXCEPTION 'change % of subject %: does not continue the chain', NEW.seq, NEW.subject_id USING ERRCODE = '42501';
    END IF;
    IF NEW.at IS DISTINCT FROM transaction_timestamp() THEN
        RAISE EXCEPTION 'change % of subject %: the time is the server''s', NEW.seq, NEW.subject_id USING ERRCODE = '42501';
    END IF;
    NEW.txid := pg_current_xact_id()::text::bigint;
    UPDATE core_chainhead SET seq = NEW.seq, digest = NEW.digest WHERE subject_id = NEW.subject_id;
    RETURN NEW;
END $$;

-- At insert: what is stamped with a time is stamped with the server's.
CREATE OR REPLACE FUNCTION trail_stamped_by_server() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF (to_jsonb(NEW) ->> TG_ARGV[0])::timestamptz IS DISTINCT FROM transaction_timestamp() THEN
        RAISE EXCEPTION '% of %: the time is the server''s', TG_ARGV[0], TG_TABLE_NAME USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;

-- At commit: a query stands where the last step of its thread left it, and nothing else of it ever changes.
CREATE OR REPLACE FUNCTION trail_query_follows_thread() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    present core_query%ROWTYPE;
    last text;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - ARRAY['state', 'confirmed', 'value'])
       IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['state', 'confirmed', 'value']) THEN
        RAISE EXCEPTION 'query %: only its state moves', NEW.id USING ERRCODE = '42501';
    END IF;
    SELECT * INTO present FROM core_query WHERE id = NEW.id;
    SELECT state INTO last FROM core_queryevent WHERE query_id = NEW.id ORDER BY id DESC LIMIT 1;
    IF present.state IS DISTINCT FROM last THEN
        RAISE EXCEPTION 'query %: its state is not that of its thread', NEW.id USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;
