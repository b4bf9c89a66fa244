"""What others say a resource may hold: models and validators made from operators' CRDs, and CRD files somebody has.

``.ci/fetch-crds`` puts the models and the validators into ``.venv/share/dashgen-crds``; ``DASHGEN_CRDS`` names another
folder. CRD files (``*.yaml``) in that folder are used too: the lists of PyPI's and npm's packages name none that judges
a VMRule or Git Sync's Dashboard (``@grafana/schema`` is types alone, without a validator).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

FOLDER = Path(os.environ.get("DASHGEN_CRDS") or Path(__file__).parents[2] / ".venv" / "share" / "dashgen-crds")
# In a process of its own: the models bring modules that our tests do not ask for.
MODEL = """
import json, sys
from cloudcoil.models.prometheus_operator.v1 import PrometheusRule
from pydantic import ValidationError
try:
    model = PrometheusRule.model_validate(json.load(sys.stdin))
except ValidationError as error:
    sys.exit(str(error))
print(json.dumps(model.model_dump(by_alias=True, exclude_unset=True, mode="json")))
"""
# An ES module that reads a list of resources and prints what is wrong with each. The validator looks at every field
# that the CRD names and passes over others, which the API server would silently drop: those it never looked at.
VALIDATOR = """
import { readFileSync } from "node:fs";
import { validate } from "./node_modules/@kubernetes-models/grafana-operator/_schemas/\
GrafanaIntegreatlyOrgV1beta1GrafanaDashboard.js";

function watched(value, path, unread) {
  if (typeof value !== "object" || value === null) return value;
  const copy = Array.isArray(value) ? [] : {};
  for (const key of Object.keys(value)) {
    const field = `${path}/${key}`;
    unread.add(field);
    copy[key] = watched(value[key], field, unread);
  }
  return new Proxy(copy, {
    get(target, key) {
      unread.delete(`${path}/${String(key)}`);
      return target[key];
    },
  });
}

const problems = JSON.parse(readFileSync(0, "utf8")).map((resource) => {
  const unread = new Set();
  if (!validate(watched(resource, "", unread))) {
    return validate.errors.map((error) => `${error.instancePath} ${error.keyword} ${JSON.stringify(error.params)}`);
  }
  return [...unread].map((field) => `${field} is a field the operator does not know`);
});
console.log(JSON.stringify(problems));
"""


def prometheus_rule_problem(resource: dict[str, Any]) -> str:
    """Why the operator's model refuses a PrometheusRule or loses a part of it; empty when it does not."""
    if not (FOLDER / "cloudcoil").is_dir():
        _absent(f"no models of the Prometheus operator in {FOLDER}: run .ci/setup test")
    done = subprocess.run(
        [sys.executable, "-c", MODEL],
        input=json.dumps(resource),
        env={**os.environ, "PYTHONPATH": str(FOLDER)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return done.stderr
    return "" if json.loads(done.stdout) == resource else "a field the operator does not know"


def grafana_dashboard_problems(resources: list[dict[str, Any]]) -> list[list[str]]:
    """Why the Grafana operator's CRD refuses each GrafanaDashboard or loses a part of it; empty when it does not.

    The rules that a CRD states in CEL (which fields may change or go together) are not in the validator.
    """
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node to run the Grafana operator's validators: install nodejs and npm, run .ci/setup test")
    if not (FOLDER / "node_modules" / "@kubernetes-models" / "grafana-operator").is_dir():
        _absent(f"no validators of the Grafana operator in {FOLDER}: have npm, run .ci/setup test")
    done = subprocess.run(
        [node, "--input-type=module", "-e", VALIDATOR],
        input=json.dumps(resources),
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    problems: list[list[str]] = json.loads(done.stdout)
    return problems


def _absent(what: str) -> None:
    """Skip the test, or fail it where a proof that is skipped would look like one that passed."""
    (pytest.fail if os.environ.get("DASHGEN_REQUIRE_CRDS") == "1" else pytest.skip)(what)


def crd_errors(resource: dict[str, Any]) -> list[str]:
    """What the CRD of a resource says against it; skips when no file in the folder defines its kind."""
    group, _, version = resource["apiVersion"].partition("/")
    for path in sorted(FOLDER.glob("*.yaml")):
        for crd in yaml.load_all(path.read_text(), Loader=yaml.CSafeLoader):
            if crd["spec"]["group"] == group and crd["spec"]["names"]["kind"] == resource["kind"]:
                schemas = {each["name"]: each["schema"]["openAPIV3Schema"] for each in crd["spec"]["versions"]}
                return [
                    error.message for error in Draft202012Validator(_closed(schemas[version])).iter_errors(resource)
                ]
    pytest.skip(f"no CRD of {resource['kind']} in {FOLDER}")


def _closed(schema: Any) -> Any:
    """The schema with unknown fields as errors, which the API server would silently drop."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        found.setdefault("additionalProperties", False)
    return found
