// SPDX-License-Identifier: Apache-2.0
// One shipped dashboard, its panels drawn by Grafana's own components with what Prometheus
// answers. @grafana/ui draws graphs and single values; heat maps, states and pies are plugins of
// the Grafana server and are left out. `shoot.mjs` calls draw().
import {
  EventBusSrv, FieldType, ThemeContext, createTheme, dateTime, getDisplayProcessor, getFieldDisplayName,
  toDataFrame,
} from '@grafana/data';
import { BigValue, GlobalStyles, PanelChrome, PanelContextProvider, TimeSeries } from '@grafana/ui';
import { createRoot } from 'react-dom/client';
import { flushSync } from 'react-dom';
import 'uplot/dist/uPlot.min.css';

const theme = createTheme({ colors: { mode: 'dark' } });
const eventBus = new EventBusSrv();
const unit = { width: 1440 / 24, height: 38 }; // of Grafana's grid, in pixels
const gap = 8;

function filledIn(expression, values) {
  return expression.replace(/\$\{?(\w+)\}?/g, (all, name) => values[name] ?? all);
}

function legendOf(target, labels) {
  return target.legendFormat === '__auto'
    ? ''
    : target.legendFormat.replace(/{{(\w+)}}/g, (_, name) => labels[name] ?? '');
}

/** Of one query, a frame for each series. */
async function ask(prometheus, target, values, range) {
  const query = new URLSearchParams({
    query: filledIn(target.expr, values), start: range.start, end: range.end, step: range.step,
  });
  const answer = await (await fetch(`${prometheus}/api/v1/query_range?${query}`)).json();
  if (answer.status !== 'success') throw new Error(`${target.expr}: ${answer.error}`);
  return answer.data.result.map((series) =>
    toDataFrame({
      refId: target.refId,
      fields: [
        { name: 'Time', type: FieldType.time, values: series.values.map(([time]) => time * 1000) },
        {
          name: 'Value', type: FieldType.number, labels: series.metric,
          values: series.values.map(([, value]) => Number(value)),
          config: { displayName: legendOf(target, series.metric) || undefined },
        },
      ],
    })
  );
}

/** Gives each field what the panel says of all: unit, words, colours, limits. */
function configured(frames, panel) {
  const defaults = structuredClone(panel.fieldConfig.defaults);
  defaults.thresholds.steps[0].value = -Infinity; // null in JSON
  const atRight = panel.fieldConfig.overrides.map(({ matcher }) => matcher.options);
  frames.forEach((frame, seriesIndex) => {
    const custom = { ...defaults.custom };
    if (atRight.includes(frame.refId)) custom.axisPlacement = 'right';
    for (const field of frame.fields) {
      const isTime = field.type === FieldType.time;
      field.config = isTime ? {} : { ...defaults, custom, ...field.config };
      field.state = { seriesIndex };
      field.display = getDisplayProcessor({ field, theme, timeZone: 'utc' });
    }
  });
  return frames;
}

function Stat({ panel, frames, width, height }) {
  const fields = frames.map((frame) => ({ frame, field: frame.fields[1] }));
  const many = panel.options.textMode === 'value_and_name';
  const columns = Math.min(fields.length, Math.max(1, Math.floor(width / 130)));
  const rows = Math.ceil(fields.length / columns);
  return (
    <div style={{ display: 'flex', flexWrap: 'wrap' }}>
      {fields.map(({ frame, field }, i) => {
        const shown = field.display(field.values[field.values.length - 1]);
        shown.title = many ? getFieldDisplayName(field, frame, frames) : undefined;
        return (
          <BigValue key={i} value={shown} theme={theme} textMode={panel.options.textMode}
            colorMode={panel.options.colorMode} graphMode="none" justifyMode="auto"
            width={width / columns} height={height / rows} />
        );
      })}
    </div>
  );
}

function Graph({ panel, frames, width, height, range }) {
  const timeRange = { from: dateTime(range.start * 1000), to: dateTime(range.end * 1000) };
  return (
    <TimeSeries frames={frames} timeRange={{ ...timeRange, raw: timeRange }} timeZone="utc"
      width={width} height={height} structureRev={1} legend={panel.options.legend} />
  );
}

const LeftOut = () => <p>Drawn by a plugin of the Grafana server, which is not here.</p>;
const kinds = { stat: Stat, timeseries: Graph };

function Panel({ panel, frames, range }) {
  const Kind = kinds[panel.type] ?? LeftOut;
  const { x, y, w, h } = panel.gridPos;
  const place = { position: 'absolute', left: x * unit.width, top: y * unit.height };
  return (
    <div style={place}>
      <PanelChrome title={panel.title} description={panel.description}
        width={w * unit.width - gap} height={h * unit.height - gap}>
        {(width, height) =>
          frames.length || Kind === LeftOut ? <Kind {...{ panel, frames, width, height, range }} /> : <p>no data</p>}
      </PanelChrome>
    </div>
  );
}

/** Draws it, and says how big it is, which panels are left out, and how long the queries took. */
window.draw = async function draw(dashboard, prometheus, values, range) {
  const panels = dashboard.panels.filter(({ type }) => type !== 'row');
  const began = performance.now();
  const shown = await Promise.all(
    panels.map(async (panel) => {
      const answers = panel.targets.map((target) => ask(prometheus, target, values, range));
      return { panel, frames: configured((await Promise.all(answers)).flat(), panel) };
    })
  );
  const milliseconds = performance.now() - began;
  flushSync(() =>
    createRoot(document.getElementById('root')).render(
      <ThemeContext.Provider value={theme}>
        <GlobalStyles />
        <PanelContextProvider value={{ eventBus }}>
          {dashboard.panels.filter(({ type }) => type === 'row').map((row) => (
            <h5 key={row.id} style={{ position: 'absolute', top: row.gridPos.y * unit.height + 10 }}>
              {row.title}
            </h5>
          ))}
          {shown.map((each) => <Panel key={each.panel.id} {...each} range={range} />)}
        </PanelContextProvider>
      </ThemeContext.Provider>
    )
  );
  const bottom = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  return {
    height: bottom * unit.height,
    milliseconds,
    empty: shown.filter(({ frames }) => !frames.length).map(({ panel }) => panel.title),
    leftOut: panels.filter(({ type }) => !(type in kinds)).map(({ title }) => title),
  };
};
