import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Family, type Label, single } from "#services/cloudwatch/index.ts";

/** What a controller has counted. */
interface ControllerCounters {
  readonly queued: number;
  readonly active: number;
  readonly delayed: number;
  readonly reconciles: number;
  readonly conflicts: number;
  readonly errors: number;
}

export interface OwnMetricsParts {
  readonly version: string;
  readonly dataDir: string;
  readonly controllers: Readonly<Record<string, ControllerCounters>>;
  readonly activeTasks: number;
  readonly series: number;
}

/** What the platform says of itself, beside its requests. */
export function ownFamilies({ version, dataDir, controllers, activeTasks, series }: OwnMetricsParts): Family[] {
  const { rss } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const info: Family = {
    ...{ name: "estiva_build_info", type: "gauge", help: "The version of the platform." },
    samples: [{ labels: [["version", version]], value: 1 }],
  };
  const of = (type: "counter" | "gauge", name: string, help: string, value: (each: ControllerCounters) => number) => ({
    ...{ name: `estiva_controller_${name}`, type, help },
    samples: Object.entries(controllers).map(([controller, counters]) => {
      const labels: Label[] = [["controller", controller]];
      return { labels, value: value(counters) };
    }),
  });
  return [
    info,
    single("gauge", "estiva_active_tasks", "Tasks of ECS that have not stopped.", activeTasks),
    single("gauge", "estiva_store_bytes", "Size of the store on disk.", bytesOf(dataDir, /^store\.db/)),
    single("gauge", "estiva_metrics_bytes", "Size of the metrics on disk.", bytesOf(join(dataDir, "metrics/metrics"))),
    single("gauge", "estiva_metrics_series", "Metrics of CloudWatch that are kept, one a unit.", series),
    of("gauge", "queue_depth", "Keys that a controller has to look at.", ({ queued }) => queued),
    of("gauge", "active", "Keys that it looks at now.", ({ active }) => active),
    of("gauge", "delayed", "Keys that wait for a time, or after a failure.", ({ delayed }) => delayed),
    of("counter", "reconciles", "Keys that it has looked at.", ({ reconciles }) => reconciles),
    of("counter", "conflicts", "Commits that others had been before.", ({ conflicts }) => conflicts),
    of("counter", "errors", "Keys that failed.", ({ errors }) => errors),
    single("gauge", "process_resident_memory_bytes", "Memory of the process.", rss),
    single("counter", "process_cpu_seconds", "Processor time of the process.", (user + system) / 1e6),
  ];
}

/** Of the files in a folder whose names match. One may go away meanwhile. */
function bytesOf(folder: string, pattern = /./): number {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)) : [];
  return names.reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}
