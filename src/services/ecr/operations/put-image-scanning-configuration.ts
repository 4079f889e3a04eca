import { requireRepository } from "../request/find.ts";
import type { EcrHandler, EcrParts } from "../request/handler.ts";
import { requireScanner } from "../request/scanning.ts";

export function putImageScanningConfiguration({ scanner }: EcrParts): EcrHandler<"PutImageScanningConfiguration"> {
  return async (input, ctx) => {
    const repository = await requireRepository(ctx, input);
    const { scanOnPush = false } = input.imageScanningConfiguration;
    if (scanOnPush) await requireScanner(scanner);
    const value = { ...repository.value, scanOnPush };
    await ctx.store.commit({ unchanged: [repository], put: [{ key: repository.key, value }] });
    const { account, name } = value;
    return { registryId: account, repositoryName: name, imageScanningConfiguration: { scanOnPush } };
  };
}
