import { serverCertificates } from "../model.ts";
import { toCertificateMetadata } from "../request/certificates.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

export const ListServerCertificates: IamHandler<"ListServerCertificates"> = async (input, ctx) => {
  const { PathPrefix: prefix = "/" } = input;
  const all = ctx.store.view(serverCertificates).by("account", ctx.account);
  const found = all.filter(({ value }) => value.path.startsWith(prefix));
  const { items, more } = listPage("ListServerCertificates", input, found, ({ key }) => key);
  return { ServerCertificateMetadataList: items.map(({ value }) => toCertificateMetadata(value)), ...more };
};
