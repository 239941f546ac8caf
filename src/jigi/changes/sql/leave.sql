-- writes: changes_changerequest (why requests that an approval came upon were left as they are)
UPDATE changes_changerequest AS request SET left_because = told.why
FROM unnest(%(numbers)s::bigint[], %(whys)s::text[]) AS told (id, why)
WHERE request.id = told.id AND request.status = 'submitted'
