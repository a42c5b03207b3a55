// The digest and the report as pictures, of those places that tell most.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const modules = createRequire(`${process.env.REQUITE_NPM}/`);
const { chromium } = modules("playwright-core");

const [executablePath, from, to] = process.argv.slice(2);
const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"];
const browser = await chromium.launch({ executablePath, args });

async function picture(name, width, height, prepare) {
  const tab = await browser.newPage({ viewport: { width, height }, colorScheme: "light" });
  await tab.goto(pathToFileURL(`${from}/${name}.html`).href);
  await tab.evaluate(prepare);
  await tab.screenshot({ path: `${to}/${name}.png` });
  await tab.close();
}
await picture("digest", 640, 900, () => {});
await picture("report", 1000, 900, () => {
  const part = document.querySelector(".part");
  part.open = true;
  document.querySelector("#pictures").scrollIntoView();
});
await browser.close();
