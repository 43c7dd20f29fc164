// SPDX-License-Identifier: Apache-2.0
// A column for each second, a row for each bucket: the darker, the more fell into it.

const left = 56;
const bottom = 18;

/// columns: [{second, counts: [per bucket]}], some hundred; edges: upper bounds, +Inf left out.
export function draw_heat_map(canvas, columns, { edges, text, from, to }) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const style = getComputedStyle(document.documentElement);
  const rows = edges.length + 1;
  const row_height = (height - bottom) / rows;
  const column_width = (width - left) / (to - from);
  const most = Math.max(1, ...columns.map(({ counts }) => Math.max(...counts)));

  // Between whole pixels cells would overlap, and overlapping they would be darker.
  const x_of = (second) => Math.round(left + (second - from) * column_width);
  const y_of = (row) => Math.round(height - bottom - row * row_height);
  for (const { second, counts } of columns) {
    const begin = Math.max(x_of(second), left);
    const end = Math.min(x_of(second + 1), width);
    if (end <= begin) continue;
    counts.forEach((count, row) => {
      if (count <= 0) return;
      // From the first sample on it is seen: by logarithm, as counts span decades.
      const strength = 0.15 + 0.85 * (Math.log1p(count) / Math.log1p(most));
      pen.fillStyle = `rgba(${style.getPropertyValue("--heat")}, ${strength})`;
      pen.fillRect(begin, y_of(row + 1), end - begin, y_of(row) - y_of(row + 1));
    });
  }

  pen.fillStyle = style.getPropertyValue("--faint");
  pen.font = "11px system-ui, sans-serif";
  const step = Math.max(1, Math.ceil(14 / row_height));
  for (let row = 0; row < rows; row += step) {
    const label = row < edges.length ? text(edges[row]) : "+Inf";
    pen.fillText(label, 2, height - bottom - row * row_height - row_height / 2 + 4);
  }
  pen.fillText(`${Math.round(to - from)} s ago`, left, height - 4);
  pen.textAlign = "right";
  pen.fillText("now", width - 2, height - 4);
}
