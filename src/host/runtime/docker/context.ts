import type { PrivilegedShell } from "#host/network/privileged-shell.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Random } from "#kernel/random.ts";
import type { InfoAnswer } from "./api.ts";
import { createSandboxGroups, type SandboxGroups } from "./cgroup.ts";
import type { EngineClient } from "./client.ts";
import { type EngineInfo, toEngineInfo } from "./engine-info.ts";

/** What the parts of the driver share. */
export interface DockerContext {
  readonly owner: string;
  readonly client: EngineClient;
  readonly clock: Clock;
  readonly random: Random;
  /** One line for people. */
  readonly log: (message: string) => void;
  /** On the engine's machine, to signal processes there. */
  readonly shell: Pick<PrivilegedShell, "run">;
  /** Whether output is read from the engine's own files where they can be read. */
  readonly readsLogFiles: boolean;
  /** Asked once and again after the engine has restarted. */
  engine(): Promise<{ readonly info: EngineInfo; readonly groups: SandboxGroups }>;
  /** The engine has restarted, perhaps as another version. */
  forgetEngine(): void;
  close(): Promise<void>;
}

export function createContext(parts: Omit<DockerContext, "engine" | "forgetEngine" | "close">): DockerContext {
  let known: ReturnType<DockerContext["engine"]> | undefined;
  const ask = async () => {
    const answer: InfoAnswer = await parts.client.call("GET", "/info", { timeoutSeconds: 30 });
    const info = toEngineInfo(answer, parts.client.address);
    return { info, groups: await createSandboxGroups(info, parts.owner, parts.clock) };
  };
  return {
    ...parts,
    engine() {
      known ??= ask().catch((error) => {
        known = undefined;
        throw error;
      });
      return known;
    },
    forgetEngine() {
      known = undefined;
    },
    async close() {
      parts.client.close();
      const answer = await known?.catch(() => undefined); // an engine that never answered has nothing
      await answer?.groups.close();
    },
  };
}
