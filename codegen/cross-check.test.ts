import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClientExports, crossCheck } from "./cross-check.ts";
import { services } from "./services.ts";

/** The packages that do not bear the name that botocore has for the service. */
const packageNames: Readonly<Record<string, string>> = {
  autoscaling: "auto-scaling",
  elbv2: "elastic-load-balancing-v2",
  events: "eventbridge",
  logs: "cloudwatch-logs",
};

for (const service of services) {
  test(`the table of ${service} and the AWS SDK's schemas agree`, async (t) => {
    const name = `@aws-sdk/client-${packageNames[service] ?? service}`;
    const client = await importClient(name);
    if (client === undefined) return t.skip(`${name} is not installed`);
    const differences = crossCheck(service, client);
    const newer = differences.filter(({ kind }) => kind === "newer");
    for (const { at, table } of newer) t.diagnostic(`only in the ${table === "present" ? "table" : "SDK"}: ${at}`);
    assert.deepEqual(
      differences.filter(({ kind }) => kind === "conflict"),
      [],
    );
    assert(newer.length < 200, "table and SDK are too far apart: refresh the models or update the SDK");
  });
}

async function importClient(name: string): Promise<ClientExports | undefined> {
  try {
    return (await import(name)) as ClientExports;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
