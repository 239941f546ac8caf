-- reads: payments_instruction, programmes_agencycommune; for each agency that serves a component,
-- the most orders of any component that it paid on one day
SELECT agency_id, max(households) AS households FROM (
    SELECT paid.agency_id, paid.settled_on, count(*) AS households
    FROM payments_instruction AS paid
    WHERE paid.status = 'paid' AND paid.agency_id IN (
        SELECT agency_id FROM programmes_agencycommune WHERE component_id = %(component)s)
    GROUP BY paid.agency_id, paid.settled_on
) AS days GROUP BY agency_id
