-- reads: stage_household, stage_roster, registry_household; writes: stage_problem (nobody, no head, two heads,
-- two recipients, a crowd, another content than the register's)
INSERT INTO stage_problem (of_member, line, key, column_name, value, severity, code, message, remedy)
SELECT found.of_member, found.line, h.key, found.column_name, found.value, found.severity, found.code,
    found.message, found.remedy
FROM stage_household AS h
LEFT JOIN stage_roster AS r USING (key)
LEFT JOIN registry_household AS known ON known.id = h.known_id
CROSS JOIN LATERAL (VALUES
    (r.key IS NULL, false, h.line, %(key_column)s, h.key, 'error', 'no_members',
        'Aucun membre ne porte ce numéro de fiche', 'Ajoutez ses membres, ou corrigez le numéro'),
    (r.heads = 0, true, r.first_line, %(relation_column)s, '', 'error', 'no_head',
        'Aucun membre n’est chef de ménage', 'Désignez le chef parmi les membres'),
    (r.heads > 1, true, r.head_line, %(relation_column)s, '', 'error', 'two_heads',
        'Le ménage a ' || r.heads || ' chefs', 'Gardez-en un seul'),
    (r.recipients > r.units_with_recipient, true, r.recipient_line, %(role_column)s, '', 'error', 'two_recipients',
        'Le ménage a ' || r.recipients || ' allocataires pour ' || r.units_with_recipient || ' unité(s)',
        'Gardez-en un seul par unité'),
    (r.size > 200, false, h.line, %(key_column)s, h.key, 'error', 'too_many_members',
        'La fiche a ' || r.size || ' membres', 'Vérifiez que des fiches ne portent pas le même numéro'),
    (h.household_size <> r.size, false, h.line, %(household_size_column)s, h.household_size::text, 'warning', 'size',
        'La fiche dit ' || h.household_size || ' personnes, le fichier des membres en donne ' || r.size,
        'Vérifiez la liste des membres'),
    (known.content_hash <> decode(md5(h.digest || ':' || r.digest), 'hex'), false, h.line, %(key_column)s, h.key,
        'error', 'changed', 'Cette fiche est déjà au registre avec un autre contenu (ménage '
            || known.rsu_number || ')',
        'Rien n’est écrasé : corrigez le numéro de fiche, ou mettez le ménage à jour dans le registre')
) AS found (wrong, of_member, line, column_name, value, severity, code, message, remedy)
WHERE found.wrong AND h.line = h.first_line
