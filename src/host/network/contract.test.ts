import { createEngineClient, type EngineClient } from "#host/runtime/docker/client.ts";
import { findEngine } from "#host/runtime/docker/find-engine.ts";
import { systemClock } from "#kernel/clock.ts";
import { silentLog } from "#kernel/controller.ts";
import { hostNetworkContract, type NetworkHarness } from "../../../test/contracts/host-network.ts";
import { Sandbox, whyNoPackets } from "../../../test/contracts/network/sandbox.ts";
import { createDirectShell } from "./direct-shell.ts";
import { createFakeNetwork } from "./fake-network.ts";
import { createHelperShell } from "./helper-shell.ts";
import { createHostNetwork } from "./linux-network.ts";
import type { PrivilegedShell } from "./privileged-shell.ts";

hostNetworkContract("fake", async () => {
  const host = { ports: new Map<string, number>() };
  let pid = 1;
  return {
    open: () => createFakeNetwork({ host }),
    startSandbox: async () => ({ pid: pid++, async end() {} }),
    async close() {},
  };
});

hostNetworkContract("direct shell", () => linuxHarness(createDirectShell({ clock: systemClock() })), {
  skip: whyNoPackets(),
});

const { engine } = await findEngine(process.env);
hostNetworkContract(
  "helper shell",
  async () => {
    const client: EngineClient = createEngineClient(engine!.address, systemClock());
    const shell = createHelperShell({ owner: `contract-${process.pid}`, client, clock: systemClock() });
    const harness = await linuxHarness(shell);
    return {
      ...harness,
      async close() {
        await harness.close();
        client.close();
      },
    };
  },
  { skip: whyNoPackets() ?? (engine ? undefined : "needs a container engine") },
);

async function linuxHarness(shell: PrivilegedShell): Promise<NetworkHarness> {
  const options = {
    owner: `contract-${shell.name}-${process.pid}`,
    clock: systemClock(),
    log: silentLog,
    hostServiceAddress: shell.name === "direct" ? "169.254.172.41" : "169.254.172.42",
    linkPool: shell.name === "direct" ? "169.254.96.0/24" : "169.254.97.0/24",
    ports: { metadata: 41679, dns: 41053, api: 41566 },
  };
  return {
    open: () => createHostNetwork({ ...options, shell }),
    startSandbox: () => Sandbox.start(),
    close: () => shell.close(),
  };
}
