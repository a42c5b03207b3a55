// Opens a page in Chromium as its reader does, and prints what came of it as JSON: what the browser
// said, what axe-core has against it in light, dark and on a phone, what sorting and searching show,
// what is there without scripts, and how long it took until the page could be used.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const modules = createRequire(`${process.env.REQUITE_NPM}/`);
const { chromium } = modules("playwright-core");
const axe = readFileSync(modules.resolve("axe-core"), "utf8");

const [browserPath, page, wanted, only] = process.argv.slice(2);
const address = pathToFileURL(page).href;
const quiet = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const browser = await chromium.launch({ executablePath: browserPath, args: quiet });
const said = [];
const requests = [];

async function open(options) {
  const context = await browser.newContext(options);
  const tab = await context.newPage();
  tab.on("console", (message) => said.push(message.text()));
  tab.on("pageerror", (error) => said.push(String(error)));
  tab.on("dialog", (dialog) => { said.push(dialog.message()); dialog.dismiss(); });
  tab.on("request", (request) => { if (request.url() !== address) requests.push(request.url()); });
  await tab.goto(address);
  return tab;
}
const shown = (tab) => tab.evaluate(() =>
  [...document.querySelectorAll("#contacts tbody tr")]
    .filter((row) => row.checkVisibility())
    .map((row) => row.querySelector("th").textContent));

const result = {};
if (only !== "speed") {
  result.violations = [];
  const looks = [
    { colorScheme: "light" }, { colorScheme: "dark" },
    { colorScheme: "light", viewport: { width: 390, height: 800 } },
  ];
  for (const look of looks) {
    const tab = await open(look);
    await tab.evaluate(() => document.querySelectorAll("details").forEach((it) => { it.open = true; }));
    await tab.evaluate(axe);
    const { violations } = await tab.evaluate(() => axe.run());
    for (const { id, nodes } of violations) {
      result.violations.push(`${id}: ${nodes.map((node) => node.html).slice(0, 3).join(" ")}`);
    }
    const wide = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) result.violations.push(`${wide} pixels wider than the window`);
    await tab.close();
  }
  const tab = await open({});
  result.asItCame = await shown(tab);
  result.scripts = await tab.evaluate(() => document.scripts.length);
  result.foreign = await tab.evaluate(() => document.querySelectorAll("img,iframe,object,link,base,form").length);
  await tab.getByRole("button", { name: "Contact" }).press("Enter");
  result.byName = await shown(tab);
  await tab.getByRole("button", { name: "Contact" }).click();
  result.byNameFalling = await shown(tab);
  result.sorted = await tab.evaluate(() => document.querySelector("[aria-sort]").getAttribute("aria-sort"));
  await tab.getByLabel("Search").fill(wanted);
  result.found = await shown(tab);
  result.told = await tab.locator("#found").textContent();
  await tab.getByLabel("Search").fill("");
  result.again = (await shown(tab)).length;
  const link = tab.locator("#contacts a").first();
  if (await link.count()) {
    const target = await link.getAttribute("href");
    await link.click();
    result.opened = await tab.evaluate((id) => document.querySelector(id).checkVisibility(), target);
  }

  const plain = await open({ javaScriptEnabled: false });
  result.withoutScript = {
    buttons: await plain.locator("button:visible, input:visible").count(),
    rows: await plain.locator("#contacts tbody tr").count(),
  };
}
const tab = await open({});
result.usable_ms = await tab.evaluate(async (wanted) => {
  // Once it has been laid out and painted.
  const shown = () => new Promise((then) => requestAnimationFrame(() => setTimeout(then)));
  document.querySelector("#contacts button").click();
  await shown();
  const search = document.getElementById("search");
  search.value = wanted;
  search.dispatchEvent(new Event("input"));
  await shown();
  return performance.now();
}, wanted);
result.said = said;
result.requests = requests;
console.log(JSON.stringify(result));
await browser.close();
