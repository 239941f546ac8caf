-- reads: the lines of a grid (numbers, marks), delivery_worker; writes: delivery_sheetline
INSERT INTO delivery_sheetline (entry_id, contract_id, worker_id, marks)
SELECT %(entry)s, worker.contract_id, worker.id, line.marks
FROM unnest(%(numbers)s::integer[], %(marks)s::text[]) AS line (number, marks)
JOIN delivery_worker AS worker ON worker.crew_id = %(crew)s AND worker.number = line.number
ORDER BY worker.number
