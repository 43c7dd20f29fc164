// SPDX-License-Identifier: Apache-2.0
// The shipped dashboards by Grafana's own types and Prometheus' own grammar:
//   npm ci --ignore-scripts && node check.mjs [DIRECTORY]
// Exits 1 and says where, when one of them does not fit.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parser } from '@prometheus-io/lezer-promql';
import ts from 'typescript';

const here = dirname(fileURLToPath(import.meta.url));
const dashboards = resolve(process.argv[2] ?? join(here, '../../../tools/deploy/grafana/dashboards'));

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
    if (!error.file) return text;
    const at = error.file.getLineAndCharacterOfPosition(error.start);
    return `${error.file.fileName}:${at.line + 1}: ${text}`;
  });
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
const sources = {};
let expressions = 0;
for (const name of readdirSync(dashboards)) {
  const dashboard = JSON.parse(readFileSync(join(dashboards, name), 'utf8'));
  sources[join(here, name.replace('.json', '.ts'))] = asSource(dashboard);
  for (const panel of dashboard.panels)
    for (const { expr } of panel.targets ?? []) {
      ++expressions;
      const error = promqlError(filledIn(expr, dashboard.templating.list));
      if (error) problems.push(`${name}: ${panel.title}: ${error}: ${expr}`);
    }
}
problems.push(...typeErrors(sources));
for (const problem of problems) console.error(problem);
console.log(`${Object.keys(sources).length} dashboards, ${expressions} expressions, ${problems.length} problems`);
process.exit(problems.length ? 1 : 0);
