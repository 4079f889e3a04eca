#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --max-semi-space-size=8
// The executable of the published package. Plain old JavaScript, so that a Node.js that is too old can read it and say so.
import { homedir } from "node:os";
import { join } from "node:path";

const oldest = 24;

if (Number(process.versions.node.split(".")[0]) < oldest) {
  console.error(`estiva: Node.js ${oldest} or newer is needed; this is ${process.version}.`);
  process.exit(69);
}
// What V8 compiled is kept for the next start, in a folder that only this user writes to.
const { enableCompileCache } = await import("node:module");
enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "estiva"));
await import("../lib/estiva.js");
