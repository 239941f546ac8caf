-- creates foundation_cache: the table of Django's database cache (limits, codes already used), seen by every process
CREATE TABLE foundation_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX foundation_cache_expires ON foundation_cache (expires);
