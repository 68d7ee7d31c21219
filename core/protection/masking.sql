-- Masking personal data entered by mistake (ADM-09): the one way in which what was recorded is overwritten. It runs with the
-- owner's rights, does nothing but what a granted decision of the same transaction names, and the decision is in the chain.

-- Does this transaction grant a masking?
CREATE OR REPLACE FUNCTION trail_masks_now() RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM core_maskdecision d JOIN core_change c ON c.id = d.change_id
                   WHERE d.granted AND c.txid = pg_current_xact_id()::text::bigint)
$$;

-- At insert: another person decides than the one who asked.
CREATE OR REPLACE FUNCTION trail_mask_takes_two() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.actor_id = (SELECT actor_id FROM core_maskrequest WHERE id = NEW.request_id) THEN
        RAISE EXCEPTION 'masking %: another person must decide than the one who asked', NEW.request_id USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;

-- Overwrite what a decision names: [table, number, column]. A column `new.text` is a name inside a row carried whole.
CREATE OR REPLACE FUNCTION trail_mask(decision bigint) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    granted core_maskdecision%ROWTYPE;
    act core_change%ROWTYPE;
    asked core_maskrequest%ROWTYPE;
    meant core_changeitem%ROWTYPE;
    named jsonb;
    place text;
    number bigint;
    side text;
BEGIN
    SELECT * INTO granted FROM core_maskdecision WHERE id = decision AND core_maskdecision.granted;
    SELECT * INTO act FROM core_change WHERE id = granted.change_id AND kind = 'MASK' AND txid = pg_current_xact_id()::text::bigint;
    IF act.id IS NULL OR act.subject_id IS DISTINCT FROM (SELECT subject_id FROM core_maskrequest WHERE id = granted.request_id) THEN
        RAISE EXCEPTION 'masking %: nobody granted it here and now', decision USING ERRCODE = '42501';
    END IF;
    SELECT * INTO asked FROM core_maskrequest WHERE id = granted.request_id;
    SELECT i.* INTO meant FROM core_changeitem i WHERE asked.target = 'VALUE' AND i.id = asked.target_id;
    PERFORM set_config('trail.masking', pg_current_xact_id()::text, true);
    FOR named IN SELECT * FROM jsonb_array_elements(granted.names) LOOP
        place := named ->> 0; number := (named ->> 1)::bigint; side := named ->> 2;
        -- Nothing but texts, and of them only what belongs to what was asked for.
        IF NOT (CASE
            WHEN place = 'core_changeitem' AND side IN ('old', 'new') THEN EXISTS (
                SELECT FROM core_changeitem i WHERE i.id = number
                AND jsonb_typeof(CASE side WHEN 'old' THEN i."old" ELSE i."new" END) = 'string'
                AND ((i.table_name, i.row_id, i.field) = (meant.table_name, meant.row_id, meant.field)
                     OR asked.target = 'REASON' AND (i.table_name, i.field) = ('core_visit', 'reason')))
            WHEN place = 'core_changeitem' THEN side IN ('new.text', 'new.text_en', 'new.text_zh', 'new.value') AND EXISTS (
                SELECT FROM core_changeitem i WHERE i.id = number AND i.field = '*'
                AND i.table_name IN ('core_query', 'core_queryevent', 'core_holdstep'))
            WHEN place = 'core_change' THEN asked.target = 'REASON' AND number = asked.target_id
            WHEN place ~ '_historical' THEN asked.target = 'REASON' AND (side = 'history_change_reason'
                OR (place, side) = ('core_historicalvisit', 'reason'))
                OR place = trail_history_table(meant.table_name) AND side = meant.field
            WHEN place = 'core_visit' THEN asked.target = 'REASON' AND side = 'reason'
            ELSE true END) THEN
            RAISE EXCEPTION 'masking %: % of % was not asked for', decision, side, place USING ERRCODE = '42501';
        END IF;
        IF place = 'core_changeitem' THEN
            UPDATE core_changeitem i SET masked = true,
                "old" = CASE side WHEN 'old' THEN '"[masked]"' ELSE i."old" END,
                "new" = CASE WHEN side = 'new' THEN '"[masked]"'
                             WHEN side LIKE 'new.%' THEN jsonb_set(i."new", ARRAY[substr(side, 5)], '"[masked]"') ELSE i."new" END
                WHERE i.id = number AND act.subject_id = (SELECT subject_id FROM core_change WHERE id = i.change_id);
        ELSIF place = 'core_change' AND side = 'reason' THEN
            UPDATE core_change SET reason = '[masked]', reason_masked = true WHERE id = number AND subject_id = act.subject_id;
            PERFORM trail_index_again(number);
        ELSIF place = 'core_query' AND side IN ('text_en', 'value') THEN
            UPDATE core_query SET "value" = CASE side WHEN 'value' THEN '"[masked]"' ELSE "value" END,
                text_en = CASE side WHEN 'text_en' THEN '[masked]' ELSE text_en END,
                text_zh = CASE side WHEN 'text_en' THEN '[masked]' ELSE text_zh END
                WHERE id = number AND subject_id = act.subject_id;
        ELSIF place = 'core_queryevent' AND side IN ('text', 'value') THEN
            UPDATE core_queryevent e SET masked = true, text = CASE side WHEN 'text' THEN '[masked]' ELSE e.text END,
                "value" = CASE side WHEN 'value' THEN '"[masked]"' ELSE e."value" END
                WHERE e.id = number AND act.subject_id = (SELECT subject_id FROM core_query WHERE id = e.query_id);
        ELSIF place = 'core_formstatuslog' AND side = 'summary' THEN
            UPDATE core_formstatuslog SET summary = '[masked]' WHERE id = number AND subject_id = act.subject_id;
        ELSIF place = 'core_holdstep' AND side = 'text' THEN
            UPDATE core_holdstep s SET text = '[masked]'
                WHERE s.id = number AND act.subject_id = (SELECT subject_id FROM core_hold WHERE id = s.hold_id);
        ELSIF place = 'core_visit' AND side = 'reason' THEN
            UPDATE core_visit SET reason = '[masked]' WHERE id = number AND subject_id = act.subject_id;
        ELSIF place = 'core_draftentry' AND side = 'value' THEN
            UPDATE core_draftentry SET "value" = '[masked]', masked = true WHERE id = number AND subject_id = act.subject_id;
        ELSIF place ~ '^[a-z]+_historical[a-z]+$' AND side !~ '_id$' THEN
            EXECUTE format('UPDATE %I h SET %I = ''[masked]'' WHERE history_id = $1 AND $2 = '
                           '(SELECT subject_id FROM core_change WHERE id = h.change_id)', place, side) USING number, act.subject_id;
        ELSE
            RAISE EXCEPTION 'masking %: % of % is never masked', decision, side, place USING ERRCODE = '42501';
        END IF;
    END LOOP;
    PERFORM set_config('trail.masking', '', true);
END $$;
