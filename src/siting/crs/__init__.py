"""Coordinate systems: what a layer is in, where it therefore lies, and in what to measure."""

from siting.crs.chinese_offsets import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    in_offset_box,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from siting.crs.coordinates import Axes, place
from siting.crs.datum_fit import DatumFit, check_datum, datum_fit
from siting.crs.declared import READINGS, Reading, SourceCRS, crs_label, parse_crs
from siting.crs.metric import check_metric_crs, choose_metric_crs, lonlat_bounds, to_metric
from siting.crs.transformers import transformer_between

__all__ = [
    "READINGS",
    "Axes",
    "DatumFit",
    "Reading",
    "SourceCRS",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "check_datum",
    "check_metric_crs",
    "choose_metric_crs",
    "crs_label",
    "datum_fit",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "in_offset_box",
    "lonlat_bounds",
    "parse_crs",
    "place",
    "to_metric",
    "transformer_between",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]
