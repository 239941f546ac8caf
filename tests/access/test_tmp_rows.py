import pytest

from jigi.geography.roles import roles
from tests.access import matrix
from tests.access.world import make_world


@pytest.mark.django_db
def test_rows(tmp_path, monkeypatch):
    world = make_world(tmp_path)
    monkeypatch.setattr("django.conf.settings.FENCED", True)
    expected = matrix.read()
    for role in ("social_officer", "system_administrator"):
        row = matrix.row_of(roles()[role], world)
        old = expected[role]
        print(role, type(row))
        print(row)
        print(old)
