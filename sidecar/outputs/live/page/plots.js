// SPDX-License-Identifier: Apache-2.0
// Lines over time: by uPlot where the build has it, else plainly as SVG.

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/// One plot. lines: [{label, colour: "--p50"}]; text: how a value reads; is_log: for
/// values that span decades.
export class Plot {
  constructor(place, { lines, text, is_log = false }) {
    this.place = place;
    this.lines = lines;
    this.text = text;
    this.is_log = is_log;
    this.drawn = null;
    new ResizeObserver(() => this.forget()).observe(place);
  }

  /// The next draw begins anew: with other colours, another size, another unit.
  forget() {
    this.drawn?.destroy?.();
    this.drawn = null;
    this.place.replaceChildren();
  }

  /// columns: times in seconds, then each line's values; null is a gap.
  draw(columns, [from, to]) {
    const shown = this.is_log
      ? columns.map((column, i) => (i === 0 ? column : column.map((v) => (v > 0 ? v : null))))
      : columns;
    if (window.uPlot) this.draw_by_uplot(shown, from, to);
    else this.draw_plainly(shown, from, to);
  }

  draw_by_uplot(columns, from, to) {
    this.drawn ??= new window.uPlot(this.options(), columns, this.place);
    this.drawn.setData(columns, false);
    this.drawn.batch(() => {
      this.drawn.setScale("x", { min: from, max: to });
      this.drawn.setScale("y", this.range(columns));
    });
  }

  range(columns) {
    let least = Infinity;
    let most = -Infinity;
    for (const column of columns.slice(1)) {
      for (const value of column) {
        if (value === null) continue;
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
    }
    if (most === -Infinity) return { min: this.is_log ? 1e-6 : 0, max: 1 };
    if (!this.is_log) return { min: 0, max: most > 0 ? most * 1.1 : 1 };
    return { min: 10 ** Math.floor(Math.log10(least)), max: 10 ** Math.ceil(Math.log10(most * 1.01)) };
  }

  options() {
    // Of a decade only its first line.
    const filter = (_, splits) => splits.map((v) => (this.is_log && Math.log10(v) % 1 !== 0 ? null : v));
    const axis = { stroke: css("--faint"), grid: { stroke: css("--line"), width: 1 }, ticks: { stroke: css("--line") } };
    const clock = (seconds) => new Date(1000 * seconds).toISOString().slice(11, 19);
    return {
      width: this.place.clientWidth,
      height: this.place.clientHeight,
      legend: { show: false },
      cursor: { drag: { x: false, y: false } },
      scales: { y: this.is_log ? { distr: 3 } : {} },
      axes: [
        { ...axis, space: 80, values: (_, splits) => splits.map(clock) },
        { ...axis, size: 64, filter, grid: { ...axis.grid, filter }, ticks: { ...axis.ticks, filter },
          values: (_, splits) => splits.map((v) => (v === null ? "" : this.text(v))) },
      ],
      series: [{}, ...this.lines.map(({ label, colour }) => ({
        label, stroke: css(colour), width: 1.5, points: { show: false }, spanGaps: false,
      }))],
    };
  }

  draw_plainly(columns, from, to) {
    const { min, max } = this.range(columns);
    const scale = (v) => (this.is_log ? Math.log10(v) : v);
    const x = (t) => ((t - from) / (to - from)) * 1000;
    const y = (v) => 196 - ((scale(v) - scale(min)) / (scale(max) - scale(min))) * 180;
    const paths = this.lines.map(({ colour }, i) => {
      let path = "";
      let is_gap = true;
      columns[0].forEach((time, j) => {
        const value = columns[i + 1][j];
        if (value === null) { is_gap = true; return; }
        path += `${is_gap ? "M" : "L"}${x(time).toFixed(1)},${y(value).toFixed(1)}`;
        is_gap = false;
      });
      return `<path d="${path}" fill="none" stroke="${css(colour)}" stroke-width="2" vector-effect="non-scaling-stroke"/>`;
    });
    this.place.innerHTML =
      `<svg viewBox="0 0 1000 200" preserveAspectRatio="none">${paths.join("")}</svg>`;
    this.place.dataset.range = `${this.text(min)} to ${this.text(max)}`;
  }
}

export const plots_by = () => (window.uPlot ? "Plots by uPlot (MIT)." : "Plain plots: this build has no uPlot.");
