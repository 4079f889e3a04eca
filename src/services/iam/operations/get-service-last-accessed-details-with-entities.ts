import { subjectOf, toEntityInfo, usesOf } from "../last-accessed/entities.ts";
import { checkNamespace, jobMembers, requireReport } from "../last-accessed/report.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

/** Who could have used a service, those who did with the time. */
export const GetServiceLastAccessedDetailsWithEntities: IamHandler<
  "GetServiceLastAccessedDetailsWithEntities"
> = async (input, ctx) => {
  const report = await requireReport(ctx, input.JobId);
  checkNamespace(input.ServiceNamespace);
  const { entities } = subjectOf(ctx, report.arn);
  const uses = usesOf(ctx, entities, input.ServiceNamespace);
  const operation = "GetServiceLastAccessedDetailsWithEntities";
  const { items, more } = listPage(operation, input, entities, ({ arn }) => arn);
  return {
    ...jobMembers(report),
    EntityDetailsList: items.map((entity) => {
      const usedAt = uses.find((each) => each.entity === entity)?.use.usedAt;
      return { EntityInfo: toEntityInfo(entity), ...(usedAt !== undefined && { LastAuthenticated: usedAt }) };
    }),
    ...more,
  };
};
