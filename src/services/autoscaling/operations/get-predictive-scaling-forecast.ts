import type { AutoScalingHandler } from "../request/handler.ts";
import { invalid } from "../request/target.ts";

/** There are no predictive policies here, and so no forecasts. */
export const GetPredictiveScalingForecast: AutoScalingHandler<"GetPredictiveScalingForecast"> = async (_, ctx) => {
  throw invalid(ctx, "PredictiveScaling is not supported on this platform: there are no forecasts.");
};
