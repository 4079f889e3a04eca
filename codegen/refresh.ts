/** Takes the newest models that Debian has and generates from them: `node codegen/refresh.ts`. */
import { emitAll, writeFiles } from "./emit.ts";
import { writeLock } from "./lock.ts";
import { downloadSource } from "./source.ts";

const source = await downloadSource();
const { files, digests } = await emitAll(source);
await writeFiles(files);
await writeLock(source.version, digests);
console.log(`Generated from python3-botocore ${source.version}.`);
