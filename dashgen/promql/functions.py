"""What Prometheus offers, by version: functions with their arguments, aggregations, and pieces of syntax."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

Type = Literal["vector", "matrix", "scalar", "text", "any"]
"""``any``: a variable of Grafana, which may become anything."""
Release = tuple[int, int]
_TYPES: dict[str, Type] = {"v": "vector", "m": "matrix", "s": "scalar", "t": "text"}

_FUNCTIONS = """
abs absent ceil exp floor histogram_quantile:sv ln log2 log10 scalar:v>s sort sort_desc sqrt timestamp vector:s  2.0
round:vs? clamp_max:vs clamp_min:vs label_replace:vtttt label_join:vttt* time:>s  2.0
day_of_month:v? day_of_week:v? days_in_month:v? hour:v? minute:v? month:v? year:v?  2.0
avg_over_time:m changes:m count_over_time:m delta:m deriv:m idelta:m increase:m irate:m max_over_time:m  2.0
min_over_time:m predict_linear:ms quantile_over_time:sm rate:m resets:m stddev_over_time:m stdvar_over_time:m  2.0
sum_over_time:m  2.0
holt_winters:mss  2.0 -3.0
absent_over_time:m  2.16
clamp:vss last_over_time:m sgn  2.26
present_over_time:m  2.29
acos acosh asin asinh atan atanh cos cosh deg pi:>s rad sin sinh tan tanh  2.31
day_of_year:v?  2.35
histogram_count histogram_fraction:ssv histogram_sum  2.40
histogram_stddev histogram_stdvar  2.46
mad_over_time:m  2.49 !
sort_by_label:vt* sort_by_label_desc:vt*  2.50 !
histogram_avg  2.51
double_exponential_smoothing:mss info:vv?  3.0 !
ts_of_last_over_time:m ts_of_max_over_time:m ts_of_min_over_time:m  3.5 !
first_over_time:m  3.7 !3.14
ts_of_first_over_time:m  3.7 !
histogram_quantiles:vts*  3.11 !
end:>s range:>s start:>s step:>s  3.12 !
max_of:ss min_of:ss  3.13 !
start_timestamp  3.14 !
integral:ms?  3.16 !
"""
"""``name:arguments>result`` of many, the release that brought them, ``!`` with the flag for experimental functions
(until a release), ``-`` the release that took them away. Left out: one vector, and a vector as result; ``?`` is an
argument that may be missing, ``*`` one that may be repeated."""

_AGGREGATIONS = """
avg count max min stddev stdvar sum      2.0
bottomk:s count_values:t quantile:s topk:s 2.0
group                                    2.20
limit_ratio:s limitk:s                   2.54 !
"""

FUNCTIONS_FLAG = "promql-experimental-functions"


@dataclass(frozen=True, slots=True)
class Since:
    """When something is there: from ``first``, without ``flag`` from ``stable`` (None: not yet), until ``removed``."""

    first: Release
    flag: str = ""
    stable: Release | None = None
    removed: Release | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """``arguments`` are those that may be given, of which the last ``optional`` need not; None for any number more."""

    name: str
    arguments: tuple[Type, ...]
    result: Type
    since: Since
    optional: int | None = 0


SYNTAX = {
    "subquery": Since((2, 7)),
    "a duration of several units": Since((2, 21)),
    "`atan2`": Since((2, 31)),
    "`@`": Since((2, 33)),
    "a negative offset": Since((2, 33)),
    "an underscore in a number": Since((2, 49)),
    "a range or offset in seconds without a unit": Since((2, 54)),
    "a duration as a number": Since((2, 54)),
    "a quoted name of a series or label": Since((3, 0)),
    "a duration that is calculated": Since((3, 4), "promql-duration-expr", (3, 14)),
    "`anchored`": Since((3, 7), "promql-extended-range-selectors", (3, 16)),
    "`smoothed`": Since((3, 7), "promql-extended-range-selectors", (3, 16)),
    "`fill`": Since((3, 10), "promql-binop-fill-modifiers"),
}
"""Pieces of syntax, as messages call them."""

_METRICSQL = """
aggr_over_time alias any ascent_over_time avg_value bitmap_and bitmap_or bitmap_xor bottomk_avg bottomk_last
bottomk_max bottomk_median bottomk_min buckets_limit changes_prometheus count_eq_over_time count_gt_over_time
count_le_over_time count_ne_over_time count_values_over_time decreases_over_time default_rollup delta_prometheus
deriv_fast descent_over_time distinct distinct_over_time drop_common_labels drop_empty_series duration_over_time
geomean geomean_over_time histogram histogram_over_time histogram_share hmac hoeffding_bound_lower
hoeffding_bound_upper ideriv increase_prometheus increase_pure increases_over_time integrate interpolate
iqr_over_time keep_last_value keep_next_value label_copy label_del label_graphite_group label_keep label_lowercase
label_map label_match label_mismatch label_move label_set label_transform label_uppercase label_value labels_equal
lag lifetime limit_offset mad median median_over_time mode mode_over_time now outlier_iqr_over_time outliers_iqr
outliers_mad outliersk prometheus_buckets quantiles quantiles_over_time ramp rand rand_exponential rand_normal
range_avg range_first range_last range_linear_regression range_mad range_max range_median range_min range_normalize
range_quantile range_stddev range_stdvar range_sum range_trim_outliers range_trim_spikes range_trim_zscore
range_zscore rate_over_sum rate_prometheus remove_resets rollup rollup_candlestick rollup_delta rollup_deriv
rollup_increase rollup_rate rollup_scrape_interval running_avg running_max running_min running_sum scrape_interval
share share_eq_over_time share_gt_over_time share_le_over_time smooth_exponential sort_by_label_numeric
stale_samples_over_time sum2 sum2_over_time sum_eq_over_time sum_gt_over_time sum_le_over_time tfirst_over_time
timestamp_with_name timezone_offset tlast_change_over_time tlast_over_time tmax_over_time tmin_over_time topk_avg
topk_last topk_max topk_median topk_min union vmrange_buckets zscore zscore_over_time
"""
METRICSQL = frozenset(_METRICSQL.split())
"""Functions and aggregations of VictoriaMetrics that Prometheus does not have."""


@cache
def functions() -> dict[str, Function]:
    """Every function there ever was, by name."""
    return {function.name: function for function in _read(_FUNCTIONS)}


@cache
def aggregations() -> dict[str, Function]:
    """Every aggregation; ``arguments`` has the parameter before the vector, if it takes one."""
    read = _read(_AGGREGATIONS)
    given = {
        each.name: each.arguments if each.arguments == ("vector",) else (*each.arguments, "vector") for each in read
    }
    return {each.name: Function(each.name, tuple(given[each.name]), "vector", each.since) for each in read}


def _read(table: str) -> list[Function]:
    found = []
    for line in filter(None, table.splitlines()):
        since: dict[str, str] = {}
        names = []
        for word in line.split():
            if word[0].isalpha():
                names.append(word)
            else:
                since["!" if word[0] == "!" else "-" if word[0] == "-" else ""] = word.lstrip("!-")
        flag = FUNCTIONS_FLAG if "!" in since else ""
        when = Since(_release(since[""]) or (2, 0), flag, _release(since.get("!", "")), _release(since.get("-", "")))
        found += [_function(name, when) for name in names]
    return found


def _function(written: str, since: Since) -> Function:
    name, colon, rest = written.partition(":")
    arguments, _, result = rest.partition(">")
    codes = arguments if colon else "v"
    optional = None if codes.endswith("*") else codes.count("?")
    types = tuple(_TYPES[code] for code in codes if code in _TYPES)
    return Function(name, types, _TYPES[result] if result else "vector", since, optional)


def _release(text: str) -> Release | None:
    if not text:
        return None
    major, minor = text.split(".")
    return int(major), int(minor)
