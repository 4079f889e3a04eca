import { noProxy, startLoopback } from "../../../test/contracts/load-balancer/loopback.ts";
import { loadBalancerContract } from "../../../test/contracts/load-balancer.ts";

loadBalancerContract("HAProxy", startLoopback, noProxy === undefined ? {} : { skip: noProxy });
