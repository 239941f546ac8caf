-- reads: stage_member, stage_household; creates: stage_roster (per interview: counts, head, digest of the members)
CREATE TEMP TABLE stage_roster AS
SELECT m.key,
    count(*) AS size,
    count(*) FILTER (WHERE m.relation = 'head') AS heads,
    count(*) FILTER (WHERE m.role = 'recipient') AS recipients,
    -- A bit for each unit that has a recipient: counting distinct values would sort every household's rows.
    bit_count(bit_or(1 << coalesce(m.unit, 1)) FILTER (WHERE m.role = 'recipient')::bit(32)) AS units_with_recipient,
    min(m.line) AS first_line,
    max(m.line) FILTER (WHERE m.relation = 'head') AS head_line,
    max(m.line) FILTER (WHERE m.role = 'recipient') AS recipient_line,
    min(m.given_names || ' ' || m.surname) FILTER (WHERE m.relation = 'head') AS head_name,
    min(m.sex) FILTER (WHERE m.relation = 'head') AS head_sex,
    min((h.collected_on - m.birth_date) / 365.25) FILTER (WHERE m.relation = 'head') AS head_age,
    count(*) FILTER (WHERE m.relation = 'spouse') AS wives,
    count(m.birth_date) AS aged,
    count(*) FILTER (WHERE h.collected_on - m.birth_date < 1826) AS children_under_5,
    count(*) FILTER (WHERE h.collected_on - m.birth_date < 5479) AS children_under_15,
    sum(m.digest) AS digest
FROM stage_member AS m
JOIN stage_household AS h ON h.key = m.key AND h.line = h.first_line
GROUP BY m.key
