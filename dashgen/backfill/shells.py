"""How one pass is run and its result delivered, for each way Prometheus is deployed: pieces of shell.

Every way has the same three pieces: what the script needs to be told, how a pass runs, how its records reach whoever
answers the queries of the next pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from shlex import quote

from dashgen.spec import Spec
from dashgen.spec.types import duration_text

_VISIBLE = "the next pass reads what this one made"


@dataclass(frozen=True, slots=True)
class Way:
    """Pieces of one way. In ``run`` the shell's ``$1`` is the rule file, ``$2`` the start, ``$3`` a new folder.

    ``hours`` is how much time one block spans; 0 when there are no blocks.
    """

    remarks: tuple[str, ...]
    needs: str
    run: str
    deliver: str
    hours: int = 0


RANGES = (54, 18, 6, 2)
"""Hours a block may span: promtool takes 2 h times a power of three. Longer ones would outlive the retention."""
MOST_POINTS = 11_000
"""What Prometheus answers at most for one series; promtool asks for a whole block at once."""


def block_hours(interval: timedelta, *, most: int = RANGES[0]) -> int:
    """Hours of the longest block promtool can fill in one query of rules at ``interval``.

    promtool writes one block for each rule and each such span, so short ones are many.
    """
    return next((n for n in RANGES if n <= most and timedelta(hours=n) / interval < MOST_POINTS), RANGES[-1])


def way(spec: Spec, url: str) -> Way:
    """The way of the spec's flavour; rules that run locally run in the scraping Prometheus, whatever is above it."""
    prometheus = spec.prometheus
    if prometheus.flavour == "victoriametrics":
        return _victoriametrics(spec, url)
    if prometheus.rules == "local" or prometheus.flavour == "prometheus":
        return _blocks_in_place(spec, url)
    return _thanos(spec, url) if prometheus.flavour == "thanos" else _mimir(spec, url)


def _setting(name: str, value: str, why: str) -> str:
    """A shell variable with a default; ``why`` is shown beside it."""
    return f'{name}=${{{name}-}}; [ -n "${name}" ] || {name}={quote(value)} # {why}\n'


def _required(name: str, why: str) -> str:
    return f': "${{{name}:?set {name} to {why}}}"\n'


def _block(hours: int) -> str:
    return _setting("BLOCK", f"{hours}h", "longest block; shorter if a query hits --query.max-samples")


def _promtool(spec: Spec) -> str:
    interval = duration_text(spec.prometheus.evaluation_interval)
    return (
        'promtool tsdb create-blocks-from --max-block-duration="$BLOCK" rules --url="$URL" \\\n'
        f'    --start="$2" --end="$END" --eval-interval={interval} --output-dir="$3" "$1"'
    )


def _blocks_in_place(spec: Spec, url: str) -> Way:
    remarks = [
        "Run it where the data folder of Prometheus is. In Kubernetes the pod has all it needs:",
        "  dashgen backfill ... | kubectl exec -i POD -c prometheus -- env DATA=/prometheus sh",
        "There is a block for each rule and each BLOCK; Prometheus merges them over the next hours.",
        "Prometheus looks for new blocks every minute; before 2.39 it also needs",
        "--storage.tsdb.allow-overlapping-blocks. A server that restarts loads them at once (RELOAD).",
        f"Blocks older than its retention are deleted at once: it has to keep {_retention(spec)}.",
    ]
    if spec.prometheus.external_labels:
        remarks.append("Blocks hold no external labels; Prometheus adds them on the way out, as to all of its series.")
    if spec.prometheus.rules == "local" and spec.prometheus.flavour == "thanos":
        remarks.append("Run it beside each scraping Prometheus; its sidecar uploads the blocks with its labels.")
    if spec.prometheus.rules == "local" and spec.prometheus.flavour == "mimir":
        remarks += [
            "Mimir does not get this history: remote write sends new samples only. With rules that run in Mimir",
            "(`prometheus: {rules: global}`) this script uploads to Mimir instead.",
        ]
    hours = block_hours(spec.prometheus.evaluation_interval)
    needs = (
        _required("DATA", "the data folder of Prometheus, its --storage.tsdb.path")
        + _setting("URL", url, "that Prometheus, as seen from here")
        + _setting("RELOAD", "sleep 90", "waits until new blocks are loaded, or restarts the server")
        + _block(hours)
    )
    deliver = (
        '  for block in "$1"/*/; do\n'
        '    if [ -f "${block}meta.json" ]; then mv "${block%/}" "$DATA/"; fi\n'
        f'  done\n  echo "waiting until the blocks are loaded: {_VISIBLE}" >&2\n  sh -c "$RELOAD" </dev/null'
    )
    return Way(tuple(remarks), needs, _promtool(spec), deliver, hours)


def _thanos(spec: Spec, url: str) -> Way:
    remarks = (
        "URL is a Thanos Query that sees every cluster. Records get the labels of your Thanos Ruler (LABEL), so that",
        "they are the series it goes on with; blocks without labels are not accepted.",
        "There is a block for each rule: the compactor has to run with --compact.enable-vertical-compaction.",
        "Store gateways find new blocks when they sync with the bucket: RELOAD waits for that.",
    )
    hours = block_hours(spec.prometheus.evaluation_interval)
    needs = (
        _required("BUCKET", "the object storage configuration of Thanos (--objstore.config-file)")
        + _required("LABEL", 'a label of your Thanos Ruler, written name=\\"value\\"')
        + _setting("URL", url, "Thanos Query, as seen from here")
        + _setting("RELOAD", "sleep 1200", "waits until the store gateways have synced")
        + _block(hours)
    )
    deliver = (
        '  thanos tools bucket upload-blocks --objstore.config-file="$BUCKET" --path="$1" --label="$LABEL"\n'
        f'  echo "waiting for the store gateways: {_VISIBLE}" >&2\n  sh -c "$RELOAD" </dev/null'
    )
    return Way(remarks, needs, _promtool(spec), deliver, hours)


def _mimir(spec: Spec, url: str) -> Way:
    remarks = (
        "There is a block for each rule and each BLOCK, none across midnight, like those of Mimir: many uploads.",
        "Block upload is off by default: enable it for the tenant (compactor_block_upload_enabled) first.",
        "promtool sends no tenant header: URL has to be an address that adds it, unless multi-tenancy is off.",
        "Uploaded blocks are answered from once the compactor and the store gateways have noticed them: RELOAD waits.",
        "Mimir asks ingesters, not blocks, for the last hours (query-store-after): uploads there are seen later.",
    )
    hours = block_hours(spec.prometheus.evaluation_interval, most=6)
    needs = (
        _required("MIMIR", "the address of Mimir without /prometheus, for uploads")
        + _setting("TENANT", "anonymous", "tenant to upload to")
        + _setting("URL", url, "Mimir with /prometheus at the end, as seen from here")
        + _setting("RELOAD", "sleep 2400", "waits until the blocks can be queried")
        + _block(hours)
    )
    deliver = (
        '  for block in "$1"/*/; do\n'
        '    [ -f "${block}meta.json" ] || continue\n'
        '    mimirtool backfill --address="$MIMIR" --id="$TENANT" "${block%/}"\n'
        f'  done\n  echo "waiting until Mimir has noticed the blocks: {_VISIBLE}" >&2\n  sh -c "$RELOAD" </dev/null'
    )
    return Way(remarks, needs, _promtool(spec), deliver, hours)


def _victoriametrics(spec: Spec, url: str) -> Way:
    remarks = (
        "VictoriaMetrics takes no blocks; vmalert replays rules instead and writes what they record back.",
        f"-retentionPeriod has to cover {_retention(spec)}: older samples are dropped on arrival.",
        "Give vmalert the -external.label of your running vmalert if it has one, through VMALERT_FLAGS.",
    )
    needs = (
        _setting("URL", url, "VictoriaMetrics, to read from and to write to")
        + "VMALERT_FLAGS=${VMALERT_FLAGS-} # more flags of vmalert\n"
        + _setting("RELOAD", "sleep 30", "waits until what was written can be read")
    )
    run = (
        'vmalert -rule="$1" -datasource.url="$URL" -remoteWrite.url="$URL" -remoteWrite.flushInterval=1s \\\n'
        f"    -evaluationInterval={duration_text(spec.prometheus.evaluation_interval)} -replay.rulesDelay=1s "
        '-replay.disableProgressBar \\\n    -replay.timeFrom="$2" -replay.timeTo="$END" $VMALERT_FLAGS'
    )
    deliver = (
        f'  echo "waiting until the records can be read: {_VISIBLE}" >&2\n  sh -c "$RELOAD" </dev/null\n'
        '  curl -fsS "$URL/internal/resetRollupResultCache" >/dev/null # cached answers lack them'
    )
    return Way(remarks, needs, run, deliver)


def _retention(spec: Spec) -> str:
    return f"the {duration_text(spec.prometheus.retention)} the spec states"
