// SPDX-License-Identifier: Apache-2.0
// node browse.mjs SCENE URL SHOTS "outrider ...": a scene of the live page in a headless
// Chromium. It prints what was not as it should be, and then exits with 1.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { chromium } from "playwright-core";

const [scene, url, shots, outrider] = process.argv.slice(2);
const patience = 15000;

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update"],
});

/// A page that fails on whatever it complains of, or asks of another host.
async function open(options, before = async () => {}) {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(patience);
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.message));
  page.on("console", (line) => line.type() === "error" && page.complaints.push(line.text()));
  page.on("request", (request) => new URL(request.url()).host === new URL(url).host
    || request.url().startsWith("data:") || page.complaints.push(`asks ${request.url()}`));
  await before(page);
  await page.goto(url);
  return page;
}

const text = (page, selector) => page.locator(selector).first().innerText();
const shown = (page, selector, wanted) => page.locator(selector, { hasText: wanted }).first().waitFor();
const shot = (page, name) => page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
const command = (...words) => execFileSync(outrider.split(" ")[0], [...words, ...outrider.split(" ").slice(1)]);

/// Whether something was drawn there in the colour that the style sheet gives it: axes and
/// labels have others. As thin as lines are, and as pale as cells.
const is_drawn = (page, selector, name) => page.locator(selector).first().evaluate((canvas, variable) => {
  const style = getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
  const wanted = style.startsWith("#") ? style.match(/\w\w/g).map((digits) => parseInt(digits, 16)) : style.split(",").map(Number);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] > 20 && wanted.every((part, j) => Math.abs(part - data[i + j]) < 12)) return true;
  }
  return false;
}, name);

/// What a WebSocket of the page heard: how often a second metrics came, by their own times.
function hearing(page) {
  const times = [];
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => {
    const { type, timestamp } = JSON.parse(payload);
    if (type === "metrics") times.push(Date.parse(timestamp));
  }));
  return () => (1000 * (times.length - 1)) / (times.at(-1) - times[0]);
}

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

const scenes = {
  async changes() {
    let heard_a_second;
    const page = await open({ viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
      async (opened) => { heard_a_second = hearing(opened); });
    await shown(page, "#connection", "live");
    await shown(page, "#gate-cards li[data-state=TRADING]", "gateway-1");
    await shown(page, "#alert-rows tr", "Busy");
    await shown(page, "#producer-rows tr", "live");
    await shown(page, "#quantiles dd", "µs");
    await page.waitForFunction(() => parseFloat(document.querySelector("#rate-now dd").textContent) > 0);
    assert.match(await page.locator("#rate-plot").getAttribute("aria-label"), /^orders_total.* per second$/);
    assert.equal(await text(page, "#samples div:nth-child(4) dd"), "0");
    await page.waitForTimeout(2500);
    // The median: p99 of 1 to 100 us is where the maximum is drawn over it.
    assert.ok(await is_drawn(page, "#latency-plot canvas", "--p50"));
    assert.ok(await is_drawn(page, "#rate-plot canvas", "--p50"));
    assert.ok(await is_drawn(page, "#heat-map", "--heat"));
    const rate = heard_a_second();  // ten; beside other tests the server's thread, which steps back, may be late
    assert.ok(rate >= 6 && rate <= 11, `${rate} updates a second`);

    command("halt", "--scope", "venue=binance", "--reason", "the live page is tested in a browser");
    await shown(page, "#gate-cards li[data-state=HALTED]", "tested in a browser");
    await shown(page, "#news-lines li", "TRADING → HALTED");
    assert.equal(await page.title(), "1 closed – outrider");
    await shown(page, "#gates .count", "0 of 1 open");
    await shot(page, "live");
    assert.deepEqual(page.complaints, []);
  },

  async hands() {
    const page = await open({ viewport: { width: 390, height: 844 }, colorScheme: "light", hasTouch: true });
    await shown(page, "#gate-cards li", "gateway-1");
    assert.ok(await overflow(page) <= 0, `wider than a phone by ${await overflow(page)}`);
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    assert.equal(await theme(), "light");
    await page.keyboard.press("t");
    assert.equal(await theme(), "dark");
    await page.locator("#theme").tap();
    assert.equal(await theme(), "light");

    await page.keyboard.press("p");
    assert.equal(await page.locator("#pause").getAttribute("aria-pressed"), "true");
    const paused = await text(page, "#rate-now");
    await page.waitForTimeout(1000);
    assert.equal(await text(page, "#rate-now"), paused);
    await page.keyboard.press("p");
    await page.waitForFunction((was) => document.querySelector("#rate-now").innerText !== was, paused);

    const chosen = await page.locator("#rate-series").inputValue();
    await page.keyboard.press("r");
    assert.notEqual(await page.locator("#rate-series").inputValue(), chosen);
    await page.keyboard.press("R");
    assert.equal(await page.locator("#rate-series").inputValue(), chosen);
    await page.keyboard.press("g");
    assert.equal(await page.evaluate(() => document.activeElement.id), "gates");
    await page.keyboard.press("?");
    assert.ok(await page.locator("#help").isVisible());
    assert.match(await text(page, "#plots-by"), /uPlot \(MIT\)/);
    await page.keyboard.press("Escape");
    assert.ok(!await page.locator("#help").isVisible());
    await page.keyboard.press("Tab");
    assert.notEqual(await page.evaluate(() => document.activeElement.tagName), "BODY");
    await page.reload();
    assert.equal(await theme(), "light");
    assert.deepEqual(page.complaints, []);
  },

  /// As a build without npm serves it.
  async plain() {
    const without = (page) => page.route("**/uPlot.*", (route) => route.fulfill({ body: "" }));
    const page = await open({ viewport: { width: 1280, height: 800 } }, without);
    await shown(page, "#gate-cards li", "gateway-1");
    await page.locator("#latency-plot svg path").first().waitFor({ state: "attached" });
    await page.waitForFunction(() => document.querySelector("#rate-plot path").getAttribute("d").split("L").length > 10);
    await page.keyboard.press("?");
    assert.match(await text(page, "#plots-by"), /Plain plots/);
    assert.deepEqual(page.complaints, []);
  },

  /// A token is asked for, kept for the tab, and a sidecar that was killed is found again.
  async comes_back() {
    const page = await open({ viewport: { width: 1280, height: 800 } });
    await page.locator("#token").fill("a wrong token of some length");
    await page.keyboard.press("Enter");
    await shown(page, "#access-said", "found nobody who may look");
    await page.locator("#token").fill("viewer-0123456789abcdef");
    await page.keyboard.press("Enter");
    await shown(page, "#connection", "live");
    assert.ok(!await page.locator("#access").isVisible());
    process.kill(Number(readFileSync(`${shots}/sidecar.pid`)), "SIGKILL");
    await shown(page, "#connection", "connection lost");
    writeFileSync(`${shots}/killed`, "");
    await shown(page, "#connection", "live");
    await shown(page, "#gate-cards li", "gateway-1");
    const expected = /401|403|426|ERR_CONNECTION|WebSocket connection to|Unexpected response code/;
    assert.deepEqual(page.complaints.filter((complaint) => !expected.test(complaint)), []);
  },
};

let code = 0;
try {
  await scenes[scene]();
} catch (error) {
  console.log(error.stack);
  code = 1;
} finally {
  await browser.close();
}
process.exit(code);
