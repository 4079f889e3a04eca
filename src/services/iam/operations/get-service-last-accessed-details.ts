import { grantedServices, subjectOf, usesOf } from "../last-accessed/entities.ts";
import { jobMembers, requireReport } from "../last-accessed/report.ts";
import { serviceNames } from "../last-accessed/services.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

export const GetServiceLastAccessedDetails: IamHandler<"GetServiceLastAccessedDetails"> = async (input, ctx) => {
  const report = await requireReport(ctx, input.JobId);
  const subject = subjectOf(ctx, report.arn);
  const granted = grantedServices(subject, serviceNames().keys());
  const { items, more } = listPage("GetServiceLastAccessedDetails", input, granted, (namespace) => namespace);
  return {
    ...jobMembers(report),
    JobType: "SERVICE_LEVEL",
    ServicesLastAccessed: items.map((namespace) => {
      const uses = usesOf(ctx, subject.entities, namespace);
      const [latest] = uses;
      return {
        ServiceName: serviceNames().get(namespace)!,
        ServiceNamespace: namespace,
        TotalAuthenticatedEntities: uses.length,
        ...(latest !== undefined && {
          LastAuthenticated: latest.use.usedAt,
          LastAuthenticatedEntity: latest.entity.arn,
          LastAuthenticatedRegion: latest.use.region,
        }),
      };
    }),
    ...more,
  };
};
