import { Fault } from "#kernel/fault.ts";
import { requireListener } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";

export const RemoveListenerCertificates: ElbHandler<"RemoveListenerCertificates"> = async (input, ctx) => {
  const found = requireListener(ctx, input.ListenerArn);
  const { certificates } = found.value;
  const gone = input.Certificates.map(({ CertificateArn: arn, IsDefault: isDefault }) => {
    if (isDefault !== undefined) throw invalid("IsDefault cannot be specified");
    if (arn === undefined) throw invalid("Certificate ARN must be specified");
    if (arn !== certificates[0]) return arn;
    const message = "The default certificate of a listener cannot be removed; use ModifyListener to replace it";
    throw new Fault("OperationNotPermittedException", message);
  });
  const value = { ...found.value, certificates: certificates.filter((arn) => !gone.includes(arn)) };
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value }] });
  return {};
};
