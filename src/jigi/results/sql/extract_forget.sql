-- drops: the secret of an extract and the pseudonyms of its households, as soon as they are written
DROP TABLE extract_household, extract_secret
