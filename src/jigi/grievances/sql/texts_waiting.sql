-- reads: messaging_inbound that asked neither to stop nor to resume, grievances_arrival: what nobody has looked at yet
SELECT own.id FROM messaging_inbound AS own
WHERE own.did = '' AND own.text_sealed <> ''
    AND NOT EXISTS (SELECT FROM grievances_arrival AS known WHERE known.inbound_id = own.id)
ORDER BY own.id LIMIT %(most)s
