import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { Store } from "#kernel/store.ts";
import { type MetricStorage, RemoteWrite } from "#services/cloudwatch/index.ts";
import { tasks } from "#services/ecs/model.ts";
import type { DataFolder } from "./data-folder.ts";
import { sendHttp } from "./http-sender.ts";
import { metricsRoute } from "./metrics-route.ts";
import { type OwnMetricsParts, ownFamilies } from "./own-metrics.ts";
import { remoteWriteOptions } from "./remote-write-options.ts";
import { positionFile } from "./remote-write-position.ts";
import { type AnsweredRequest, RequestMetrics } from "./request-metrics.ts";

export interface PrometheusParts {
  readonly metrics: MetricStorage;
  readonly clock: Clock;
  readonly log: Log;
  readonly env: NodeJS.ProcessEnv;
  readonly data: DataFolder;
  readonly store: Pick<Store, "view">;
  readonly control: { metrics(): OwnMetricsParts["controllers"] };
  readonly version: string;
}

/** What Prometheus has of the platform: a route to scrape, and remote write where it is asked for. */
export function startPrometheus(parts: PrometheusParts) {
  const { metrics: storage, store, control, clock, log, data, version } = parts;
  const requests = new RequestMetrics();
  const target = remoteWriteOptions(parts.env);
  const remoteWrite =
    target &&
    new RemoteWrite({
      ...{ storage, clock, log, send: sendHttp, ...target },
      position: positionFile(data.path, target.url),
    });
  remoteWrite?.start();
  const own = () => [
    ...ownFamilies({
      ...{ version, dataDir: data.path, controllers: control.metrics() },
      activeTasks: store.view(tasks).count("alive", "yes"),
      series: storage.series.size,
    }),
    ...requests.families(),
    ...(remoteWrite?.families() ?? []),
  ];
  return {
    observe: (request: AnsweredRequest) => requests.take(request),
    routes: { "GET /metrics": metricsRoute({ storage, clock, token: data.metricsToken, own }) },
    close: async () => remoteWrite?.close(),
  };
}
