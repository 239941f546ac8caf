-- writes: enrolment_enrolment, every one of a component that has not ended, suspended ones too
UPDATE enrolment_enrolment SET status = 'exited', exited_at = now(), exit_reason = %(reason)s
WHERE component_id = %(component)s AND status <> 'exited'
