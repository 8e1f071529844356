from .places import CACHE_FOLDER as CACHE_FOLDER
from .places import read_graph as read_graph
from .places import read_place as read_place
