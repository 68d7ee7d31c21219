-- A person who is screened again. Put in place by the owner role; the runtime role may only run into it.

-- At insert: the casebook before belongs to the same site, its person left alive and before any treatment of the trial.
-- That a casebook has one successor at most is a constraint of the table; that it is never changed, trail_identity says.
CREATE OR REPLACE FUNCTION trail_may_be_screened_again() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    former core_subject%ROWTYPE;
BEGIN
    IF NEW.previous_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT * INTO former FROM core_subject WHERE number = NEW.previous_id;
    IF former.site_id IS DISTINCT FROM NEW.site_id THEN
        RAISE EXCEPTION 'subject %: % is of another site', NEW.number, NEW.previous_id USING ERRCODE = '42501';
    END IF;
    IF COALESCE(former.lymphodepletion_on, former.infusion_on, former.second_infusion_on, former.died_on) IS NOT NULL
       OR COALESCE(former.completed_on, former.lost_on, former.withdrawn_on, former.screen_failed_on) IS NULL THEN
        RAISE EXCEPTION 'subject %: % was treated, died, or still takes part', NEW.number, NEW.previous_id
            USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;
