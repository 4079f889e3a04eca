import type {
  AgentConnection,
  AgentEndpoint,
  AgentSession,
  ContainerInstanceRegistration,
  NamesMessage,
  NetworkMessage,
  PayloadMessage,
} from "#kernel/agent-protocol.ts";
import type { Clock, Timer } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { ExecMessage } from "#kernel/data-channel.ts";
import type { LoadBalancersMessage } from "#kernel/load-balancing.ts";
import type { Random } from "#kernel/random.ts";
import { backoffMs } from "./backoff.ts";

export interface LinkDeps {
  readonly endpoint: AgentEndpoint;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly heartbeatTimeoutMs: number;
  /** What the host has to offer; asked again before each registration. */
  readonly registration: () => Promise<ContainerInstanceRegistration>;
  readonly onPayload: (message: PayloadMessage) => void;
  readonly onNetwork: (message: NetworkMessage) => void;
  readonly onNames: (message: NamesMessage) => void;
  readonly onLoadBalancers: (message: LoadBalancersMessage) => void;
  readonly onExec: (message: ExecMessage) => void;
  /** A session has begun: its messages are numbered anew. */
  readonly onSession: (containerInstanceArn: string) => void;
}

/** The agent's side of the session: registers, connects, acknowledges, and begins again when it breaks. */
export interface Link {
  start(): void;
  stop(): void;
}

export function createLink(deps: LinkDeps): Link {
  let stopped = false;
  let failures = 0;
  let timer: Timer | undefined;
  let current: { readonly end: () => void } | undefined;

  const again = () => {
    if (stopped) return;
    timer?.cancel();
    timer = deps.clock.after(backoffMs(failures++, 30_000, deps.random), () => void connect());
  };
  const connect = async () => {
    try {
      const { containerInstanceArn } = await deps.endpoint.registerContainerInstance(await deps.registration());
      if (stopped) return;
      deps.onSession(containerInstanceArn);
      current = openSession(deps, containerInstanceArn, {
        onAlive: () => {
          failures = 0;
        },
        onEnd: again,
      });
    } catch (error) {
      // Either it could not be asked what it has, because its engine does not answer, or the control plane refused it.
      deps.log.warn("This host could not be registered, and is tried again", { error: String(error) });
      again();
    }
  };
  return {
    start: () => void connect(),
    stop() {
      stopped = true;
      timer?.cancel();
      current?.end();
    },
  };
}

interface SessionEvents {
  readonly onAlive: () => void;
  readonly onEnd: () => void;
}

/** One session. After its end it passes on nothing, whoever still calls it. */
function openSession(deps: LinkDeps, containerInstanceArn: string, events: SessionEvents): { end: () => void } {
  let ended = false;
  let silence: Timer | undefined;
  let connection: AgentConnection | undefined;
  /** The control plane may call before `connect` has returned. */
  const early: string[] = [];

  const end = () => {
    if (ended) return;
    ended = true;
    silence?.cancel();
    connection?.close();
  };
  const lose = (reason: string) => {
    if (ended) return;
    deps.log.info("The session with the control plane has ended", { reason });
    end();
    events.onEnd();
  };
  const take = (messageId: string, work?: () => void) => {
    if (ended) return;
    events.onAlive();
    work?.();
    if (connection === undefined) early.push(messageId);
    else connection.ack(messageId);
  };
  const listen = () => {
    silence?.cancel();
    if (!ended) silence = deps.clock.after(deps.heartbeatTimeoutMs, () => lose("no heartbeat"));
  };
  const session: AgentSession = {
    payload: (message) => take(message.messageId, () => deps.onPayload(message)),
    network: (message) => take(message.messageId, () => deps.onNetwork(message)),
    names: (message) => take(message.messageId, () => deps.onNames(message)),
    loadBalancers: (message) => take(message.messageId, () => deps.onLoadBalancers(message)),
    exec: (message) => take(message.messageId, () => deps.onExec(message)),
    heartbeat(message) {
      take(message.messageId);
      listen();
    },
    closed: lose,
  };
  const opened = deps.endpoint.connect(containerInstanceArn, session);
  // From the start: nobody may have heard of the session.
  listen();
  if (ended) opened.close();
  else {
    connection = opened;
    for (const messageId of early.splice(0)) opened.ack(messageId);
  }
  return { end };
}
