import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "#cli/settings.ts";
import { memoryJournal } from "#host/agent/journal.ts";
import { createFakeNetwork } from "#host/network/fake-network.ts";
import { createFakeDriver } from "#host/runtime/fake/driver.ts";
import { createFakeHost } from "#host/runtime/fake/host.ts";
import { silentLog } from "#kernel/controller.ts";
import type { Host, HostParts } from "#platform/host.ts";
import { startPlatform } from "../../../src/main.ts";

/** The whole platform, store on disk and all, but for the container engine and the packets. */
export interface WholePlatform {
  /** For `createClient`. */
  readonly connection: Connection;
  /** What tells a client of AWS where the platform is, and that it is the root user. */
  readonly env: NodeJS.ProcessEnv;
  readonly dataDir: string;
  /** Ends it, and leaves its folder. */
  end(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

export async function wholePlatform(
  dataDir: string = mkdtempSync(join(tmpdir(), "estiva-events-")),
): Promise<WholePlatform> {
  const platform = await startPlatform({
    ...{ dataDir, listenHost: "127.0.0.1", port: 0, dev: true, account: "000000000000", region: "us-east-1" },
    ...{ stoppedTaskHours: 1, env: { ESTIVA_MASTER_KEY: Buffer.alloc(32, "tests").toString("base64") } },
    ...{ log: silentLog, host: fakeHost },
    onBug: (error) => {
      throw error;
    },
  });
  const { accessKeyId, secretAccessKey } = platform.data.root;
  return {
    connection: { endpoint: platform.endpoint, region: "us-east-1", accessKeyId, secretAccessKey },
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: "us-east-1",
      // Version 1 of the AWS CLI knows only this one.
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ENDPOINT_URL: platform.endpoint,
      AWS_PAGER: "",
    },
    dataDir,
    end: () => platform.close(),
    async close() {
      await platform.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function fakeHost({ clock, random }: HostParts): Promise<Host> {
  const host = createFakeHost({ clock, random, latencyMs: 0 });
  return {
    driver: createFakeDriver({ host }),
    network: createFakeNetwork(),
    agentOptions: { cleanupWaitSeconds: 0 },
    journal: memoryJournal(),
    async serve() {},
    problems: async () => [],
    async clear() {},
    async close() {},
  };
}
