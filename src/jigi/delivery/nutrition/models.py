"""The tables of the package: stock, census, distributions, and care."""

from jigi.delivery.nutrition.census_models import CensusEntry as CensusEntry
from jigi.delivery.nutrition.census_models import CensusHealth as CensusHealth
from jigi.delivery.nutrition.census_models import CookingDemonstration as CookingDemonstration
from jigi.delivery.nutrition.census_models import Screening as Screening
from jigi.delivery.nutrition.giving_models import Distribution as Distribution
from jigi.delivery.nutrition.giving_models import DistributionLine as DistributionLine
from jigi.delivery.nutrition.giving_models import DistributionStop as DistributionStop
from jigi.delivery.nutrition.giving_models import Handout as Handout
from jigi.delivery.nutrition.stock_models import Category as Category
from jigi.delivery.nutrition.stock_models import Lot as Lot
from jigi.delivery.nutrition.stock_models import Product as Product
from jigi.delivery.nutrition.stock_models import Ration as Ration
from jigi.delivery.nutrition.stock_models import RationScale as RationScale
from jigi.delivery.nutrition.stock_models import StockAct as StockAct
from jigi.delivery.nutrition.stock_models import StockBalance as StockBalance
from jigi.delivery.nutrition.stock_models import StockCheck as StockCheck
from jigi.delivery.nutrition.stock_models import StockMovement as StockMovement
from jigi.delivery.nutrition.stock_models import StockPlace as StockPlace
