-- reads: stage_interview, stage_person or stage_enumerator; writes: intake_checkcount (a statistic of checks.toml)
INSERT INTO intake_checkcount (batch_id, code, title, about, severity, examined, concerned)
SELECT %(batch)s, %(code)s, %(title)s, %(about)s, 'statistic', count(*), count(*) FILTER (WHERE {when}) FROM {stage}
