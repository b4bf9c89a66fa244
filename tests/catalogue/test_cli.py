import typer
from typer.testing import CliRunner

from dashgen.catalogue.loader import load
from dashgen.catalogue.table import rows
from dashgen.catalogue.version import VersionRange
from dashgen.cli.catalogue import catalogue
from dashgen.errors import InputError

app = typer.Typer()
app.command()(catalogue)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def problem(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, InputError), result.output
    assert result.exception.exit_code == 2
    return str(result.exception)


def test_lists_exporters() -> None:
    lines = run().splitlines()
    assert any("vllm" in line and "0.33.0" in line and "187" in line for line in lines)
    assert any("dcgm-exporter" in line and "4.5.3-4.8.2" in line for line in lines)


def test_lists_what_a_version_exposes_without_cutting_names() -> None:
    newest = run("vllm")
    assert "vllm:kv_offload_tiering_backpressure_blocks_dropped_total" in newest
    assert "vllm:gpu_cache_usage_perc" not in newest
    older = run("vllm", "--at", "0.11.2")
    line = next(line for line in older.splitlines() if line.startswith("vllm:gpu_cache_usage_perc"))
    assert "hidden since 0.11.0" in line
    assert "num_requests_waiting_by_reason" not in older


def test_rows_follow_the_version() -> None:
    table = {row.name: row for row in rows(load("vllm"), VersionRange.parse("0.8.2"))}
    assert table["vllm:num_requests_running"].labels == "model_name"
    assert table["vllm:num_requests_running"].state == "on"
    dcgm = {row.name: row for row in rows(load("dcgm-exporter"), VersionRange.parse("4.5.3-4.8.2"))}
    assert dcgm["DCGM_FI_PROF_SM_ACTIVE"].state.startswith("off: commented out")
    assert "DCGM_FI_DRIVER_VERSION" not in dcgm


def test_why() -> None:
    assert "never rate()" in run("--why", "DCGM_FI_DEV_XID_ERRORS")


def test_errors_say_what_to_do() -> None:
    assert "did you mean vllm?" in problem("vlm")
    assert "'latest' is not a version" in problem("vllm", "--at", "latest")
    assert "did you mean vllm:num_requests_waiting" in problem("--why", "vllm:num_request_waiting")
    assert "dashgen catalogue vllm --at" in problem("--at", "0.10.2")
    assert "exposes nothing" in problem("vllm", "--at", "0.1.0")
