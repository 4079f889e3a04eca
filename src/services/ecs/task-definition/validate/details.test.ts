import { test } from "node:test";
import { assertRefused, ec2, one, onFargate, ports, type Request } from "../testing.ts";

const tmpfs = { containerPath: "/t", size: 1 };
const credentials = { repositoryCredentials: { credentialsParameter: "c" } };
const constraint = { type: "memberOf", expression: "x" } as const;

const refused: readonly (readonly [words: string, definition: Request])[] = [
  ["Invalid 'cpu' setting for container 'app'.", one({ cpu: -1 })],
  [
    "The sum of all container 'memoryReservation' values",
    { ...ec2, memory: "499", containerDefinitions: [{ name: "app", image: "app:1", memoryReservation: 500 }] },
  ],
  ["Invalid link 'a b'.", one({ links: ["a b"] })],
  ["do not support dockerSecurityOptions", onFargate({ dockerSecurityOptions: ["no-new-privileges"] })],

  ["Duplicate ulimit 'core'", one({ ulimits: Array(2).fill({ name: "core", softLimit: 1, hardLimit: 1 }) })],
  ["Invalid 'sharedMemorySize' setting", one({ linuxParameters: { sharedMemorySize: 0 } })],
  ["Invalid 'maxSwap' setting", one({ linuxParameters: { maxSwap: -1 } })],
  ["Not an absolute path.", one({ linuxParameters: { tmpfs: [{ ...tmpfs, containerPath: "t" }] } })],
  ["'size' must be at least 1 MiB.", one({ linuxParameters: { tmpfs: [{ ...tmpfs, size: 0 }] } })],
  ["Invalid 'devices' setting", one({ linuxParameters: { devices: [{ hostPath: "fuse" }] } })],
  ["It needs a namespace and a value.", one({ systemControls: [{ namespace: "net.core.somaxconn" }] })],
  [
    "not supported when ipcMode=host",
    one({ systemControls: [{ namespace: "kernel.sem", value: "1" }] }, { ipcMode: "host" }),
  ],

  ["should be less than or equal to 10.", { ...ec2, placementConstraints: Array(11).fill(constraint) }],
  ["memberOf expression should be specified.", { ...ec2, placementConstraints: [{ type: "memberOf" }] }],
  [
    "Invalid expression 'attribute:x =='",
    { ...ec2, placementConstraints: [{ ...constraint, expression: "attribute:x ==" }] },
  ],
  [
    "constraint.type 'distinctInstance' is not supported.",
    { ...ec2, placementConstraints: [{ type: "distinctInstance" as "memberOf" }] },
  ],
  ["Secret.name should not be null or empty.", one({ secrets: [{ name: "", valueFrom: "s" }] })],
  ["When you are specifying repository credentials", one(credentials)],

  ["Invalid 'name' setting for port mapping", one(ports({ containerPort: 80, name: "-web" }))],
  [
    "At most 100 port ranges can be specified.",
    one(ports(...Array.from({ length: 101 }, (_, i) => ({ containerPortRange: `${2 * i + 1}-${2 * i + 2}` })))),
  ],
  [
    "When networkMode=host, a container port range cannot be specified.",
    one(ports({ containerPortRange: "1-2" }), { networkMode: "host" }),
  ],

  ["Volume.name should not be null or empty.", { ...ec2, volumes: [{ host: { sourcePath: "/a" } }] }],
  [
    "cannot have both host and dockerVolumeConfiguration",
    { ...ec2, volumes: [{ name: "a", host: { sourcePath: "/a" }, dockerVolumeConfiguration: { scope: "task" } }] },
  ],
  [
    "mountPoint.containerPath should not be blank.",
    one({ mountPoints: [{ sourceVolume: "a" }] }, { volumes: [{ name: "a" }] }),
  ],
];

for (const [words, definition] of refused) {
  test(`refused: ${words}`, () => assertRefused(definition, words));
}
