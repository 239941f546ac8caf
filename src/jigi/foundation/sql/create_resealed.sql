-- creates: resealed (temporary), the rows of one batch of a rotation: what they began with, what they will hold
DROP TABLE IF EXISTS resealed;
CREATE TEMPORARY TABLE resealed (key bigint, old_start bytea, sealed bytea) ON COMMIT DROP
