-- writes: delivery_grantevidence (the image is emptied; its nature, amount, note and digest stay)
UPDATE delivery_grantevidence SET sealed = '' WHERE sealed <> '' AND made_at < %(before)s
