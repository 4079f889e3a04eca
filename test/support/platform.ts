import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import { STSClient } from "@aws-sdk/client-sts";
import { createClient } from "#cli/client.ts";
import { ensureExecutionRole } from "#cli/commands/execution-role.ts";
import { onInterruption } from "./interruption.ts";
import { TestProcess } from "./test-process.ts";

const root = join(import.meta.dirname, "../..");

/** A platform of its own in a process of its own, as a user starts it, for tests with real containers and packets. */
export class TestPlatform {
  readonly dataDir = mkdtempSync(join(tmpdir(), "estiva-test-"));
  readonly #env: NodeJS.ProcessEnv;
  readonly #args: readonly string[];
  #process: TestProcess | undefined;
  #forget = () => {};
  endpoint = "";

  constructor(options: { args?: readonly string[]; env?: NodeJS.ProcessEnv } = {}) {
    this.#args = options.args ?? [];
    this.#env = {
      ...process.env,
      ESTIVA_ROOT_ACCESS_KEY_ID: "AKIAESTIVATESTKEY234",
      ESTIVA_ROOT_SECRET_ACCESS_KEY: "a-secret-that-only-tests-know",
      // Nothing is left in the configuration folder of whoever runs the tests.
      ESTIVA_MASTER_KEY: Buffer.alloc(32, "tests").toString("base64"),
      // Several platforms share the host: each has a service address of its own, drawn by its process number.
      ESTIVA_SERVICE_ADDRESS: `169.254.172.${2 + (process.pid % 250)}`,
      ...options.env,
    };
  }

  /** Starts it, or starts it again on the same data. Resolves when it is ready. */
  async start(): Promise<void> {
    const args = ["--disable-warning=ExperimentalWarning", "src/estiva.ts", "up", "--no-install"];
    const more = ["--data", this.dataDir, "--port", String(portOf(this.endpoint)), ...this.#args];
    this.#process = new TestProcess(process.execPath, [...args, ...more], { cwd: root, env: this.#env });
    // After its process: it is the first to be undone.
    this.#forget();
    this.#forget = onInterruption(() => this.remove());
    const ready = /ready at (\S+)\n/;
    this.endpoint = ready.exec(await this.#process.shows(ready))![1]!;
    await this.#makeExecutionRole();
  }

  /** The role that the tests' task definitions name. */
  async #makeExecutionRole(): Promise<void> {
    const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = this.env;
    const client = createClient({ endpoint: this.endpoint, region: "us-east-1", accessKeyId, secretAccessKey });
    await ensureExecutionRole(client).finally(() => client.close());
  }

  /** Names all that it makes on the machine. */
  get platformId(): string {
    return JSON.parse(readFileSync(join(this.dataDir, "identity.json"), "utf8")).platformId;
  }

  /** The host's address for its tasks. */
  get serviceAddress(): string {
    return this.#env.ESTIVA_SERVICE_ADDRESS!;
  }

  get pid(): number {
    return this.#process!.pid;
  }

  /** All that it wrote since its last start. */
  get output(): string {
    return `${this.#process!.out}${this.#process!.err}`;
  }

  /** SIGKILL in the middle of whatever it does. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** SIGTERM: tasks run on. Resolves with the exit code. */
  async stop(): Promise<number | null> {
    return this.#end("SIGTERM");
  }

  /** Stops everything and removes every trace. */
  async remove(): Promise<void> {
    if (this.#process === undefined || this.#process.hasEnded) await this.start();
    await this.#end("SIGUSR2");
    rmSync(this.dataDir, { recursive: true, force: true });
    this.#forget();
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    return (await this.#process!.end(signal)).code;
  }

  /** The environment of the AWS CLI and of `estiva`. */
  get env(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      HOME: this.dataDir,
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: this.#env.ESTIVA_ROOT_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY: this.#env.ESTIVA_ROOT_SECRET_ACCESS_KEY,
      ESTIVA_DATA: this.dataDir,
    };
  }

  clients() {
    const options = {
      endpoint: this.endpoint,
      region: "us-east-1",
      credentials: {
        accessKeyId: this.#env.ESTIVA_ROOT_ACCESS_KEY_ID!,
        secretAccessKey: this.#env.ESTIVA_ROOT_SECRET_ACCESS_KEY!,
      },
    };
    return {
      ecs: new ECSClient(options),
      ec2: new EC2Client(options),
      logs: new CloudWatchLogsClient(options),
      sts: new STSClient(options),
    };
  }
}

/** The same port after a restart; a free one at first. */
function portOf(endpoint: string): number {
  return endpoint === "" ? 0 : Number(new URL(endpoint).port);
}
