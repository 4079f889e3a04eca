import type { RepositoryScanningConfiguration, RepositoryScanningConfigurationFailure } from "#generated/ecr/types.ts";
import { registrySettings, repositories, repositoryArn, repositoryKey } from "../model.ts";
import { notFound } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { appliedFilters, scansOnPush } from "../scan/rules.ts";

type Operation = EcrHandler<"BatchGetRepositoryScanningConfiguration">;

/** What holds for repositories, be it by their own settings or by the registry's rules. */
export const BatchGetRepositoryScanningConfiguration: Operation = async ({ repositoryNames }, ctx) => {
  const registry = registrySettings(ctx.store, ctx);
  const scanningConfigurations: RepositoryScanningConfiguration[] = [];
  const failures: RepositoryScanningConfigurationFailure[] = [];
  for (const repositoryName of repositoryNames) {
    const repository = ctx.store.view(repositories).get(repositoryKey(ctx, repositoryName))?.value;
    if (repository === undefined) {
      const failureReason = notFound(ctx, repositoryName).message;
      failures.push({ repositoryName, failureCode: "REPOSITORY_NOT_FOUND", failureReason });
      continue;
    }
    const scanOnPush = scansOnPush(registry, repository);
    scanningConfigurations.push({
      ...{ repositoryArn: repositoryArn(ctx, repositoryName), repositoryName, scanOnPush },
      scanFrequency: scanOnPush ? "SCAN_ON_PUSH" : "MANUAL",
      appliedScanFilters: appliedFilters(registry, repositoryName),
    });
  }
  return { scanningConfigurations, failures };
};
