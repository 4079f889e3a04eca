import type { AgentConnection, AgentEndpoint, AgentSession } from "#kernel/agent-protocol.ts";
import type { LoadBalancingEndpoint } from "#kernel/load-balancing.ts";
import { lossyLink } from "../lossy-link.ts";
import type { Simulation } from "../simulate.ts";
import type { AgentProcess } from "./agent-process.ts";
import type { EcsPlane } from "./scenario.ts";

/** Without an answer for so long, a call has failed for the one who made it. */
const timeoutMs = 10_000;

/**
 * The control plane as an agent reaches it: over a network that loses, doubles, delays and reorders messages, and only
 * while it is up. Messages are plain JSON data.
 */
export function remoteHub(sim: Simulation<EcsPlane>, agent: AgentProcess): AgentEndpoint {
  const remote = caller(sim, agent);
  const call = <T>(work: (hub: AgentEndpoint) => Promise<T>) => remote((plane) => work(plane.hub));
  return {
    registerContainerInstance: (request) => call((hub) => hub.registerContainerInstance(copy(request))),
    submitTaskStateChange: (change) => call((hub) => hub.submitTaskStateChange(copy(change))),
    publishHealth: (message) => call((hub) => hub.publishHealth(copy(message))),
    publishUsage: (message) => call((hub) => hub.publishUsage(copy(message))),
    // Nobody runs commands in the simulation.
    openDataChannel: (_, end) => {
      end.closed("There are no exec sessions here.");
      return { send() {}, close() {} };
    },
    connect: (containerInstanceArn, session) => connect(sim, agent, containerInstanceArn, session),
  };
}

/** As `remoteHub`, for what load balancer nodes say. Nobody reads their logs and traffic. */
export function remoteLoadBalancing(sim: Simulation<EcsPlane>, agent: AgentProcess): LoadBalancingEndpoint {
  const remote = caller(sim, agent);
  return {
    publishTargetHealth: (message) => remote((plane) => plane.loadBalancing!.publishTargetHealth(copy(message))),
    submitNodeState: (message) => remote((plane) => plane.loadBalancing!.submitNodeState(copy(message))),
    publishHeldRequests: (message) => remote((plane) => plane.loadBalancing!.publishHeldRequests(copy(message))),
    publishAccess: async () => {},
    publishTraffic: async () => {},
  };
}

type Call = <T>(work: (plane: EcsPlane) => Promise<T>) => Promise<T>;

function caller(sim: Simulation<EcsPlane>, agent: AgentProcess): Call {
  const [toHub, toAgent] = [lossyLink(sim), lossyLink(sim)];
  return (work) =>
    new Promise((resolve, reject) => {
      const timer = agent.clock.after(timeoutMs, () => reject(new Error("The control plane does not answer.")));
      const answer = (settle: () => void) =>
        toAgent(() => {
          timer.cancel();
          if (agent.alive) settle();
        });
      toHub(() => {
        sim
          .request((plane) => work(plane))
          .then(
            (value) => answer(() => resolve(value)),
            (error) => answer(() => reject(error)),
          );
      });
    });
}

/** Doubled or late, a session is opened once; it ends with the process at either end. */
function connect(sim: Simulation<EcsPlane>, agent: AgentProcess, arn: string, session: AgentSession): AgentConnection {
  const [toHub, toAgent] = [lossyLink(sim), lossyLink(sim)];
  const send = (deliver: () => void) => toAgent(() => agent.alive && deliver());
  const remote: AgentSession = {
    payload: (message) => send(() => session.payload(copy(message))),
    network: (message) => send(() => session.network(copy(message))),
    names: (message) => send(() => session.names(copy(message))),
    loadBalancers: (message) => send(() => session.loadBalancers(copy(message))),
    exec: (message) => send(() => session.exec(copy(message))),
    heartbeat: (message) => send(() => session.heartbeat(copy(message))),
    closed: (reason) => send(() => session.closed(reason)),
  };
  let opened = false;
  let connection: AgentConnection | undefined;
  toHub(() => {
    if (opened) return;
    opened = true;
    sim
      .request((plane) => {
        connection = plane.hub.connect(arn, remote);
        return new Promise<never>(() => {});
      })
      .catch((error: Error) => remote.closed(error.message));
  });
  return {
    ack: (messageId) => toHub(() => connection?.ack(messageId)),
    close: () => toHub(() => connection?.close()),
  };
}

/** The sender's own objects never reach the other side. */
function copy<T>(message: T): T {
  return JSON.parse(JSON.stringify(message)) as T;
}
