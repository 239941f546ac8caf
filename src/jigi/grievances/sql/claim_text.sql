-- reads: messaging_inbound, one message that nobody else holds; writes: grievances_arrival, once
INSERT INTO grievances_arrival (key, inbound_id, became)
SELECT 'sms:' || own.id, own.id, 'nothing' FROM messaging_inbound AS own
WHERE own.id = %(message)s AND own.did = '' AND own.text_sealed <> ''
FOR UPDATE SKIP LOCKED
ON CONFLICT DO NOTHING
RETURNING id
