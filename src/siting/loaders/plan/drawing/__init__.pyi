from .layers import read_drawing as read_drawing
from .measure import measured as measured
from .measure import sum_of_homes as sum_of_homes
from .one_file import from_geojson as from_geojson
from .one_file import from_geopackage as from_geopackage
