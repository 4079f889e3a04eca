import type {
  ClusterConfiguration as ClusterConfigurationInput,
  ClusterSetting as ClusterSettingInput,
} from "#generated/ecs/types.ts";
import { invalid } from "../faults.ts";
import type { ClusterConfiguration, ClusterSetting } from "../model/cluster.ts";

const containerInsightsValues = ["enabled", "disabled", "enhanced"];

/** The settings as they are kept: each name once, the values AWS takes. */
export function resolveSettings(input: readonly ClusterSettingInput[], defaultInsights: string): ClusterSetting[] {
  let value = defaultInsights;
  for (const setting of input) {
    if (setting.name !== "containerInsights") {
      throw invalid(`Invalid setting name. Valid names are: containerInsights.`);
    }
    if (!containerInsightsValues.includes(setting.value ?? "")) {
      throw invalid(
        `Invalid value for setting containerInsights. Valid values: ${containerInsightsValues.join(", ")}.`,
      );
    }
    value = setting.value!;
  }
  return [{ name: "containerInsights", value }];
}

/** Checks the execute command configuration, and refuses what cannot be had here. */
export function resolveConfiguration(input: ClusterConfigurationInput | undefined): ClusterConfiguration | undefined {
  if (input === undefined) return undefined;
  const { executeCommandConfiguration, managedStorageConfiguration } = input;
  if (Object.keys(managedStorageConfiguration ?? {}).length > 0) {
    throw invalid(
      "managedStorageConfiguration is not supported: this platform does not encrypt storage with KMS keys. Leave it " +
        "out, and encrypt the disk of the hosts.",
    );
  }
  if (executeCommandConfiguration === undefined) return undefined;
  const { kmsKeyId, logging, logConfiguration } = executeCommandConfiguration;
  if (kmsKeyId) {
    throw invalid(
      "kmsKeyId is not supported: this platform does not encrypt exec sessions with KMS keys. Leave it out.",
    );
  }
  if (logConfiguration?.cloudWatchEncryptionEnabled) {
    throw invalid("cloudWatchEncryptionEnabled is not supported: log groups have no KMS keys here. Leave it out.");
  }
  if (logConfiguration?.s3BucketName || logConfiguration?.s3KeyPrefix || logConfiguration?.s3EncryptionEnabled) {
    throw invalid(
      "Exec sessions cannot be logged to Amazon S3, which this platform lacks. Use a cloudWatchLogGroupName.",
    );
  }
  if (logConfiguration !== undefined && logging !== "OVERRIDE") {
    throw invalid("You must set logging to 'OVERRIDE' when you supply a log configuration.");
  }
  if (logging === "OVERRIDE" && !logConfiguration?.cloudWatchLogGroupName) {
    throw invalid(
      "A CloudWatch log group name or S3 bucket name must be specified when overriding the default log configuration.",
    );
  }
  return { executeCommandConfiguration };
}
