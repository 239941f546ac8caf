-- writes: the constraint of ledger_posting on its kinds, as ledger.models.Posting.Kind names them
ALTER TABLE ledger_posting DROP CONSTRAINT posting_kind_known;
ALTER TABLE ledger_posting ADD CONSTRAINT posting_kind_known
    CHECK (kind IN ('grant', 'reserve', 'commit', 'pay', 'unpaid', 'reverse', 'refund', 'undo'))
