-- reads: the sequence of foundation_auditevent; the last number it has given
SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('foundation_auditevent', 'id')::regclass), 0) AS ceiling
