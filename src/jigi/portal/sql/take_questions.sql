-- writes: portal_question; the oldest questions, forgotten as they are taken: once when they are the same
WITH taken AS (
    DELETE FROM portal_question WHERE id IN (SELECT id FROM portal_question ORDER BY id LIMIT %(most)s)
    RETURNING asks, number, phone_index
)
SELECT DISTINCT asks, number, phone_index FROM taken
