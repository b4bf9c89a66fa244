from __future__ import annotations

import pytest

from dashgen.errors import InputError
from dashgen.spec.load import load_specs
from dashgen.spec.messages import model_schema
from dashgen.spec.spec import Spec
from dashgen.spec.words import PATTERNS, branches, describe, example
from tests.spec.conftest import SMALLEST, marked

MANY_MISTAKES = """\
name: ../Chat Prod
profile: chatt
models:
  - name: gpt-4o
    route: clod
    pries: {input: 2.5}
  - name: gpt-4o
    route: cloud
    prices: {input: true}
sources:
  - kind: vllm
    selector: {job: {regex: 'a(?!b)'}, pod-name: x}
    honor_labels: yes
prometheus:
  scrape_interval: 30
  external_labels: {shard: 1}
alerts:
scrape_interval: 30s
targets: []
"""

GOLDEN = """\
chat.yaml:1:7: `name` is "../Chat Prod"
  expected: lower-case letters, digits and dashes, beginning and ending with a letter or digit, \
at most 40 characters (the service's name, part of every uid and file name)
  do this:  it becomes part of file names and addresses, so it is no path; write for example `chat-prod`
chat.yaml:2:10: `profile` is "chatt"
  expected: one of chat, autocomplete or a mapping with the keys ttft_p95 (required)
  do this:  write `chat`
chat.yaml:5:12: `models[0].route` is "clod"
  expected: one of cloud, local (where requests for the model go: a provider's cloud or our own GPUs)
  do this:  write `cloud`
chat.yaml:6:5: unknown key `pries` in `models[0]`
  expected: one of the keys name, aliases, route, engine, provider, context_limit, prices, serving, workload
  do this:  rename it to `prices`
chat.yaml:7:11: the name "gpt-4o" is already the name of another model (the other is at 4:11)
  expected: names and aliases that belong to one model each
  do this:  rename one of the two, or make them one model with aliases
chat.yaml:9:13: `output` is missing in `models[1].prices`
  expected: `output`, USD per million output tokens: a number of at least 0
  do this:  add for example `output: 10`
chat.yaml:9:21: `models[1].prices.input` is true
  expected: a number of at least 0 (USD per million input tokens)
  do this:  write for example `input: 2.5`
chat.yaml:12:29: the regular expression "a(?!b)" is not RE2: a negative lookahead `(?!`
  expected: an expression that Prometheus (RE2) accepts
  do this:  write it without, or split it into `regex` and a second source
chat.yaml:12:40: the key "pod-name" in `sources[0].selector`
  expected: a label name: letters, digits and underscores, no digit and no __ at the beginning, at most 128 characters
  do this:  rename it to `pod_name`
chat.yaml:13:19: `sources[0].honor_labels` is "yes"
  expected: true or false (the scrape job sets honorLabels, so the exporter's own pod labels win)
  do this:  write `true`
chat.yaml:15:20: `prometheus.scrape_interval` is 30
  expected: a duration: a number with a unit of ms, s, m, h, d or w, such as 500ms, 30s or 1h30m
  do this:  add the unit, for example `30s`
chat.yaml:16:28: `prometheus.external_labels.shard` is 1
  expected: text
  do this:  put it in quotes: "1"
chat.yaml:17:1: `alerts` is empty
  expected: a mapping with the keys ttft, cost, queue, gpu_memory, errors, spend, amortised, labels
  do this:  write a value, or remove the key
chat.yaml:18:1: unknown key `scrape_interval`
  expected: one of the keys name, title, team, profile, models, sources, prometheus, grafana, tempo, \
langfuse, revenue_usd_per_request, alerts, recording, lint, runbooks, rule_labels, namespace, hide, extend, targets
  do this:  move it to `prometheus`, where it belongs
chat.yaml:19:10: `targets` is an empty list
  expected: a list with at least one item, each text of 1 to 256 characters \
(formats to write; dashboards and rules when left out)
  do this:  add an item, or remove the key"""


def test_the_whole_message_of_a_spec_with_many_mistakes(write, monkeypatch, tmp_path):
    write(MANY_MISTAKES)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as error:
        load_specs([type(tmp_path)("chat.yaml")])
    assert str(error.value) == GOLDEN


def test_smallest_valid_spec(spec):
    assert spec(SMALLEST).models[0].price_list()[0].input == 2.5


@pytest.mark.parametrize(
    ("line", "found", "action"),
    [
        ("profile: {foo: 1}", ["`ttft_p95` is missing in `profile`", "unknown key `foo` in `profile`"], None),
        ("profile: [chat]", ["`profile` is a list of 1"], None),
        ("profile: {ttft_p95: 2}", ["`profile.ttft_p95` is 2"], "add the unit, for example `2s`"),
        ("profile:", ["`profile` is empty"], "write `profile: chat`, or remove the key"),
        ("tempo: {sampled: False}", ['`tempo.sampled` is "False"'], "write `false`"),
        ("prometheus: {for_: 1}", ["unknown key `for_` in `prometheus`"], None),
        ("alerts: {ttft: {for_: 5m}}", ["unknown key `for_` in `alerts.ttft`"], "rename it to `for`"),
        ("title: " + "x" * 300, ['`title` is 300 characters long: "' + "x" * 59 + '…"'], "shorten it by 44 characters"),
        ("retentoin: 3d", ["unknown key `retentoin`"], "move it to `prometheus` and rename it to `retention`"),
        ("revenue_usd_per_request: -1", ["`revenue_usd_per_request` is -1"], None),
        ("revenue_usd_per_request: .nan", ["`revenue_usd_per_request` is .nan"], None),
        ('title: "a\\e[31m\\u202e"\nteam: [1]', ["`team` is a list of 1"], None),
        ('"\\e[31mx": 1', ['unknown key `["\\x1b[31mx"]`'], "remove it, or use one of the keys above"),
        ("grafana: {url: grafana.example.com}", ['`grafana.url` is "grafana.example.com"'], None),
        ("rule_labels: {Profile: 1}", ["`rule_labels.Profile` is 1"], 'put it in quotes: "1"'),
        ("hide: cost/x", ['`hide` is "cost/x"'], 'write a list: `hide: ["cost/x"]`'),
        ("alerts: {gpu_memory: {threshold: 1.5}}", ["`alerts.gpu_memory.threshold` is 1.5"], None),
        ("prometheus: {version: 3.10}", [], None),
    ],
)
def test_wrong_values_and_keys(problems, line, found, action):
    reported = problems(SMALLEST + line + "\n")
    assert [problem.found for problem in reported] == found
    if action:
        assert reported[0].action == action
    assert all("pydantic" not in str(problem) and "nput should" not in str(problem) for problem in reported)


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("prices: {input: 1, output: 2, @@x: 1}", "unknown key `x` in `models[0].prices`"),
        ("prices: [@@{input: 1}]", "`output` is missing in `models[0].prices[0]`"),
        ("prices: @@5", "`models[0].prices` is 5"),
        ("prices: [@@5]", "`models[0].prices[0]` is 5"),
        ("prices: {input: 1, output: 2, from: @@20260101}", "`models[0].prices.from` is 20260101"),
        ("context_limit: @@2.5", "`models[0].context_limit` is 2.5"),
        ("context_limit: @@true", "`models[0].context_limit` is true"),
        ("workload: @@{namespace: a}", "`pods` is missing in `models[0].workload`"),
    ],
)
def test_positions_inside_a_model(problems, model, found):
    text, place = marked(SMALLEST.replace("prices: {input: 2.5, output: 10}", model))
    (problem,) = problems(text)
    assert ((problem.where.line, problem.where.column), problem.found) == (place, found)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("@@3", "`sources[0].selector.job` is 3"),
        ("@@[a]", "`sources[0].selector.job` is a list of 1"),
        ("@@{equals: a, regex: b}", "`sources[0].selector.job` has equals and regex"),
        ("{@@eqals: a}", "unknown key `eqals` in `sources[0].selector.job`"),
        ("@@{}", "`sources[0].selector.job` is an empty mapping"),
    ],
)
def test_selector_values(problems, value, found):
    text, place = marked(SMALLEST.replace("job: vllm", f"job: {value}"))
    (problem,) = problems(text)
    assert ((problem.where.line, problem.where.column), problem.found) == (place, found)
    assert problem.expected


def test_all_files_in_order_and_two_of_one_name(write):
    first = write(SMALLEST + "foo: 1\n", "a.yaml")
    second = write(SMALLEST.replace("route: cloud", "route: x"), "b.yaml")
    with pytest.raises(InputError) as error:
        load_specs([second, first])
    lines = [(problem.where.file[-6:], problem.where.line, problem.found) for problem in error.value.problems]
    assert lines == [
        ("b.yaml", 3, '`models[0].route` is "x"'),
        ("a.yaml", 1, f'the name "chat" is already taken by {second}:1:7'),
        ("a.yaml", 6, "unknown key `foo`"),
    ]


def test_names_may_hold_anything_printable_or_not(spec):
    name = 'a"b\\c\nd{{x}}$é😀'
    text = SMALLEST.replace("gpt-4o", '"a\\"b\\\\c\\nd{{x}}$é😀"')
    assert spec(text).models[0].name == name


def test_unquoted_versions_keep_their_zeros(spec):
    assert spec(SMALLEST.replace("job: vllm}", "job: vllm}, version: 0.10")).sources[0].version == "0.10"


def schemas(schema, root, seen=()):
    for option in branches(schema, root):
        for key, inner in option.get("properties", {}).items():
            yield key, inner, key in option.get("required", ())
            yield from schemas(inner, root)
        if "items" in option:
            yield from schemas(option["items"], root)


def test_every_place_has_words_and_every_required_key_an_example():
    root = model_schema(Spec)
    for key, schema, required in schemas(root, root):
        words = describe(schema, root)
        assert "valid value" not in words, key
        assert "matching" not in words, key
        if required:
            assert schema.get("description"), key
            assert example(schema, root), key
    assert len(PATTERNS) == 10
