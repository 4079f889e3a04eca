import { join } from "node:path";
import { TestProcess } from "./test-process.ts";

export interface LoadOptions {
  readonly hosts: readonly string[];
  /** Half of them keep their connection, half make a new one for each request. */
  readonly workers: number;
  /** Between an answer and the next request of a worker. */
  readonly pauseMs: number;
  readonly timeoutMs: number;
}

export interface FailedRequest {
  readonly host: string;
  readonly keepAlive: boolean;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly body: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface LoadReport {
  readonly count: number;
  readonly slowestMs: number;
  readonly failures: readonly FailedRequest[];
  /** Bodies of answers with status 200, and how many there were. */
  readonly bodies: Readonly<Record<string, number>>;
}

/**
 * Starts a load generator in the network of the process `neighbour`; resolves when every worker has had an answer.
 * `end` may be called again.
 */
export async function startLoad(neighbour: number, options: LoadOptions): Promise<{ end(): Promise<LoadReport> }> {
  const program = [process.execPath, join(import.meta.dirname, "load-generator.ts"), JSON.stringify(options)];
  const generator = new TestProcess("nsenter", [`--target=${neighbour}`, "--net", ...program]);
  await generator.shows("under load\n");
  return {
    async end() {
      generator.child.stdin!.end();
      await generator.ended();
      return JSON.parse(generator.out.slice(generator.out.indexOf("{"))) as LoadReport;
    },
  };
}
