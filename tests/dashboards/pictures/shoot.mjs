// SPDX-License-Identifier: Apache-2.0
// Pictures of shipped dashboards: node shoot.mjs PROMETHEUS_URL OUT_DIR SECONDS UID...
// Bundles panels.jsx, opens it in Chromium without a window, and writes UID.jpg.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const [prometheus, out, seconds, ...uids] = process.argv.slice(2);
const values = { __rate_interval: '10s', interval: '1m', latency: 'thunes_order_latency_ms' };
for (const name of ['instance', 'producer', 'exchange', 'agent', 'symbol']) values[name] = '.*';

const body = '<body style="margin:8px;background:#111217"><div id="root" style="position:relative"></div></body>';

const bundle = resolve(here, 'node_modules/.cache/panels.js');
await esbuild.build({
  entryPoints: [join(here, 'panels.jsx')], bundle: true, outfile: bundle, logLevel: 'error',
  define: { global: 'window', 'process.env.NODE_ENV': '"production"' }, jsx: 'automatic',
  loader: { '.ttf': 'dataurl', '.woff2': 'dataurl', '.svg': 'dataurl' },
});
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
for (const uid of uids) {
  const file = join(here, `../../../tools/deploy/grafana/dashboards/${uid}.json`);
  const page = await browser.newPage({ viewport: { width: 1456, height: 900 } });
  page.on('pageerror', (error) => console.error(`${uid}: ${error.message}`));
  await page.route(`${prometheus}/pictures`, (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(`${prometheus}/pictures`);
  await page.addStyleTag({ path: bundle.replace('.js', '.css') });
  await page.addScriptTag({ path: bundle });
  const end = Math.floor(Date.now() / 1000);
  const range = { start: end - Number(seconds), end, step: 2 };
  const dashboard = JSON.parse(readFileSync(file, 'utf8'));
  const drawn = await page.evaluate((all) => window.draw(...all), [dashboard, prometheus, values, range]);
  await page.setViewportSize({ width: 1456, height: Math.ceil(drawn.height) + 16 });
  await page.waitForTimeout(800); // fonts and canvases
  writeFileSync(join(out, `${uid}.jpg`), await page.screenshot({ type: 'jpeg', quality: 80 }));
  console.log(`${uid}: queries ${drawn.milliseconds.toFixed(0)} ms; left out: ${drawn.leftOut.join(', ') || 'none'}; without data: ${drawn.empty.join(', ') || 'none'}`);
  await page.close();
}
await browser.close();
