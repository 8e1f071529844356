from .max_flow import FAR as FAR
from .max_flow import push_maximum_flow as push_maximum_flow
from .max_flow import sort_within as sort_within
from .points import build_point_grid as build_point_grid
from .points import lower_by_points as lower_by_points
from .points import nearest_points as nearest_points
