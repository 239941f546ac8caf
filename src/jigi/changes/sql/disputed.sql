-- reads: changes_changerequest, changes_changeitem; the open requests of a file that another open request of the household
-- meets: on a fact of a member, or because one of the two changes the household as a whole
SELECT DISTINCT mine.id
FROM changes_changerequest AS mine
CROSS JOIN LATERAL (VALUES (mine.household_id), (mine.other_id)) AS concerned (household_id)
JOIN changes_changerequest AS other
    ON (other.household_id = concerned.household_id OR other.other_id = concerned.household_id) AND other.id <> mine.id
        AND other.status = ANY (%(open)s)
WHERE mine.bulk_id = %(bulk)s AND mine.status = ANY (%(open)s)
    AND (mine.kind = ANY (%(whole)s) OR other.kind = ANY (%(whole)s) OR EXISTS (
        SELECT FROM changes_changeitem AS one
        JOIN changes_changeitem AS two ON two.request_id = other.id AND two.person_id IS NOT DISTINCT FROM one.person_id
            AND coalesce(%(same)s ->> two.code, two.code) = coalesce(%(same)s ->> one.code, one.code)
        WHERE one.request_id = mine.id
    ))
