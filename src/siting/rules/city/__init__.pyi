from .costs import CityCosts as CityCosts
from .costs import Costs as Costs
from .distance import evaluate_distance as evaluate_distance
from .evaluate import evaluate_city as evaluate_city
from .evaluate import with_conditions as with_conditions
from .findings import FindingBlock as FindingBlock
from .findings import Verdict as Verdict
from .model import City as City
