-- Functions of the protection. Put in place by the owner role; the runtime role may only run into them.
-- The list of what is never an item is kept in core/standing.py too; a test holds the two together.

CREATE OR REPLACE FUNCTION trail_not_items() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['id', 'subject_id', 'visit_id', 'parent_id', 'key', 'number', 'ordinal', 'code',
                 'revision', 'entered_at', 'entered_by_id', 'changed_at', 'changed_by_id', 'missing', 'verified', 'voided']
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
    WHERE key IN ('id', 'subject_id', 'visit_id', 'parent_id', 'key', 'number', 'ordinal', 'code', 'previous_id',
                  'form_version', 'entered_at', 'entered_by_id')
$$;

-- A row as the trail names it: column -> value, missing.<item> -> reason, verified.<item>, voided once it is.
CREATE OR REPLACE FUNCTION trail_flat(state jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT COALESCE(jsonb_strip_nulls(state - trail_not_items() - trail_history_columns()), '{}')
        || COALESCE((SELECT jsonb_object_agg('missing.' || key, value) FROM jsonb_each(state -> 'missing')), '{}')
        || COALESCE((SELECT jsonb_object_agg('verified.' || key, value) FROM jsonb_each(state -> 'verified')), '{}')
        || CASE WHEN state -> 'voided' = 'true' THEN '{"voided": true}'::jsonb ELSE '{}'::jsonb END
$$;

CREATE OR REPLACE FUNCTION trail_history_table(table_name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(table_name, '^([a-z]+)_', '\1_historical')
$$;

-- Masking alone may overwrite, inside its own function, which runs with the owner's rights (masking.sql).
CREATE OR REPLACE FUNCTION trail_is_masking(place oid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT current_setting('trail.masking', true) = pg_current_xact_id()::text
        AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = place)
$$;

CREATE OR REPLACE FUNCTION trail_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND trail_is_masking(TG_RELID) THEN
        RETURN NEW;
    END IF;
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

-- Which kinds of change change data, and who may do which. accounts/permissions.py has the same; a test holds them together.
CREATE OR REPLACE FUNCTION trail_changes_data(kind text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT kind IN ('CREATE', 'CHANGE', 'VOID', 'AFTER_LOCK', 'TRANSFER')
$$;

CREATE OR REPLACE FUNCTION trail_roles(kind text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind
        WHEN 'CREATE' THEN ARRAY['coordinator', 'investigator']
        WHEN 'CHANGE' THEN ARRAY['coordinator', 'investigator']
        WHEN 'VOID' THEN ARRAY['coordinator', 'investigator']
        WHEN 'AFTER_LOCK' THEN ARRAY['coordinator', 'investigator']
        WHEN 'REPORT' THEN ARRAY['coordinator', 'investigator']
        WHEN 'FILE' THEN ARRAY['coordinator', 'investigator']
        WHEN 'QUERY' THEN ARRAY['coordinator', 'investigator', 'monitor', 'data_manager', 'safety_reviewer']
        WHEN 'VERIFY' THEN ARRAY['monitor']
        WHEN 'SIGN' THEN ARRAY['investigator']
        WHEN 'FREEZE' THEN ARRAY['monitor', 'data_manager']
        WHEN 'UNFREEZE' THEN ARRAY['monitor', 'data_manager']
        WHEN 'LOCK' THEN ARRAY['data_manager']
        WHEN 'ASK_UNLOCK' THEN ARRAY['investigator', 'data_manager']
        WHEN 'UNLOCK' THEN ARRAY['investigator', 'monitor', 'data_manager']
        WHEN 'ASK_MASK' THEN ARRAY['coordinator', 'investigator', 'data_manager']
        WHEN 'MASK' THEN ARRAY['investigator']
        WHEN 'CODE' THEN ARRAY['data_manager']
        WHEN 'TRANSFER' THEN ARRAY['data_manager']
        ELSE ARRAY[]::text[] END
$$;

-- Which of them a person must give a reason for.
CREATE OR REPLACE FUNCTION trail_needs_reason(kind text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT kind IN ('CHANGE', 'VOID', 'AFTER_LOCK', 'UNFREEZE', 'ASK_UNLOCK', 'UNLOCK', 'ASK_MASK', 'MASK', 'TRANSFER')
$$;

-- The holds over a place that are in force. Study and site are held subject by subject.
CREATE OR REPLACE FUNCTION trail_holds(subject bigint, visit text, form text, record integer) RETURNS SETOF core_hold
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT * FROM core_hold h WHERE h.subject_id = subject AND h.state <> 'FREE'
        AND (h.level IN ('STUDY', 'SITE', 'SUBJECT') OR h.level = 'VISIT' AND h.visit_name = visit
             OR h.level = 'FORM' AND (h.visit_name, h.form_code, h.record_key) = (visit, form, record))
$$;

-- Was a record entered, by the path that leads past a hold, after everything that holds it? core/holds.py says the same.
CREATE OR REPLACE FUNCTION trail_entered_after(subject bigint, visit text, form text, record integer) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT entered.seq IS NOT NULL AND NOT EXISTS (
        SELECT FROM trail_holds(subject, visit, form, record) h WHERE h.level = 'FORM' OR entered.seq <= (
            SELECT max(c.seq) FROM core_holdstep s JOIN core_change c ON c.id = s.change_id
            WHERE s.hold_id = h.id AND s.verb IN ('FREEZE', 'LOCK')))
    FROM (SELECT min(c.seq) AS seq FROM core_change c WHERE c.subject_id = subject AND c.kind = 'AFTER_LOCK'
          AND (c.visit_name, c.form_code, c.record_key) = (visit, form, record)) AS entered
$$;

-- The strictest hold over a place: LOCKED, FROZEN or nothing; what was entered after all of it counts as frozen.
CREATE OR REPLACE FUNCTION trail_held(subject bigint, visit text, form text, record integer) RETURNS text LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN state = 'LOCKED' AND trail_entered_after(subject, visit, form, record) THEN 'FROZEN' ELSE state END
    FROM trail_holds(subject, visit, form, record) ORDER BY state = 'LOCKED' DESC LIMIT 1
$$;

-- How the visit of a form's row is called: D28, UNS-2; LOG for the lines of a log.
CREATE OR REPLACE FUNCTION trail_visit_name(visit bigint) RETURNS text LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT COALESCE((SELECT code || CASE WHEN ordinal > 0 THEN '-' || ordinal ELSE '' END FROM core_visit WHERE id = visit),
                    'LOG')
$$;

-- At commit: a history row belongs to a change record of the same transaction and of the same subject, and says no other
-- person, reason or time than that. The second argument is the table of the form, where the row is a repeating row of one.
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
    IF TG_ARGV[1] <> '' THEN
        EXECUTE format('SELECT subject_id FROM %I WHERE id = $1', TG_ARGV[1])
            INTO subject USING (state ->> 'parent_id')::bigint;
    END IF;
    IF act.subject_id IS DISTINCT FROM subject THEN
        RAISE EXCEPTION 'history of % %: its change record is of another subject', clinical, NEW.id
            USING ERRCODE = '42501';
    END IF;
    IF (NEW.history_user_id, NEW.history_change_reason, NEW.history_date)
           IS DISTINCT FROM (act.actor_id, act.reason, act.at)
       OR state ? 'changed_at' AND trail_changes_data(act.kind)
           AND ((state ->> 'changed_at')::timestamptz, (state ->> 'changed_by_id')::bigint)
           IS DISTINCT FROM (act.at, act.actor_id)
       OR state ? 'entered_at' AND NEW.history_type = '+'
           AND ((state ->> 'entered_at')::timestamptz, (state ->> 'entered_by_id')::bigint)
           IS DISTINCT FROM (act.at, act.actor_id) THEN
        RAISE EXCEPTION 'history of % %: person, reason or time differ from its change record', clinical, NEW.id
            USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;

-- What may follow what: by the kind of the change, by what holds the place, by what was verified, signed or void.
CREATE OR REPLACE FUNCTION trail_step_is_allowed(
    clinical text, form text, parent text, entry jsonb, earlier jsonb, before jsonb, after jsonb
) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    act core_change%ROWTYPE;
    form_row jsonb := entry;
    names text[];
    observed text[];
    held text;
BEGIN
    SELECT * INTO act FROM core_change WHERE id = (entry ->> 'change_id')::bigint;
    SELECT array_agg(key) INTO names FROM jsonb_object_keys(before || after) AS key
        WHERE before -> key IS DISTINCT FROM after -> key;
    SELECT array_agg(key) INTO observed FROM unnest(names) AS key WHERE key <> 'signature_id' AND key NOT LIKE 'verified.%';
    IF parent <> '' THEN
        EXECUTE format('SELECT to_jsonb(p) FROM %I p WHERE id = $1', parent) INTO form_row USING (entry ->> 'parent_id')::bigint;
    END IF;
    IF (act.kind = 'TRANSFER') <> (clinical = 'core_subject' AND earlier IS NOT NULL AND 'site_id' = ANY (COALESCE(names, '{}')))
       OR act.kind = 'TRANSFER' AND (names <> ARRAY['site_id'] OR EXISTS (
           SELECT FROM core_hold h WHERE h.state <> 'FREE' AND (h.level = 'STUDY' OR h.level = 'SITE' AND h.site_id = act.site_id))) THEN
        RAISE EXCEPTION 'history of % %: a subject goes to another site by a transfer alone, and to one that is open', clinical,
            entry -> 'id' USING ERRCODE = '42501';
    END IF;
    IF before -> 'voided' = 'true' AND observed IS NOT NULL THEN
        RAISE EXCEPTION 'history of % %: what is void stays as it is', clinical, entry -> 'id' USING ERRCODE = '42501';
    END IF;
    IF trail_changes_data(act.kind) THEN
        IF EXISTS (SELECT FROM unnest(names) AS key WHERE (key = 'signature_id' OR key LIKE 'verified.%') AND after ? key) THEN
            RAISE EXCEPTION 'history of % %: a change of data neither verifies nor signs', clinical, entry -> 'id'
                USING ERRCODE = '42501';
        END IF;
        IF observed IS NOT NULL AND form_row ->> 'signature_id' IS NOT NULL THEN
            RAISE EXCEPTION 'history of % %: what was signed has changed, so the signature no longer stands', clinical, entry -> 'id'
                USING ERRCODE = '42501';
        END IF;
        IF EXISTS (SELECT FROM unnest(observed) AS key, regexp_replace(key, '^missing\.', '') AS item
                   WHERE after ? ('verified.' || item) OR after ? ('verified.' || regexp_replace(item, '_id$', ''))) THEN
            RAISE EXCEPTION 'history of % %: a value that changed is no longer verified', clinical, entry -> 'id'
                USING ERRCODE = '42501';
        END IF;
    ELSIF act.kind NOT IN ('VERIFY', 'SIGN') OR observed IS NOT NULL
          OR earlier - ARRAY['history_id', 'history_date', 'history_change_reason', 'history_type', 'history_user_id', 'change_id',
                             'verified', 'signature_id']
             IS DISTINCT FROM entry - ARRAY['history_id', 'history_date', 'history_change_reason', 'history_type', 'history_user_id',
                                          'change_id', 'verified', 'signature_id']
          OR EXISTS (SELECT FROM unnest(names) AS key WHERE (key = 'signature_id') <> (act.kind = 'SIGN')) THEN
        RAISE EXCEPTION 'history of % %: who % changes no data', clinical, entry -> 'id', act.kind USING ERRCODE = '42501';
    ELSIF act.kind = 'SIGN' AND NOT EXISTS (
              SELECT FROM core_signature s WHERE s.id = (entry ->> 'signature_id')::bigint AND s.change_id = act.id
              AND s.table_name = clinical AND s.row_id = (entry ->> 'id')::bigint AND s.actor_id = act.actor_id) THEN
        RAISE EXCEPTION 'history of % %: there is no such signature', clinical, entry -> 'id' USING ERRCODE = '42501';
    END IF;
    held := CASE
        WHEN clinical = 'core_subject' THEN trail_held(act.subject_id, '', '', 0)
        WHEN clinical = 'core_visit' THEN trail_held(act.subject_id, trail_visit_name((entry ->> 'id')::bigint), '', 0)
        ELSE trail_held(act.subject_id, trail_visit_name((form_row ->> 'visit_id')::bigint), form, (form_row ->> 'key')::integer) END;
    IF act.kind <> 'AFTER_LOCK' AND (held = 'LOCKED' OR held = 'FROZEN' AND trail_changes_data(act.kind)) THEN
        RAISE EXCEPTION 'history of % %: it is %', clinical, entry -> 'id', lower(held) USING ERRCODE = '42501';
    END IF;
END $$;

-- What may be written although it is held, by the path of its own (SAF-02): a new line of a log whose form says so, what
-- changes such a line later, and the death it tells of. Everything else stays as it was held.
CREATE OR REPLACE FUNCTION trail_may_enter_after(
    clinical text, form text, parent text, takes boolean, entry jsonb, before jsonb, after jsonb
) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    act core_change%ROWTYPE;
    form_row jsonb := entry;
    form_table text := CASE WHEN parent = '' THEN clinical ELSE parent END;
    begun text;
BEGIN
    SELECT * INTO act FROM core_change WHERE id = (entry ->> 'change_id')::bigint;
    IF clinical = 'core_subject' THEN
        -- The milestone only, and only with the line that fixes it: every other row of the record is looked at as well.
        IF EXISTS (SELECT FROM jsonb_object_keys(before || after) AS key
                   WHERE before -> key IS DISTINCT FROM after -> key AND key NOT IN ('died_on', 'status'))
           OR NOT EXISTS (SELECT FROM core_changeitem WHERE change_id = act.id AND table_name <> clinical AND field <> '*') THEN
            RAISE EXCEPTION 'history of % %: only a death is told after a lock', clinical, entry -> 'id' USING ERRCODE = '42501';
        END IF;
        RETURN;
    END IF;
    IF parent <> '' THEN
        EXECUTE format('SELECT to_jsonb(p) FROM %I p WHERE id = $1', parent) INTO form_row USING (entry ->> 'parent_id')::bigint;
    END IF;
    EXECUTE format('SELECT c.kind FROM %I h JOIN core_change c ON c.id = h.change_id WHERE h.id = $1 ORDER BY h.history_id LIMIT 1',
                   trail_history_table(form_table)) INTO begun USING (form_row ->> 'id')::bigint;
    IF NOT takes OR form_row ->> 'visit_id' IS NOT NULL OR begun IS DISTINCT FROM 'AFTER_LOCK'
       OR (act.visit_name, act.form_code, act.record_key) IS DISTINCT FROM ('LOG', form, (form_row ->> 'key')::integer) THEN
        RAISE EXCEPTION 'history of % %: it is not entered after a lock', clinical, entry -> 'id' USING ERRCODE = '42501';
    END IF;
    IF trail_held(act.subject_id, 'LOG', form, act.record_key::integer) IS NULL
       OR NOT trail_entered_after(act.subject_id, 'LOG', form, act.record_key::integer) THEN
        RAISE EXCEPTION 'history of % %: nothing holds it, or it was there before', clinical, entry -> 'id' USING ERRCODE = '42501';
    END IF;
END $$;

-- At commit: what a history row says is new is, field by field and value by value, what the items of its change record
-- say; it comes after all earlier ones, and the row itself stands as the last one says.
CREATE OR REPLACE FUNCTION trail_history_is_explained() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    clinical text := regexp_replace(TG_TABLE_NAME, '^([a-z]+)_historical', '\1_');
    earlier jsonb;
    before jsonb;
    after jsonb := trail_flat(to_jsonb(NEW));
    differing jsonb;
    said jsonb;
    later boolean;
    present jsonb;
BEGIN
    EXECUTE format('SELECT to_jsonb(h) FROM %I h WHERE id = $1 AND history_id < $2 '
                   'ORDER BY history_id DESC LIMIT 1', TG_TABLE_NAME) INTO earlier USING NEW.id, NEW.history_id;
    before := CASE WHEN earlier IS NOT NULL THEN trail_flat(earlier) END;
    IF (NEW.history_type = '+') <> (before IS NULL) OR NEW.history_type NOT IN ('+', '~') THEN
        RAISE EXCEPTION 'history of % %: not the kind of entry it says it is', clinical, NEW.id USING ERRCODE = '42501';
    END IF;
    before := COALESCE(before, '{}');
    PERFORM trail_step_is_allowed(clinical, TG_ARGV[0], TG_ARGV[1], to_jsonb(NEW), earlier, before, after);
    IF EXISTS (SELECT FROM core_change WHERE id = NEW.change_id AND kind = 'AFTER_LOCK') THEN
        PERFORM trail_may_enter_after(clinical, TG_ARGV[0], TG_ARGV[1], TG_ARGV[2] <> '', to_jsonb(NEW), before, after);
    END IF;
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
           AND NOT u.is_system AND (trail_changes_data(c.kind) OR c.kind = 'VERIFY' AND i."new" IS NULL)) THEN
        RAISE EXCEPTION 'history of % %: a change without a reason', clinical, NEW.id USING ERRCODE = '42501';
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
        late := false;
        IF to_regclass('public.' || trail_history_table(place.table_name)) IS NOT NULL THEN
            EXECUTE format('SELECT EXISTS (SELECT FROM public.%I WHERE change_id = $1)', trail_history_table(place.table_name))
                INTO late USING place.change_id;
        END IF;
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
        IF to_regclass('public.' || trail_history_table(place)) IS NOT NULL THEN
            EXECUTE format('SELECT min(i.field) FROM core_changeitem i WHERE i.change_id = $1 AND i.table_name = $2 AND NOT EXISTS '
                           '(SELECT FROM public.%I h WHERE h.change_id = i.change_id AND h.id = i.row_id)',
                           trail_history_table(place)) INTO unfounded USING NEW.id, place;
        ELSE
            -- Append-only rows: the row itself compares with its item (trail_is_noted); here, that each item has its row.
            EXECUTE format('SELECT min(i.field) FROM core_changeitem i WHERE i.change_id = $1 AND i.table_name = $2 AND (i.field <> ''*'' '
                           'OR i."old" IS NOT NULL OR NOT EXISTS (SELECT FROM public.%I n WHERE n.change_id = i.change_id AND n.id = i.row_id))',
                           place) INTO unfounded USING NEW.id, place;
        END IF;
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
    -- In a role they hold there and that may do it; a day either way leaves room for the site's own calendar.
    IF person.is_system <> (NEW.role = '') OR NOT person.is_system AND (NEW.role <> ALL (trail_roles(NEW.kind))
       OR NOT EXISTS (SELECT FROM accounts_membership m WHERE m.user_id = NEW.actor_id AND m.role = NEW.role
                      AND (m.site_id = NEW.site_id OR m.site_id IS NULL) AND m.from_on <= current_date + 1
                      AND (m.to_on IS NULL OR m.to_on >= current_date - 1)
                      AND (m.role NOT IN ('coordinator', 'investigator')
                           OR m.trained_on <= current_date + 1 AND m.delegated_on <= current_date + 1))) THEN
        RAISE EXCEPTION 'change % of subject %: the person has no such role there', NEW.seq, NEW.subject_id
            USING ERRCODE = '42501';
    END IF;
    IF person.is_system
       AND (NEW.kind IN ('AFTER_LOCK', 'TRANSFER') OR NOT (trail_changes_data(NEW.kind) OR NEW.kind IN ('QUERY', 'CODE'))) THEN
        RAISE EXCEPTION 'change % of subject %: the system does not do this', NEW.seq, NEW.subject_id USING ERRCODE = '42501';
    END IF;
    IF trail_needs_reason(NEW.kind) AND NOT person.is_system AND btrim(NEW.reason) = '' THEN
        RAISE EXCEPTION 'change % of subject %: no reason', NEW.seq, NEW.subject_id USING ERRCODE = '42501';
    END IF;
    IF NEW.query_id IS NOT NULL
       AND NEW.subject_id IS DISTINCT FROM (SELECT subject_id FROM core_query WHERE id = NEW.query_id) THEN
        RAISE EXCEPTION 'change % of subject %: the query is of another subject', NEW.seq, NEW.subject_id USING ERRCODE = '42501';
    END IF;
    -- A subject's first change begins its chain.
    INSERT INTO core_chainhead (subject_id, seq, digest, lock_only) VALUES (NEW.subject_id, 0, repeat('0', 64), false)
        ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM core_chainhead WHERE subject_id = NEW.subject_id FOR UPDATE;
    IF NEW.seq IS DISTINCT FROM head.seq + 1 OR NEW.prev_digest IS DISTINCT FROM head.digest THEN
        RAISE EXCEPTION 'change % of subject %: does not continue the chain', NEW.seq, NEW.subject_id USING ERRCODE = '42501';
    END IF;
    -- The server's, and later than the one before: a transaction may have begun before another and waited for it.
    IF NEW.at IS DISTINCT FROM GREATEST(transaction_timestamp(), head.at + interval '1 microsecond') THEN
        RAISE EXCEPTION 'change % of subject %: the time is the server''s', NEW.seq, NEW.subject_id USING ERRCODE = '42501';
    END IF;
    -- Who holds a transaction open dates what comes late: a seal made in between could not tell (verify_trail.py: UNDER_WAY).
    IF clock_timestamp() - transaction_timestamp() > interval '5 minutes' THEN
        RAISE EXCEPTION 'change % of subject %: its transaction began too long ago', NEW.seq, NEW.subject_id USING ERRCODE = '42501';
    END IF;
    IF NEW.kind = 'FILE' AND trail_held(NEW.subject_id, NEW.visit_name, NEW.form_code, NEW.record_key::integer) IS NOT NULL THEN
        RAISE EXCEPTION 'change % of subject %: no file is added to what is held', NEW.seq, NEW.subject_id USING ERRCODE = '42501';
    END IF;
    NEW.txid := pg_current_xact_id()::text::bigint;
    UPDATE core_chainhead SET seq = NEW.seq, digest = NEW.digest, at = NEW.at WHERE subject_id = NEW.subject_id;
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

-- At insert: what is locked is not coded either.
CREATE OR REPLACE FUNCTION trail_is_not_locked() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF trail_held(NEW.subject_id, NEW.visit_name, NEW.form_code, NEW.record_key) = 'LOCKED' THEN
        RAISE EXCEPTION '%: % is locked', TG_TABLE_NAME, NEW.form_code USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;

-- At commit: a row that an act added to an append-only table is what an item of its change record carries, by the person
-- and at the time of that record. The arguments are the column of its time and the columns that move later.
CREATE OR REPLACE FUNCTION trail_is_noted() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    act core_change%ROWTYPE;
    told jsonb := to_jsonb(NEW);
    carried jsonb;
BEGIN
    SELECT * INTO act FROM core_change WHERE id = NEW.change_id;
    SELECT i."new" INTO carried FROM core_changeitem i
        WHERE i.change_id = NEW.change_id AND i.table_name = TG_TABLE_NAME AND i.row_id = NEW.id AND i.field = '*';
    IF act.txid IS DISTINCT FROM pg_current_xact_id()::text::bigint OR carried IS DISTINCT FROM jsonb_strip_nulls(
           told - ARRAY['id', 'change_id', 'at', 'opened_at', 'uploaded_at', 'content', 'masked'] - TG_ARGV[1:]) THEN
        RAISE EXCEPTION '% %: its change record says otherwise', TG_TABLE_NAME, NEW.id USING ERRCODE = '42501';
    END IF;
    IF TG_ARGV[0] <> '' AND (told ->> TG_ARGV[0])::timestamptz IS DISTINCT FROM act.at
       OR told ? 'subject_id' AND (told ->> 'subject_id')::bigint IS DISTINCT FROM act.subject_id
       OR told ? 'query_id' AND act.subject_id IS DISTINCT FROM
           (SELECT subject_id FROM core_query WHERE id = (told ->> 'query_id')::bigint)
       OR told ? 'request_id' AND act.subject_id IS DISTINCT FROM
           (SELECT subject_id FROM core_maskrequest WHERE id = (told ->> 'request_id')::bigint)
       OR told ? 'site_id' AND (told ->> 'site_id')::bigint IS DISTINCT FROM act.site_id
       OR told ? 'actor_id' AND NOT EXISTS (
           SELECT FROM accounts_user u WHERE u.id = (told ->> 'actor_id')::bigint AND u.full_name = told ->> 'actor_name'
           AND (u.is_system AND told ->> 'role' = '' AND TG_TABLE_NAME = 'core_queryevent'
                OR u.id = act.actor_id AND told ->> 'role' = act.role)) THEN
        RAISE EXCEPTION '% %: subject, person, role or time differ from its change record', TG_TABLE_NAME, NEW.id
            USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;

-- At commit: a report is the next version of its record, frozen by an act of its own kind there, and the document is there
-- whose hash it names.
CREATE OR REPLACE FUNCTION trail_report_is_whole() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    before bigint;
BEGIN
    SELECT count(*) INTO before FROM core_report
        WHERE (subject_id, form_code, record_key) = (NEW.subject_id, NEW.form_code, NEW.record_key) AND id < NEW.id;
    IF NEW.version <> before + 1 OR (NEW.version = 1) <> (NEW.kind = 'INITIAL')
       OR NOT EXISTS (SELECT FROM core_change WHERE id = NEW.change_id AND kind = 'REPORT'
                      AND (visit_name, form_code, record_key) = ('LOG', NEW.form_code, NEW.record_key))
       OR NOT EXISTS (SELECT FROM core_storedfile f WHERE f.id = NEW.file_id AND f.change_id = NEW.change_id
                      AND f.subject_id = NEW.subject_id AND f.sha256 = NEW.sha256
                      AND encode(sha256(f.content), 'hex') = NEW.sha256) THEN
        RAISE EXCEPTION 'report %: not the next version of its record, or not its document', NEW.id USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;

-- At insert: a step of a thread is one that this side may take, and its place is not locked.
CREATE OR REPLACE FUNCTION trail_query_step_is_allowed() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    asked core_query%ROWTYPE;
    allowed text[];
BEGIN
    SELECT * INTO asked FROM core_query WHERE id = NEW.query_id;
    IF trail_held(asked.subject_id, asked.visit_name, asked.form_code, asked.record_key) = 'LOCKED' THEN
        RAISE EXCEPTION 'query %: it is locked', NEW.query_id USING ERRCODE = '42501';
    END IF;
    allowed := CASE WHEN NEW.state = 'ANSWERED' THEN ARRAY['coordinator', 'investigator']
        WHEN asked.side = 'SYSTEM' THEN ARRAY['', 'monitor', 'data_manager']
        WHEN asked.side = 'MONITORING' THEN ARRAY['monitor']
        WHEN asked.side = 'DATA_MANAGEMENT' THEN ARRAY['data_manager']
        ELSE ARRAY['safety_reviewer'] END;
    IF NEW.role <> ALL (allowed) THEN
        RAISE EXCEPTION 'query %: % may not take this step', NEW.query_id, NEW.role USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;

-- At insert: a step of a freeze or lock follows from the one before; who asked to unlock does not agree to it himself.
CREATE OR REPLACE FUNCTION trail_hold_step_is_allowed() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    before record;
BEGIN
    SELECT state, asked, actor_id INTO before FROM core_holdstep WHERE hold_id = NEW.hold_id ORDER BY id DESC LIMIT 1;
    IF NOT (CASE NEW.verb
        WHEN 'FREEZE' THEN COALESCE(before.state, 'FREE') = 'FREE' AND (NEW.state, NEW.asked) = ('FROZEN', false)
        WHEN 'UNFREEZE' THEN before.state = 'FROZEN' AND (NEW.state, NEW.asked) = ('FREE', false)
        WHEN 'LOCK' THEN COALESCE(before.state, 'FREE') <> 'LOCKED' AND (NEW.state, NEW.asked) = ('LOCKED', false)
        WHEN 'ASK' THEN before.state = 'LOCKED' AND NOT before.asked AND (NEW.state, NEW.asked) = ('LOCKED', true)
        WHEN 'UNLOCK' THEN before.asked AND before.actor_id <> NEW.actor_id AND (NEW.state, NEW.asked) = ('FREE', false)
        WHEN 'REFUSE' THEN before.asked AND (NEW.state, NEW.asked) = ('LOCKED', false)
        ELSE false END) THEN
        RAISE EXCEPTION 'hold %: % does not follow, or takes another person', NEW.hold_id, NEW.verb USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;

-- At commit: a step is of the kind its change record says.
CREATE OR REPLACE FUNCTION trail_hold_step_is_of_its_kind() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM core_change WHERE id = NEW.change_id AND kind = (CASE NEW.verb
                   WHEN 'ASK' THEN 'ASK_UNLOCK' WHEN 'REFUSE' THEN 'UNLOCK' ELSE NEW.verb END)) THEN
        RAISE EXCEPTION 'hold %: % is not what its change record says', NEW.hold_id, NEW.verb USING ERRCODE = '42501';
    END IF;
    IF NOT EXISTS (SELECT FROM core_change c JOIN core_hold h ON h.id = NEW.hold_id WHERE c.id = NEW.change_id
                   AND c.subject_id = h.subject_id
                   AND (c.visit_name, c.form_code, COALESCE(c.record_key, 0)) = (h.visit_name, h.form_code, h.record_key)) THEN
        RAISE EXCEPTION 'hold %: its change record is of another subject or place', NEW.hold_id USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;

-- At commit: a hold stands where its last step left it, and nothing else of it ever changes.
CREATE OR REPLACE FUNCTION trail_hold_follows_steps() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    last record;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - ARRAY['state', 'asked']) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['state', 'asked']) THEN
        RAISE EXCEPTION 'hold %: only its state moves', NEW.id USING ERRCODE = '42501';
    END IF;
    SELECT state, asked INTO last FROM core_holdstep WHERE hold_id = NEW.id ORDER BY id DESC LIMIT 1;
    IF (SELECT (state, asked) FROM core_hold WHERE id = NEW.id) IS DISTINCT FROM (last.state, last.asked) THEN
        RAISE EXCEPTION 'hold %: its state is not that of its steps', NEW.id USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;

-- At insert: a site or a study that is frozen or locked takes no new subject.
CREATE OR REPLACE FUNCTION trail_site_is_open() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM core_hold WHERE state <> 'FREE' AND (level = 'STUDY' OR level = 'SITE' AND site_id = NEW.site_id)) THEN
        RAISE EXCEPTION 'subject %: the site is frozen or locked', NEW.number USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;

-- Every state of a line of the casebook's outline, for the casebook as of a moment.
CREATE OR REPLACE FUNCTION trail_form_status_is_logged() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO core_formstatuslog (subject_id, visit_id, form_code, key, state, gaps, required, verified, signed, seq, summary,
                                    entered_at, at)
    VALUES (NEW.subject_id, NEW.visit_id, NEW.form_code, NEW.key, NEW.state, NEW.gaps, NEW.required, NEW.verified, NEW.signed,
            NEW.seq, NEW.summary, NEW.entered_at,
            COALESCE((SELECT max(c.at) FROM core_change c WHERE c.subject_id = NEW.subject_id
                      AND c.txid = pg_current_xact_id()::text::bigint), clock_timestamp()));
    RETURN NULL;
END $$;

-- At commit: a query stands where the last step of its thread left it, and nothing else of it ever changes.
CREATE OR REPLACE FUNCTION trail_query_follows_thread() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    present core_query%ROWTYPE;
    last record;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - ARRAY['state', 'confirmed', 'value'])
       IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['state', 'confirmed', 'value'])
       AND NOT (trail_masks_now() AND (NEW.text_en, NEW.text_zh) = ('[masked]', '[masked]')
                AND (to_jsonb(OLD) - ARRAY['text_en', 'text_zh']) = (to_jsonb(NEW) - ARRAY['text_en', 'text_zh'])) THEN
        RAISE EXCEPTION 'query %: only its state moves', NEW.id USING ERRCODE = '42501';
    END IF;
    SELECT * INTO present FROM core_query WHERE id = NEW.id;
    SELECT state, confirmed, value INTO last FROM core_queryevent WHERE query_id = NEW.id ORDER BY id DESC LIMIT 1;
    IF (present.state, present.confirmed, present.value) IS DISTINCT FROM (last.state, last.confirmed, last.value) THEN
        RAISE EXCEPTION 'query %: its state is not that of its thread', NEW.id USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;
