import { emptyList, refused } from "../request/absent.ts";
import type { CloudWatchHandler } from "../request/handler.ts";

export const PutAnomalyDetector: CloudWatchHandler<"PutAnomalyDetector"> = refused(
  "Estiva has no anomaly detection: use an alarm with a threshold, or one on metric math.",
);

export const DescribeAnomalyDetectors: CloudWatchHandler<"DescribeAnomalyDetectors"> = emptyList({
  AnomalyDetectors: [],
});

export const DeleteAnomalyDetector: CloudWatchHandler<"DeleteAnomalyDetector"> = async (_input, ctx) => {
  throw ctx.fault("ResourceNotFoundException", "There is no such anomaly detector.");
};
