import type { Clock } from "#kernel/clock.ts";
import type { SendHttp } from "#kernel/http-sender.ts";
import type { AuthenticationOutcome, AuthenticationTraffic } from "#kernel/load-balancing.ts";
import type { FlowAnswer } from "./flow.ts";

const none: AuthenticationTraffic["counts"] = {
  ELBAuthSuccess: 0,
  ELBAuthFailure: 0,
  ELBAuthError: 0,
  ELBAuthRefreshTokenSuccess: 0,
  ELBAuthUserClaimsSizeExceeded: 0,
};

/** "Error reason codes": which metric counts it. */
function outcomeOf(reason: string): AuthenticationOutcome {
  if (reason === "AuthUserinfoResponseSizeExceeded") return "ELBAuthUserClaimsSizeExceeded";
  const isError = /^Auth(TokenEpRequest|UserinfoEpRequest|UnhandledException|MissingHostHeader)/.test(reason);
  return isError ? "ELBAuthError" : "ELBAuthFailure";
}

/** How logins and refreshes ended since it was asked last, and how long providers took. */
export class AuthenticationCounter {
  readonly #clock: Clock;
  #counts = { ...none };
  #latenciesMs: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What `step` answers, counted: as a failure when it has a reason, and as `success` when a provider was asked. */
  async count(
    send: SendHttp,
    success: AuthenticationOutcome,
    step: (send: SendHttp) => Promise<FlowAnswer>,
  ): Promise<FlowAnswer> {
    let [from, to]: (number | undefined)[] = [];
    const timed: SendHttp = async (...call) => {
      from ??= this.#clock.now();
      return await send(...call).finally(() => {
        to = this.#clock.now();
      });
    };
    const answer = await step(timed);
    if (from !== undefined && to !== undefined) this.#latenciesMs.push(to - from);
    if (answer.reason !== undefined) this.#counts[outcomeOf(answer.reason)]++;
    else if (from !== undefined) this.#counts[success]++;
    return answer;
  }

  take(): AuthenticationTraffic {
    const [counts, latenciesMs] = [this.#counts, this.#latenciesMs];
    this.#counts = { ...none };
    this.#latenciesMs = [];
    return { counts, latenciesMs };
  }
}
