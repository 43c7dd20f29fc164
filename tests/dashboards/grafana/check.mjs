// SPDX-License-Identifier: Apache-2.0
// The shipped dashboards by Grafana's own types and Prometheus' own grammar:
//   npm ci --ignore-scripts && node check.mjs DIRECTORY     (tests/dashboards/run.sh does both)
// Exits 1 and says where, when one of them does not fit, or when what is wrong on purpose
// is not noticed.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parser } from '@prometheus-io/lezer-promql';
import ts from 'typescript';

const here = dirname(fileURLToPath(import.meta.url));
const dashboards = resolve(process.argv[2]);

// For each kind of panel, the module that has the types of its options and of its fields.
const panelTypes = {
  timeseries: 'timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen',
  stat: 'stat/panelcfg/x/StatPanelCfg_types.gen',
  piechart: 'piechart/panelcfg/x/PieChartPanelCfg_types.gen',
  heatmap: 'heatmap/panelcfg/x/HeatmapPanelCfg_types.gen',
  'state-timeline': 'statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen',
};
const hasFields = (type) => type !== 'stat';

// Enumerations as the texts that JSON has for them.
const prelude = `import type { Dashboard } from '@grafana/schema';
type Plain<T> = T extends string ? \`\${T}\` : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
`;

/** A TypeScript source that compiles if, and only if, the dashboard fits. */
function asSource(dashboard) {
  const claims = [`(${JSON.stringify(dashboard, null, 1)}) satisfies Plain<Dashboard>`];
  for (const panel of dashboard.panels.filter((panel) => panel.type !== 'row')) {
    const types = `import('@grafana/schema/dist/esm/raw/composable/${panelTypes[panel.type]}')`;
    const claim = (what, type) =>
      claims.push(`(${JSON.stringify(what)}) satisfies Partial<Plain<${type}>>`);
    claim(panel.options, `${types}.Options`);
    if (hasFields(panel.type)) claim(panel.fieldConfig.defaults.custom, `${types}.FieldConfig`);
  }
  return prelude + claims.map((claim, i) => `export const claim${i} = ${claim};\n`).join('');
}

/** What the compiler says of sources that are in memory only. */
function typeErrors(sources) {
  const options = {
    strict: true, noEmit: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) =>
    name in sources ? ts.createSourceFile(name, sources[name], rest[0]) : read(name, ...rest);
  const exists = host.fileExists.bind(host);
  host.fileExists = (name) => name in sources || exists(name);
  const program = ts.createProgram(Object.keys(sources), options, host);
  return ts.getPreEmitDiagnostics(program).map((error) => {
    const text = ts.flattenDiagnosticMessageText(error.messageText, ' ');
    if (!error.file) return { file: '', text };
    const at = error.file.getLineAndCharacterOfPosition(error.start);
    return { file: error.file.fileName, text: `${error.file.fileName}:${at.line + 1}: ${text}` };
  });
}

/** Of a good dashboard, bad ones, each by what is wrong with it. */
function spoilt(dashboard) {
  const bad = {
    'a text for a number': { ...dashboard, schemaVersion: '42' },
    'a misspelt key': { ...dashboard, pannels: [] },
  };
  const panels = new Map(dashboard.panels.map((panel, i) => [panel.type, i]));
  panels.delete('row');
  for (const [type, i] of panels) {
    const change = (what, edit) => {
      const copy = structuredClone(dashboard);
      edit(copy.panels[i]);
      bad[`${what} of ${type}`] = copy;
    };
    change('an option that is none', (panel) => { panel.options.tooltipp = {}; });
    if (hasFields(type)) change('a field that is none', (panel) => { panel.fieldConfig.defaults.custom.lineWidht = 1; });
  }
  return bad;
}

/** Where Prometheus' own grammar does not go on, or nothing. */
function promqlError(expression) {
  let error = null;
  parser.parse(expression).iterate({
    enter: (node) => {
      if (node.type.isError) error ??= `error at ${node.from}`;
    },
  });
  return error;
}

/** As `outrider dashboards check` fills in: one value that keeps an expression an expression. */
function filledIn(expression, variables) {
  const values = { __rate_interval: '1m' };
  for (const variable of variables)
    values[variable.name] = variable.type === 'custom' ? variable.query.split(',')[0] : 'x';
  return expression.replace(/\$\{?(\w+)\}?/g, (all, name) => values[name] ?? all);
}

const problems = [];
const expect = (sentence, holds) => holds || problems.push(`not noticed: ${sentence}`);
const sources = {};
const bad = {};
const seen = new Set();
let expressions = 0;
for (const name of readdirSync(dashboards)) {
  const dashboard = JSON.parse(readFileSync(join(dashboards, name), 'utf8'));
  sources[join(here, name.replace('.json', '.ts'))] = asSource(dashboard);
  for (const [what, spoiled] of Object.entries(spoilt(dashboard))) {
    if (seen.has(what)) continue;
    seen.add(what);
    bad[join(here, `bad${seen.size}.ts`)] = { what: `${name}: ${what}`, text: asSource(spoiled) };
  }
  for (const panel of dashboard.panels)
    for (const { expr } of panel.targets ?? []) {
      ++expressions;
      const filled = filledIn(expr, dashboard.templating.list);
      const error = promqlError(filled);
      if (error) problems.push(`${name}: ${panel.title}: ${error}: ${expr}`);
      expect(`${filled} with a bracket too many`, promqlError(`${filled})`));
    }
}

const badTexts = Object.fromEntries(Object.entries(bad).map(([file, { text }]) => [file, text]));
const errors = typeErrors({ ...sources, ...badTexts });
for (const error of errors) if (!(error.file in bad)) problems.push(error.text);
for (const [file, { what }] of Object.entries(bad)) expect(what, errors.some((error) => error.file === file));
for (const type of Object.keys(panelTypes)) expect(`any ${type}`, seen.has(`an option that is none of ${type}`));

for (const problem of problems) console.error(`dashboards: FAILED: ${problem}`);
console.log(`${Object.keys(sources).length} dashboards, ${expressions} expressions, ${seen.size} bad dashboards, ` +
  `${problems.length} problems`);
process.exit(problems.length ? 1 : 0);
