import { createGateway, type Gateway, type GatewayOptions } from "#gateway/gateway.ts";
import { type Clock, systemClock } from "#kernel/clock.ts";
import type { Log, LogFields } from "#kernel/controller.ts";
import type { Caller, ServiceModule } from "#kernel/handler.ts";
import { systemRandom } from "#kernel/random.ts";
import type { Store } from "#kernel/store.ts";

export const account = "000000000000";
export const root: Caller = {
  arn: `arn:aws:iam::${account}:root`,
  userId: account,
  account,
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  type: "Root",
};
export const credentials = {
  accessKeyId: root.accessKeyId,
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

/** Handlers in these tests read and write nothing: any use of the store fails. */
const noStore = new Proxy({} as Store, {
  get: (_target, name) => {
    throw new Error(`These tests have no store: ${String(name)}`);
  },
});

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/** A service of fake handlers. */
export function fakeService(name: string, operations: ServiceModule["operations"]): ServiceModule {
  return { name, operations, controllers: [], collections: [] };
}

/** A gateway with one root user, and the lines that it logs. */
export function testGateway(
  services: readonly ServiceModule[],
  options: Partial<GatewayOptions> & { clock?: Clock } = {},
): { readonly gateway: Gateway; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write = (level: string) => (message: string, fields?: LogFields) => lines.push({ level, message, fields });
  const log: Log = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  const gateway = createGateway({
    services,
    store: noStore,
    clock: systemClock(),
    random: systemRandom(),
    log,
    account,
    region: "us-east-1",
    strictFaults: true,
    credentials: (id) =>
      id === root.accessKeyId ? { secretAccessKey: credentials.secretAccessKey, caller: root } : undefined,
    ...options,
  });
  return { gateway, lines };
}
