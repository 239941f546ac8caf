-- reads: registry_household, registry_membership, enrolment_enrolment, protection_datarequest; the households never enrolled,
-- not seen for long, of which nobody is asking anything
SELECT household.id FROM registry_household AS household
WHERE household.collected_on < %(before)s AND household.source_key NOT LIKE 'effacé:%%'
    AND NOT EXISTS (SELECT FROM enrolment_enrolment AS enrolled WHERE enrolled.household_id = household.id)
    AND NOT EXISTS (
        SELECT FROM registry_membership AS member
        JOIN enrolment_enrolment AS enrolled ON member.person_id IN (enrolled.recipient_id, enrolled.alternate_id)
        WHERE member.household_id = household.id AND enrolled.status <> 'exited')
    AND NOT EXISTS (
        SELECT FROM protection_datarequest AS asked
        WHERE asked.household_id = household.id AND asked.status IN ('received', 'accepted'))
