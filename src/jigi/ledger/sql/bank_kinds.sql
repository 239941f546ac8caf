-- writes: the constraint of ledger_posting on its kinds, widened by the operations of a bank, whatever it held before
DO $$
DECLARE
    before text;
BEGIN
    SELECT pg_get_expr(conbin, conrelid) INTO STRICT before FROM pg_constraint
    WHERE conname = 'posting_kind_known' AND conrelid = 'ledger_posting'::regclass;
    ALTER TABLE ledger_posting DROP CONSTRAINT posting_kind_known;
    EXECUTE format('ALTER TABLE ledger_posting ADD CONSTRAINT posting_kind_known CHECK (%s OR kind = ''bank'')', before);
END $$
