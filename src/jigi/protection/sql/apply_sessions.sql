-- writes: django_session (those that have expired are deleted)
DELETE FROM django_session WHERE expire_date < %(before)s
