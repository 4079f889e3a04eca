import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { startControl } from "#control/index.ts";
import { systemClock } from "#kernel/clock.ts";
import { silentLog } from "#kernel/controller.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { systemRandom } from "#kernel/random.ts";
import { createLogs, logsCollections } from "#services/logs/index.ts";
import { createStore, memoryEngine } from "#store/index.ts";
import { credentials, testGateway } from "../../support/gateway.ts";
import { type LogPartsOptions, logParts } from "../../support/log-queries.ts";

/** CloudWatch Logs behind the real gateway, with its controllers, and a client of the AWS SDK. */
export async function logsPlatform(parts: LogPartsOptions = { files: memoryFiles() }) {
  const clock = systemClock();
  const random = systemRandom();
  const store = await createStore({ engine: memoryEngine({ clock }), collections: logsCollections, clock });
  const { storage, queries, policyFault } = logParts(parts);
  const service = createLogs({ storage, queries, policyFault });
  const { gateway, lines } = testGateway([service], { store, clock });
  const onBug = (error: unknown) => {
    throw error;
  };
  const control = startControl({ store, controllers: service.controllers, clock, random, log: silentLog, onBug });
  const port = await gateway.listen("127.0.0.1", 0);
  const endpoint = `http://127.0.0.1:${port}`;
  // StartLiveTail would put "stream-" before the host, which is an address here.
  const options = { disableHostPrefix: true, maxAttempts: 1 };
  const client = new CloudWatchLogsClient({ endpoint, region: "us-east-1", credentials, ...options });
  return {
    client,
    endpoint,
    lines,
    async close() {
      client.destroy();
      await gateway.close();
      await control.stop();
      await queries.close();
      await storage.close();
      store.close();
    },
  };
}
