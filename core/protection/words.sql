-- The search index of the trail. Change records and events only ever grow, so a stretch of consecutive numbers that is settled never
-- changes: for each mark its records bear (a site, a person, a field, a word of the reason) it is kept which of them do.
-- core/trail_search.py reads it and looks at every record itself before it shows it.

-- Words as they are found: English ones by their stem, Chinese by character and by pair of neighbours.
CREATE OR REPLACE FUNCTION trail_words(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.english', regexp_replace(said, '[\u2010-\u206f\u3000-\u9fff\uff00-\uffef]+', ' ', 'g')) || COALESCE((
        SELECT array_to_tsvector(array_agg(substr(run[1], place, length)))
        FROM regexp_matches(said, '[\u3400-\u9fff]+', 'g') AS run, generate_series(1, char_length(run[1])) AS place,
             generate_series(1, LEAST(2, char_length(run[1]) - place + 1)) AS length), '')
$$;

-- Every mark of some change records. An item's missing reason and its verification go by the item's own name.
CREATE OR REPLACE FUNCTION trail_marks(first_number bigint, last_number bigint) RETURNS TABLE (number bigint, mark text)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    WITH item AS (
        SELECT i.change_id AS number, i.table_name, i.field, c.actor_id, q.form_code, q."group", q.field AS asked,
               regexp_replace(i.field, '^(missing|verified)\.', '') AS name,
               i.system_rule <> '' OR c.role = '' OR e.role IS NOT DISTINCT FROM ''
                   OR i.table_name = 'core_query' AND q.side = 'SYSTEM' AS by_system
        FROM core_changeitem i JOIN core_change c ON c.id = i.change_id
        LEFT JOIN core_queryevent e ON i.table_name = 'core_queryevent' AND e.id = i.row_id
        LEFT JOIN core_query q ON q.id = CASE i.table_name WHEN 'core_query' THEN i.row_id ELSE e.query_id END
        WHERE i.change_id BETWEEN first_number AND last_number
    )
    SELECT c.id, each.mark FROM core_change c, LATERAL (
        SELECT unnest(ARRAY[
            'site:' || c.site_id, 'subject:' || c.subject_id, 'visit:' || split_part(c.visit_name, '-', 1),
            'form:' || c.form_code, 'role:' || c.role, 'kind:' || c.kind,
            CASE WHEN c.after_verification THEN 'after:verification' END,
            CASE WHEN c.after_signature THEN 'after:signature' END,
            CASE WHEN c.query_id IS NOT NULL AND c.kind <> 'QUERY' THEN 'because:query' END])
        UNION ALL SELECT 'word:' || left(word, 120) FROM unnest(tsvector_to_array(trail_words(c.reason))) AS word
    ) AS each (mark) WHERE c.id BETWEEN first_number AND last_number AND each.mark IS NOT NULL
    UNION SELECT item.number, each.mark FROM item, LATERAL (VALUES
        (CASE WHEN by_system THEN 'by:system' ELSE 'by:' || actor_id END),
        (CASE WHEN by_system THEN 'system:' ELSE 'own:' END || table_name || '.' || name),
        (CASE WHEN field = 'voided' THEN 'kind:VOID' END)
    ) AS each (mark) WHERE each.mark IS NOT NULL
    UNION SELECT number, 'asked:' || form_code || '.' || "group" || '.' || asked FROM item WHERE asked IS NOT NULL
$$;

-- Every mark of some events.
CREATE OR REPLACE FUNCTION trail_event_marks(first_number bigint, last_number bigint)
RETURNS TABLE (number bigint, mark text) LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT e.seq, each.mark FROM accounts_event e, LATERAL (
        SELECT unnest(ARRAY['kind:' || e.kind, 'by:' || e.actor_id, 'role:' || e.role, 'subject:' || e.subject,
                            'site:' || e.site_id, CASE WHEN e.site_id IS NULL THEN 'abroad:' || e.actor_id END])
        UNION ALL SELECT 'word:' || left(word, 120) FROM unnest(tsvector_to_array(trail_words(e.reason))) AS word
    ) AS each (mark) WHERE e.seq BETWEEN first_number AND last_number AND each.mark IS NOT NULL
$$;

-- 8192 bits of which these are set, the lowest of each byte first.
CREATE OR REPLACE FUNCTION trail_bits(places integer[]) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    bits bytea := decode(repeat('00', 1024), 'hex');
    place integer;
BEGIN
    FOREACH place IN ARRAY places LOOP
        bits := set_bit(bits, place, 1);
    END LOOP;
    RETURN bits;
END $$;

-- Write one stretch anew, with what is settled up to a number. Once full it is written no more, but where a reason was
-- masked. The stretches of events are counted from 2^30.
CREATE OR REPLACE FUNCTION trail_index_segment(stretch integer, settled bigint) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    of_events boolean := stretch >= 1073741824;
    first_number bigint := (stretch % 1073741824) * 8192::bigint;
    last_number bigint := LEAST(first_number + 8191, settled);
BEGIN
    DELETE FROM core_trailmark WHERE segment = stretch;
    INSERT INTO core_trailmark (mark, segment, places)
        WITH marked AS (
            SELECT * FROM trail_marks(first_number, last_number) WHERE NOT of_events
            UNION ALL SELECT * FROM trail_event_marks(first_number, last_number) WHERE of_events
        ), placed AS (SELECT mark, (number - first_number)::integer AS place FROM marked)
        SELECT mark, stretch, CASE WHEN count(*) < 512
               THEN string_agg(int2send(place::int2), ''::bytea ORDER BY place) ELSE trail_bits(array_agg(place)) END
        FROM placed GROUP BY mark;
    INSERT INTO core_trailsegment (number, until, first_at, last_at)
        SELECT stretch, last_number, min(at), max(at) FROM (
            SELECT at FROM core_change WHERE NOT of_events AND id BETWEEN first_number AND last_number
            UNION ALL SELECT at FROM accounts_event WHERE of_events AND seq BETWEEN first_number AND last_number) AS stamped
        ON CONFLICT (number) DO UPDATE
        SET until = EXCLUDED.until, first_at = EXCLUDED.first_at, last_at = EXCLUDED.last_at;
END $$;

-- Take in what is settled: who drew a number of a change record holds its sequence until the transaction ends, so the
-- records up to the last one seen are settled once all who held it then are gone. Gives how many numbers were taken in;
-- 0 where less than `fewest` wait, or where another does this already, or where somebody takes too long.
CREATE OR REPLACE FUNCTION trail_index(fewest integer, most integer) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    sequence oid := pg_get_serial_sequence('core_change', 'id')::regclass;
    known bigint := COALESCE((SELECT max(until) FROM core_trailsegment WHERE number < 1073741824), -1);
    settled bigint := (SELECT max(id) FROM core_change);
    waiting text[] := ARRAY(SELECT virtualtransaction FROM pg_locks WHERE relation = sequence
                            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                            AND pid <> pg_backend_pid());
    began timestamptz := clock_timestamp();
BEGIN
    IF settled IS NULL OR settled - known < fewest OR NOT pg_try_advisory_xact_lock(4713) THEN
        RETURN 0;
    END IF;
    WHILE EXISTS (SELECT FROM pg_locks WHERE relation = sequence AND virtualtransaction = ANY (waiting)) LOOP
        IF clock_timestamp() - began > interval '5 seconds' THEN
            RETURN 0;
        END IF;
        PERFORM pg_sleep(0.02);
    END LOOP;
    settled := LEAST(settled, ((known + 1) / 8192 + most) * 8192 - 1);
    FOR stretch IN (known + 1) / 8192 .. settled / 8192 LOOP
        PERFORM trail_index_segment(stretch, settled);
    END LOOP;
    RETURN settled - known;
END $$;

-- The same for events: their numbers are drawn under the lock of their chain's head, so all that are seen are settled.
CREATE OR REPLACE FUNCTION trail_index_events(fewest integer, most integer) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known bigint := COALESCE((SELECT max(until) FROM core_trailsegment WHERE number >= 1073741824), -1);
    settled bigint := (SELECT max(seq) FROM accounts_event);
BEGIN
    IF settled IS NULL OR settled - known < fewest OR NOT pg_try_advisory_xact_lock(4713) THEN
        RETURN 0;
    END IF;
    settled := LEAST(settled, ((known + 1) / 8192 + most) * 8192 - 1);
    FOR stretch IN (known + 1) / 8192 .. settled / 8192 LOOP
        PERFORM trail_index_segment((stretch + 1073741824)::integer, settled);
    END LOOP;
    RETURN settled - known;
END $$;

-- After the reason of a record was masked: its words are marks no more.
CREATE OR REPLACE FUNCTION trail_index_again(change bigint) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known bigint := (SELECT until FROM core_trailsegment WHERE number = change / 8192);
BEGIN
    IF known >= change THEN
        PERFORM trail_index_segment((change / 8192)::integer, known);
    END IF;
END $$;
