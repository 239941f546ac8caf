-- creates: the guards of foundation_auditseal; both guards of the audit stand for replicas' sessions too
CREATE TRIGGER seals_never_change BEFORE UPDATE OR DELETE ON foundation_auditseal
    FOR EACH ROW EXECUTE FUNCTION jigi_refuse_change();
CREATE TRIGGER seals_never_truncated BEFORE TRUNCATE ON foundation_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION jigi_refuse_change();
ALTER TABLE foundation_auditseal ENABLE ALWAYS TRIGGER seals_never_change;
ALTER TABLE foundation_auditseal ENABLE ALWAYS TRIGGER seals_never_truncated;
ALTER TABLE foundation_auditevent ENABLE ALWAYS TRIGGER audit_never_changes;
ALTER TABLE foundation_auditevent ENABLE ALWAYS TRIGGER audit_never_truncated;
-- Slices of it are read one row after another.
ALTER TABLE foundation_auditseal ALTER COLUMN marks SET STORAGE EXTERNAL;
ALTER TABLE foundation_auditevent ALTER COLUMN subjects SET DEFAULT '{}';
