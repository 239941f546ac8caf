-- writes: targeting_listedhousehold and targeting_leftout, without what the register had listed of one campaign
WITH forgotten AS (
    DELETE FROM targeting_leftout WHERE targeting_round_id = %(round)s
)
DELETE FROM targeting_listedhousehold WHERE targeting_round_id = %(round)s AND file_name = %(origin)s
