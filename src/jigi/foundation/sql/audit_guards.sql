-- reads: pg_trigger; how many of the four triggers that keep the audit from changing are there, and on
SELECT count(*) AS guards FROM pg_trigger
WHERE tgrelid IN ('foundation_auditevent'::regclass, 'foundation_auditseal'::regclass) AND tgenabled IN ('O', 'A')
    AND tgfoid = 'jigi_refuse_change'::regproc AND tgtype IN (27, 34)
