// The reference client of the Model Context Protocol: starts a server, asks it what stdin says (a
// JSON list of [tool, arguments]) and prints what it is, its tools and its answers as JSON.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const sdk = (file) =>
  import(pathToFileURL(`${process.env.REQUITE_NPM}/@modelcontextprotocol/sdk/dist/esm/${file}`));
const { Client } = await sdk("client/index.js");
const { StdioClientTransport } = await sdk("client/stdio.js");

const [command, ...args] = process.argv.slice(2);
const client = new Client({ name: "tests", version: "1" });
await client.connect(new StdioClientTransport({ command, args, stderr: "inherit" }));
const { tools } = await client.listTools();
const answers = [];
for (const [name, given] of JSON.parse(readFileSync(0, "utf8"))) {
  answers.push(await client.callTool({ name, arguments: given }).catch((error) => error.message));
}
console.log(JSON.stringify({ server: client.getServerVersion(), tools, answers }));
await client.close();
