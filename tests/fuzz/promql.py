"""PromQL -> other text that is nearly PromQL, or was once."""

from __future__ import annotations

import random
from collections.abc import Callable

from dashgen.promql.tokens import tokens

VARIABLES = (
    "$x", "${x}", "${x:regex}", "[[x]]", "[[x:csv]]", "$__rate_interval", "$__interval", "${__from}", "$__range_s",
    "${", "$", "[[", "]]", "${x", "$$x", "$1x", "${x:}", "${:x}", "${x:raw:y}", "{{x}}", "{{ $labels.pod }}",
)  # fmt: skip
PIECES = (
    "(", ")", "{", "}", "[", "]", "[5m]", "[5m:]", "[5m:1m]", "[1h:$x]", "[:]", "[]", "()", "{}", "by (le)", "by()",
    "without (pod,)", "on()", "ignoring(a)", "group_left()", "group_right(a, b)", "bool", "offset 5m", "offset -1w",
    "offset", "@ 1", "@ end()", "@ start()", "@", "@ -0x1p3", "and", "or", "unless", "atan2", "+", "-", "*", "/", "%",
    "^", "==", "!=", "<", ">", "<=", ">=", "=", "=~", "!~", ",", ":", ";", "#", "# dashgen: ignore rate-on-gauge -- x",
    "\n", "\t", " ", "'", '"', "`", "\\", '"\\', "'\\'", '"\\u12"', '"\\xff\\777\\U0010FFFF"', "|", "|=", "&&", "!",
    "~", "?", "sum", "rate", "topk", "histogram_quantile", "label_replace", "count_values", "vector", "scalar", "time",
    "absent", "absent_over_time", "quantile_over_time", "increase", "group", "limitk", "info", "predict_linear",
    "vllm:num_requests_waiting", "vllm:e2e_request_latency_seconds_bucket", "DCGM_FI_DEV_GPU_UTIL", "up", "le", "job",
    "ALERTS", "__name__", "a:b:c", ":", "::", "_", "e", "inf", "NaN", "-Inf", "0x", "0x1F", "1e", "1e999", "1_000",
    "1__0", ".", "..", "5.", ".5", "5m", "1h30m", "5mm", "0s", "1y99w", "5", "0", "-0", "1e-400", "9" * 30,
    "9" * 400 + "m", "é", "ä_b", "\N{GREEK SMALL LETTER OMEGA}", "\N{ZERO WIDTH SPACE}", "\N{NO-BREAK SPACE}",
    "\N{FULLWIDTH LEFT PARENTHESIS}", "\0", "\ud800", "\U0001f525", "\u2028", "\x85", "\r", "\x7f", "٣", "²",
    "min_over_time", "step()", "range()", "min_of(5m, 1h)", "anchored", "smoothed", "fill(0)", "keep_metric_names",
    "default 0", "rollup_candlestick", "sort_by_label", "holt_winters", "if", "WITH (x = 1)",
)  # fmt: skip
REGEXES = (
    "(a*)*b", "(|||){30}\\b", "(?:(?:(?:|a){1000}){1000}){1000}", "((((((a{100}){100}){100}){100}){100}){100})",
    "(.*)" * 200, "(" * 300 + ")" * 300, "a{99999999999999999999}", "a{2,1}", "(?<=a)b", "(?!a)", "(?P<a>x)(?P<a>y)",
    "[[a]", "[", "[]", "[^]", "[a-", "[z-a]", "[[:alpha:]]+", "\\", "\\\\", "\\Q", "\\Q.\\E", "\\p{Greek}", "\\pL{900}",
    "\\C", "(?i)", "(?i", "(?i)a(?-i)", "a**", "+", "?", "*", "|", "||", "^$", "^^$$", ".", ".*", ".+", "(a|b)|", "x|",
    "\\d+\\.\\d+", "5..", "$x|${y:pipe}", "${x:regex}.*", "{", "}", "a{,5}", "\\x{10FFFF}", "\\u0041", "\\1", "(a)\\1",
)  # fmt: skip
MOST = 60_000
"""Characters of what a mutation makes; those above the limit of lint have cases of their own."""


def mutated(expr: str, others: list[str], dice: random.Random) -> str:
    """The expression after one to four changes."""
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3, 4))):
        expr = dice.choices(_CHANGES, _WEIGHTS)[0](expr, others, dice)[:MOST]
    return expr


def _words(expr: str) -> list[str]:
    return [token.text for token in tokens(expr)]


def _shuffle(expr: str, others: list[str], dice: random.Random) -> str:
    words = _words(expr)
    start = dice.randrange(len(words) + 1)
    part = words[start : start + dice.randrange(2, 12)]
    dice.shuffle(part)
    return "".join(words[:start] + part + words[start + len(part) :])


def _swap(expr: str, others: list[str], dice: random.Random) -> str:
    words = _words(expr)
    if len(words) > 1:
        one, other = dice.randrange(len(words)), dice.randrange(len(words))
        words[one], words[other] = words[other], words[one]
    return "".join(words)


def _replace(expr: str, others: list[str], dice: random.Random) -> str:
    words = _words(expr)
    if words:
        words[dice.randrange(len(words))] = dice.choice((*PIECES, *VARIABLES))
    return "".join(words)


def _delete(expr: str, others: list[str], dice: random.Random) -> str:
    words = _words(expr)
    start = dice.randrange(len(words) + 1)
    del words[start : start + dice.choice((1, 1, 2, 5))]
    return "".join(words)


def _insert(expr: str, others: list[str], dice: random.Random) -> str:
    words = _words(expr)
    piece = dice.choice((*PIECES, *VARIABLES))
    words.insert(dice.randrange(len(words) + 1), dice.choice((piece, f" {piece} ", piece * dice.choice((2, 3, 200)))))
    return "".join(words)


def _copy(expr: str, others: list[str], dice: random.Random) -> str:
    words = _words(expr)
    start = dice.randrange(len(words) + 1)
    part = words[start : start + dice.randrange(1, 8)]
    at = dice.randrange(len(words) + 1)
    return "".join(words[:at] + part * dice.choice((1, 1, 2, 50)) + words[at:])


def _graft(expr: str, others: list[str], dice: random.Random) -> str:
    """Part of one expression in place of a part of another."""
    words, other = _words(expr), _words(dice.choice(others))
    start, at = dice.randrange(len(other) + 1), dice.randrange(len(words) + 1)
    words[at : at + dice.randrange(4)] = other[start : start + dice.randrange(1, 30)]
    return "".join(words)


def _join(expr: str, others: list[str], dice: random.Random) -> str:
    """Two whole expressions, so that the result is PromQL more often than not."""
    operator = dice.choice(("+", "/", "*", "and", "or", "unless on(pod)", "> bool", "/ on(le) group_left", "^", "=="))
    return f"({expr}) {operator} ({dice.choice(others)})"


def _wrap(expr: str, others: list[str], dice: random.Random) -> str:
    before, after = dice.choice(
        (
            ("sum(", ")"), ("rate(", "[5m])"), ("sum by (le) (", ")"), ("histogram_quantile(0.9, ", ")"), ("(", ")"),
            ("max_over_time((", ")[1h:1m])"), ("absent(", ")"), ("-", ""), ("topk($x, ", ")"), ("", " offset 1w"),
            ("label_replace(", ', "a", "$1", "b", "(.*)")'), ("query_result(", ")"), ("label_values(", ", pod)"),
            ("", " @ end()"), ("(", ") or vector(0)"), ("clamp_min(", ", 1)"), ("", "[5m:]"), ("scalar(", ")"),
        )
    )  # fmt: skip
    times = dice.choice((1, 1, 1, 2, 5, 40, 120))
    return before * times + expr + after * times


def _chain(expr: str, others: list[str], dice: random.Random) -> str:
    """The same again and again."""
    operator = dice.choice((" + ", " or ", " and ", " ^ ", " / ", ", ", " == ", "-", " unless ", " atan2 ", ":"))
    times = dice.choice((3, 30, 99, 240, 260, 1500))
    return operator.join([expr] * max(2, min(times, MOST // (len(expr) + 1))))


def _nest(expr: str, others: list[str], dice: random.Random) -> str:
    opened, closed = dice.choice(
        (("(", ")"), ("{", "}"), ("[", "]"), ("sum(", ")"), ("-", ""), ("a(", ")"), ("'", "'"))
    )
    times = dice.choice((5, 99, 101, 3000, 20_000))
    return opened * times + expr + closed * dice.choice((times, times - 1, 0))


def _matcher(expr: str, others: list[str], dice: random.Random) -> str:
    """A label matcher with an odd value or an odd name somewhere."""
    quote = dice.choice("\"'`")
    value = dice.choice((*REGEXES, *VARIABLES, "", "x", "5..", "é", "\0", "\ud800", "a" * 5000, "0.5", "+Inf", "1e999"))
    if dice.random() < 0.7 and quote != "`":
        value = value.replace("\\", "\\\\")
    name = dice.choice(("le", "job", "pod", "__name__", "quantile", "a", "model_name", '"x.y"', "$x", "", "le le", "é"))
    matcher = f"{name}{dice.choice(('=', '!=', '=~', '!~', '==', ''))}{quote}{value}{quote}"
    at = expr.find("{", dice.randrange(len(expr) + 1))
    if at < 0:
        words = _words(expr)
        names = [index for index, word in enumerate(words) if word[:1].isalpha()]
        at = len("".join(words[: dice.choice(names) + 1])) if names else len(expr)
        return f"{expr[:at]}{{{matcher}}}{expr[at:]}"
    return f"{expr[: at + 1]}{matcher}{dice.choice((',', ', ', ''))}{expr[at + 1 :]}"


def _characters(expr: str, others: list[str], dice: random.Random) -> str:
    """Not by tokens: anything anywhere."""
    at = dice.randrange(len(expr) + 1)
    piece = dice.choice((*PIECES, *VARIABLES, chr(dice.randrange(0x20, 0x7F)), chr(dice.randrange(0x11_0000))))
    return expr[:at] + piece + expr[at + dice.choice((0, 1, 1, 3)) :]


def _cut(expr: str, others: list[str], dice: random.Random) -> str:
    at = dice.randrange(len(expr) + 1)
    return expr[:at] if dice.random() < 0.7 else expr[at:]


Change = Callable[[str, list[str], random.Random], str]
_TABLE: dict[Change, int] = {
    _shuffle: 8, _swap: 10, _replace: 14, _delete: 8, _insert: 12, _copy: 6, _graft: 12, _join: 8, _wrap: 8, _chain: 2,
    _nest: 1, _matcher: 10, _characters: 8, _cut: 3,
}  # fmt: skip
_CHANGES, _WEIGHTS = list(_TABLE), list(_TABLE.values())
