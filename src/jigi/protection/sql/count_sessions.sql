-- reads: django_session; counts those that have expired
SELECT count(*) AS rows FROM django_session WHERE expire_date < %(before)s
