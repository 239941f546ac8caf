-- reads: delivery_grantevidence; counts the images attached before the rule allows
SELECT count(*) AS rows FROM delivery_grantevidence WHERE sealed <> '' AND made_at < %(before)s
