-- writes: payments_duetaken, payments_termwithheld: a round that is sent back or cancelled takes, withholds and gives nothing
WITH let_go AS (
    DELETE FROM payments_duetaken WHERE payment_round_id = %(round)s
), unapplied AS (
    DELETE FROM payments_termwithheld WHERE payment_round_id = %(round)s
)
UPDATE payments_termwithheld SET restored_round_id = NULL WHERE restored_round_id = %(round)s
