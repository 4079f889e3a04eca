import type { CreateServiceRequest } from "#generated/ecs/types.ts";
import { invalid } from "../faults.ts";
import { isFargate, type RevisionContent } from "./revision.ts";

/*
 * Services with the DAEMON scheduling strategy run one task on each container instance of their cluster: the number
 * follows from the instances. The words of the faults are AWS's where they are known.
 */

/** What a request may not say of such a service. Throws `InvalidParameterException`. */
export function checkDaemonInput({
  desiredCount,
  deploymentConfiguration,
}: Pick<CreateServiceRequest, "desiredCount" | "deploymentConfiguration">): void {
  if (desiredCount !== undefined) {
    throw invalid(
      "The daemon scheduling strategy does not support a desired count for services. Remove the desired count value " +
        "and try again",
    );
  }
  const { strategy = "ROLLING" } = deploymentConfiguration ?? {};
  if (strategy !== "ROLLING") {
    throw invalid(`The daemon scheduling strategy does not support the deployment strategy ${strategy}.`);
  }
  if ((deploymentConfiguration?.maximumPercent ?? 100) > 100) {
    throw invalid(
      "The daemon scheduling strategy does not support values above 100 for maximumPercent on a deployment " +
        "configuration. Change the maximumPercent value to 100, and try again",
    );
  }
}

/** Such a service needs container instances. Without a launch type the cluster's default strategy counts, too. */
export function checkDaemonCapacity(content: RevisionContent): void {
  if (content.capacityProviderStrategy !== undefined) {
    throw invalid(
      "Specifying a capacity provider strategy is not supported when you create a service using the DAEMON " +
        "scheduling strategy.",
    );
  }
  if (isFargate(content)) {
    throw invalid("The DAEMON scheduling strategy is not supported with the FARGATE launch type.");
  }
}
