import { nothingToDo, refused } from "../request/absent.ts";
import type { CloudWatchHandler } from "../request/handler.ts";

export const StartOTelEnrichment: CloudWatchHandler<"StartOTelEnrichment"> = refused(
  "Estiva does not enrich metrics for PromQL: GET /metrics and remote write give them to Prometheus.",
);

export const GetOTelEnrichment: CloudWatchHandler<"GetOTelEnrichment"> = async () => ({ Status: "Stopped" });

export const StopOTelEnrichment: CloudWatchHandler<"StopOTelEnrichment"> = nothingToDo;
