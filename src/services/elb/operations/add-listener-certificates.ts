import { listeners } from "../model.ts";
import { checkCertificate, checkCertificateCount, hasTls } from "../request/certificates.ts";
import { requireListener } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";

/** Adds certificates that are chosen by SNI. */
export const AddListenerCertificates: ElbHandler<"AddListenerCertificates"> = async (input, ctx) => {
  const found = requireListener(ctx, input.ListenerArn);
  const { protocol, certificates, loadBalancer } = found.value;
  if (!hasTls(protocol)) throw invalid(`Certificates cannot be added to listeners with protocol '${protocol}'`);
  const given = input.Certificates.map(({ CertificateArn: arn, IsDefault: isDefault }) => {
    if (isDefault !== undefined) throw invalid("IsDefault cannot be specified; use ModifyListener");
    if (arn === undefined) throw invalid("Certificate ARN must be specified");
    return checkCertificate(ctx, arn);
  });
  const next = [...new Set([...certificates, ...given])];
  const others = ctx.store.view(listeners).by("loadBalancer", loadBalancer.id);
  const extra = others.filter(({ key }) => key !== found.key).flatMap(({ value }) => value.certificates.slice(1));
  checkCertificateCount(loadBalancer.type, extra.length + next.length - 1);
  const value = { ...found.value, certificates: next };
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value }] });
  return { Certificates: given.map((arn) => ({ CertificateArn: arn, IsDefault: arn === next[0] })) };
};
