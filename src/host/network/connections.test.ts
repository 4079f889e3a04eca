import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceIn } from "./connections.ts";

test("the source of a connection is read from what the kernel or conntrack lists", () => {
  const answers = (port: number) => `src=169.254.172.1 dst=169.254.64.1 sport=4567 dport=${port}`;
  const output = [
    // Its own port is that of another one's answers.
    `ipv4     2 tcp      6 30 TIME_WAIT src=10.1.1.8 dst=10.1.1.9 sport=4567 dport=41000 ${answers(9)} mark=0`,
    `ipv4     2 tcp      6 9 ESTABLISHED src=10.1.1.10 dst=169.254.170.2 sport=40000 dport=80 ${answers(41000)} use=1`,
    `tcp      6 99 SYN_SENT src=10.1.1.11 dst=169.254.170.2 sport=41001 dport=80 [UNREPLIED] ${answers(41001)} mark=0`,
  ].join("\n");
  const source = (fromPort: number) => sourceIn(output, { fromPort, toPort: 4567 });
  assert.deepEqual([source(41000), source(41001), source(40000)], ["10.1.1.10", "10.1.1.11", undefined]);
  assert.equal(sourceIn("", { fromPort: 1, toPort: 2 }), undefined);
});
