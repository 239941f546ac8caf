-- creates: stage_attendance, who came to which session as somebody said it; gone with the transaction
CREATE TEMPORARY TABLE stage_attendance (
    line integer, session_id bigint, household_id bigint, came text, sex text, mother boolean, consented boolean
) ON COMMIT DROP
