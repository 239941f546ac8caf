"""The tables of complaints: cases (case_models.py), what came by itself (arrival_models.py), acts (act_models.py)."""

from __future__ import annotations

from jigi.grievances.act_models import Act as Act
from jigi.grievances.arrival_models import Arrival as Arrival
from jigi.grievances.arrival_models import ArrivalFault as ArrivalFault
from jigi.grievances.arrival_models import Recording as Recording
from jigi.grievances.case_models import UNATTENDED as UNATTENDED
from jigi.grievances.case_models import Case as Case
from jigi.grievances.case_models import CaseFile as CaseFile
from jigi.grievances.case_models import CaseHousehold as CaseHousehold
from jigi.grievances.case_models import CasePayment as CasePayment
from jigi.grievances.case_models import Category as Category
from jigi.grievances.case_models import Deadline as Deadline
from jigi.grievances.case_models import Event as Event
from jigi.grievances.case_models import Holiday as Holiday
from jigi.grievances.case_models import Reading as Reading
