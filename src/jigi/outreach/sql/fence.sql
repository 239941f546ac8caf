-- creates: the fences of campaigns: in one's places and programmes, or of the agency one works for
SELECT foundation_fence('outreach_campaign', 'messaging_reached(area_id, programme_code, organisation)');
SELECT foundation_fence('outreach_recipient', 'EXISTS (SELECT FROM outreach_campaign AS own WHERE own.id = campaign_id)')
