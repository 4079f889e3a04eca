import type { Operations } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { EcsHandler } from "./handler.ts";

/* "This action is only used by the Amazon ECS agent". The agents of this platform have a way of their own. */

export const DiscoverPollEndpoint: EcsHandler<"DiscoverPollEndpoint"> = refused;
export const SubmitAttachmentStateChanges: EcsHandler<"SubmitAttachmentStateChanges"> = refused;
export const SubmitContainerStateChange: EcsHandler<"SubmitContainerStateChange"> = refused;
export const SubmitTaskStateChange: EcsHandler<"SubmitTaskStateChange"> = refused;

type AgentInput = Operations["DiscoverPollEndpoint" | "SubmitTaskStateChange"]["input"];

async function refused(_input: AgentInput, ctx: RequestContext): Promise<never> {
  throw ctx.fault(
    "ClientException",
    "The Amazon ECS container agent can not join this platform: its hosts run the platform's own agent. Register one " +
      "of them as a container instance with estiva instance register.",
  );
}
