import { emptyList, notFound, nothingToDo, refused } from "../request/absent.ts";
import type { CloudWatchHandler } from "../request/handler.ts";

export const PutAlarmMuteRule: CloudWatchHandler<"PutAlarmMuteRule"> = refused(
  "Estiva has no mute rules: DisableAlarmActions and EnableAlarmActions hold actions back, as does the " +
    "ActionsSuppressor of a composite alarm.",
);

export const ListAlarmMuteRules: CloudWatchHandler<"ListAlarmMuteRules"> = emptyList({ AlarmMuteRuleSummaries: [] });

export const GetAlarmMuteRule: CloudWatchHandler<"GetAlarmMuteRule"> = async ({ AlarmMuteRuleName: name }, ctx) => {
  throw notFound(ctx, "alarm-mute-rule", name);
};

export const DeleteAlarmMuteRule: CloudWatchHandler<"DeleteAlarmMuteRule"> = nothingToDo;
