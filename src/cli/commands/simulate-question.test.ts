import assert from "node:assert/strict";
import { test } from "node:test";
import { type Asked, parseQuestion } from "./simulate-question.ts";

const questions: Readonly<Record<string, Asked>> = {
  "": {},
  "scale 40": { scale: 40 },
  "scale to 0": { scale: 0 },
  "deploy web:12": { deploy: "web:12" },
  "deploy revision 12": { deploy: "12" },
  "kill 3 tasks": { killTasks: 3 },
  "kill-tasks 1": { killTasks: 1 },
  "one host dies": { hostDies: true },
  "host dies": { hostDies: true },
  "host host-1 dies": { hostDies: "host-1" },
  "host-dies": { hostDies: true },
  "host-dies host-1": { hostDies: "host-1" },
  "host-dies scale 4": { hostDies: true, scale: 4 },
  "deploy web:12 kill 2 tasks after 30 seconds": { deploy: "web:12", killTasks: 2, afterSeconds: 30 },
  "host-dies after 5": { hostDies: true, afterSeconds: 5 },
  "deploy web:12 scale 4 kill 1 task": { deploy: "web:12", scale: 4, killTasks: 1 },
};
for (const [text, expected] of Object.entries(questions)) {
  test(`question: ${text}`, () => {
    const words = text === "" ? [] : text.split(" ");
    assert.deepEqual(parseQuestion(words, undefined), expected);
    assert.deepEqual(parseQuestion(words, "exit"), { ...expected, fail: "exit" });
  });
}

const mistakes: Readonly<Record<string, RegExp>> = {
  "scale many": /^scale takes a number, not many\./,
  scale: /^scale takes a number\./,
  deploy: /^Something is missing: deploy FAMILY:REVISION\./,
  "one day": /^one is not understood here/,
  "host a burns": /^host is not understood here. It takes: host \[ID\] dies/,
  grow: /^grow is not understood here. It takes: scale N, /,
};
for (const [text, message] of Object.entries(mistakes)) {
  test(`no question: ${text}`, () => {
    assert.throws(() => parseQuestion(text.split(" "), undefined), { name: "CommandError", exitCode: 64, message });
  });
}
