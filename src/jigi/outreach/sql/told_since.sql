-- writes: outreach_switch.told_until of notices that were on before it was kept: the last days alone are looked at again
UPDATE outreach_switch SET told_until = now() - interval '7 days'
WHERE ended_at IS NULL AND told_until IS NULL AND since < now() - interval '7 days'
