import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient, textsOf } from "#cli/client.ts";

const root = join(import.meta.dirname, "../..");
const region = "us-east-1";
/** Apart from that of a platform that the machine's user runs. */
const serviceAddress = `169.254.173.${2 + (process.pid % 250)}`;

/** The platform as a user starts it, on this machine's engine, in a folder of its own. */
export interface Up {
  readonly endpoint: string;
  readonly client: Client;
  readonly pid: number;
  /** From the start of the process until the line with the endpoint. */
  readonly readyMs: number;
  /** SIGTERM: tasks run on. */
  stop(): Promise<void>;
  /** Stops the tasks too and removes all that was made on the machine, but not the folder. */
  clear(): Promise<void>;
}

/** Runs `./estiva up`. Rejects with what it said when it ends before it is ready. */
export async function startUp(dataDir: string, environment: NodeJS.ProcessEnv = {}): Promise<Up> {
  const startedAt = performance.now();
  const child = spawn(join(root, "estiva"), ["up", "--no-install", "--data", dataDir, "--port", "0"], {
    env: { ...process.env, ESTIVA_SERVICE_ADDRESS: serviceAddress, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const endpoint = await ready(child);
  const readyMs = performance.now() - startedAt;
  const credentials = JSON.parse(readFileSync(join(dataDir, "credentials.json"), "utf8"));
  const client = createClient({ endpoint, region, ...credentials });
  const end = async (signal: NodeJS.Signals) => {
    client.close();
    if (child.exitCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  };
  return { endpoint, client, pid: child.pid!, readyMs, stop: () => end("SIGTERM"), clear: () => end("SIGUSR2") };
}

function ready(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const take = (data: Buffer) => {
      output += data;
      const endpoint = /ready at (\S+)/.exec(output)?.[1];
      if (endpoint !== undefined) resolve(endpoint);
    };
    child.stdout!.on("data", take);
    child.stderr!.on("data", take);
    child.on("exit", () => reject(new Error(`estiva up has ended:\n${output}`)));
  });
}

/** A folder for one bench, and its removal. */
export function temporaryFolder(name: string): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `estiva-bench-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Ids of the default VPC's subnets. */
export async function defaultSubnets(client: Client): Promise<string[]> {
  return [...new Set(textsOf(await client.ec2("DescribeSubnets", {}), "subnetId"))];
}

/** Makes the cluster `bench` and a Fargate task definition of one container. */
export async function prepareTasks(client: Client, image: string, command?: readonly string[]): Promise<void> {
  await client.ecs("CreateCluster", { clusterName: "bench" });
  await client.ecs("RegisterTaskDefinition", {
    ...{ family: "bench", networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"], cpu: "256", memory: "512" },
    containerDefinitions: [{ name: "app", image, essential: true, ...(command && { command: [...command] }) }],
  });
}
