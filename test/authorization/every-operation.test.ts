import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { ServiceAuthorization } from "#kernel/authorization.ts";

/**
 * Every operation of every service says which action it is, on which resources. `services/<name>/authorization.ts` is
 * the one table of it; without an entry an operation would be closed to all but the root.
 */

const services = join(import.meta.dirname, "../../src/services");
const folders = readdirSync(services, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && readdirSync(join(services, entry.name)).includes("operations"))
  .map(({ name }) => name);

type Exports = Readonly<Record<string, unknown>>;

/** What a file exports, or what the factory that it exports makes. */
function made<T>(exports: Exports, isIt: (value: unknown) => boolean): T | undefined {
  const values = Object.values(exports).map((value) => (typeof value === "function" ? value(anything) : value));
  return values.find(isIt) as T | undefined;
}

/** Stands for whatever a service's operations are made with: they are only counted here, not run. */
const anything: object = new Proxy(() => anything, { get: () => anything });

for (const service of folders) {
  test(`${service}: every operation has its entry`, async () => {
    const folder = join(services, service);
    const operations = made<object>(await import(join(folder, "operations/index.ts")), (value) => value !== undefined);
    const table = made<ServiceAuthorization>(
      await import(join(folder, "authorization.ts")),
      (value) => (value as Partial<ServiceAuthorization>)?.operations !== undefined,
    );
    assert.ok(operations, "operations/index.ts exports no operations");
    assert.ok(table, "authorization.ts exports no table");
    assert.deepEqual(
      Object.keys(operations).filter((name) => !Object.hasOwn(table.operations, name)),
      [],
    );
  });
}
