import type { RequestContext } from "#kernel/handler.ts";
import { emptyList, notFound, nothingToDo, refused } from "../request/absent.ts";
import type { CloudWatchHandler } from "../request/handler.ts";
import { invalidValue } from "../request/metric.ts";

export const PutMetricStream: CloudWatchHandler<"PutMetricStream"> = refused(
  "Estiva has no metric streams: Prometheus remote write sends metrics elsewhere as they come " +
    "(ESTIVA_PROMETHEUS_REMOTE_WRITE_URL), and GET /metrics gives the latest ones.",
);

export const ListMetricStreams: CloudWatchHandler<"ListMetricStreams"> = emptyList({ Entries: [] });

export const GetMetricStream: CloudWatchHandler<"GetMetricStream"> = async ({ Name: name }, ctx) => {
  throw notFound(ctx, "metric-stream", name);
};

export const DeleteMetricStream: CloudWatchHandler<"DeleteMetricStream"> = nothingToDo;

const noStreams = async ({ Names: names }: { readonly Names: readonly string[] }, ctx: RequestContext) => {
  throw invalidValue(ctx, `There are no metric streams with these names: ${names.join(", ")}.`);
};
export const StartMetricStreams: CloudWatchHandler<"StartMetricStreams"> = noStreams;
export const StopMetricStreams: CloudWatchHandler<"StopMetricStreams"> = noStreams;
