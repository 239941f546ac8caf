-- reads: payments_paymentround, programmes_component; the term rounds of other programmes with a list, that share the
-- purpose and the period of one round, made before it
SELECT other.id
FROM payments_paymentround AS own
JOIN programmes_component AS mine ON mine.id = own.component_id
JOIN payments_paymentround AS other ON other.purpose = own.purpose AND other.kind = 'term'
    AND other.covers_from <= own.covers_until AND other.covers_until >= own.covers_from
    AND other.status NOT IN ('draft', 'cancelled')
    AND other.prepared_at < coalesce(own.prepared_at, 'infinity')
JOIN programmes_component AS theirs ON theirs.id = other.component_id AND theirs.programme_id <> mine.programme_id
WHERE own.id = %(round)s AND own.kind = 'term'
ORDER BY other.id
