// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose files have variables.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PlannedService } from "./model.ts";
import { projectOf } from "./testing.ts";

/** The one service `web` of a file, which is all right. */
function web(service: string, parts: Parameters<typeof projectOf>[1] = {}, more = ""): PlannedService {
  const { project, problems } = projectOf(`services:\n  web: {image: a, ${service}}\n${more}`, parts);
  assert.deepEqual(problems, []);
  return project.services.find(({ name }) => name === "web")!;
}

const container = (service: string, parts = {}, more = "") => web(service, parts, more).container;

test("a file as people write it", () => {
  const text = `
name: shop
x-common: &common
  restart: unless-stopped
  environment: &env
    LOG_LEVEL: \${LOG_LEVEL:-info}
services:
  proxy:
    image: nginx:\${NGINX:-1.27}
    ports: ["8080:80", "127.0.0.1:8443:443/tcp"]
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
    depends_on: [api]
  api:
    <<: *common
    build: .
    env_file: [.env.api]
    environment:
      <<: *env
      DATABASE_URL: postgres://app:\${DB_PASSWORD:?set it}@db:5432/app
      TOKEN:
    healthcheck: {test: ["CMD", "curl", "-f", "http://localhost/"], interval: 10s, timeout: 5s, retries: 5}
    depends_on:
      db: {condition: service_healthy}
      migrate: {condition: service_completed_successfully}
    deploy: {replicas: 3, resources: {limits: {cpus: "0.5", memory: 512M}}}
  migrate:
    <<: *common
    build: {context: ., target: tools}
    command: npm run "migrate up"
    depends_on: {db: {condition: service_healthy}}
  db:
    image: postgres:17
    healthcheck: {test: "pg_isready -U $$USER", interval: 5s}
    networks: {default: {aliases: [database]}}
`;
  const files = {
    "/app/.env.api": "A=1\nLOG_LEVEL=file\n",
    "/app/nginx.conf": "x",
    "/app/.env": "DB_PASSWORD=secret\n",
  };
  const { project, problems, notes } = projectOf(text, { files, env: { TOKEN: "t" } });
  assert.deepEqual([problems, notes], [[], []]);
  assert.equal(project.name, "shop");
  assert.deepEqual(
    project.services.map(({ name, kind }) => `${name} ${kind}`),
    ["db service", "migrate job", "api service", "proxy service"],
  );
  const [db, migrate, api, proxy] = project.services as [
    PlannedService,
    PlannedService,
    PlannedService,
    PlannedService,
  ];
  assert.deepEqual(db.container.healthCheck?.command, ["CMD-SHELL", "pg_isready -U $USER"]);
  assert.deepEqual(db.aliases, ["database"]);
  assert.deepEqual([migrate.build?.context, migrate.build?.target], ["/app", "tools"]);
  assert.deepEqual(migrate.container.command, ["npm", "run", "migrate up"]);
  assert.deepEqual([api.replicas, api.cpu, api.memoryMiB, api.container.memory], [3, 512, 1024, 512]);
  assert.deepEqual(Object.fromEntries(api.container.environment!.map(({ name, value }) => [name, value])), {
    ...{ A: "1", LOG_LEVEL: "info", DATABASE_URL: "postgres://app:secret@db:5432/app", TOKEN: "t" },
  });
  assert.equal(proxy.image, "nginx:1.27");
  assert.deepEqual(proxy.files, [{ path: "/app/nginx.conf", target: "/etc/nginx/nginx.conf" }]);
  assert.deepEqual(proxy.ports, [
    { hostIp: "127.0.0.1", hostPort: 8080, containerPort: 80 },
    { hostIp: "127.0.0.1", hostPort: 8443, containerPort: 443 },
  ]);
});

describe("fields of the container", () => {
  const cases: [service: string, fields: object][] = [
    ["command: echo 'a b' c", { command: ["echo", "a b", "c"] }],
    ["command: [sh, -c, exit 1]", { command: ["sh", "-c", "exit 1"] }],
    ["entrypoint: /run.sh --all", { entryPoint: ["/run.sh", "--all"] }],
    [
      "user: '1000:1000', working_dir: /srv, read_only: true",
      {
        ...{ user: "1000:1000", workingDirectory: "/srv", readonlyRootFilesystem: true },
      },
    ],
    ["tty: true, stdin_open: yes", { pseudoTerminal: true, interactive: true }],
    [
      "init: true, cap_drop: [ALL], cap_add: [CAP_SYS_PTRACE]",
      {
        linuxParameters: { capabilities: { add: ["SYS_PTRACE"], drop: ["ALL"] }, initProcessEnabled: true },
      },
    ],
    ["stop_grace_period: 1m", { stopTimeout: 60 }],
    ["attach: true", { stopTimeout: 10 }],
    ["labels: [a=1, b]", { dockerLabels: { a: "1", b: "" } }],
    [
      "ulimits: {nofile: {soft: 10, hard: 20}, nproc: 5}",
      {
        ulimits: [
          { name: "nofile", softLimit: 10, hardLimit: 20 },
          { name: "nproc", softLimit: 5, hardLimit: 5 },
        ],
      },
    ],
    ["sysctls: {net.core.somaxconn: 1024}", { systemControls: [{ namespace: "net.core.somaxconn", value: "1024" }] }],
    [
      "expose: [3000, '8000-8001/udp'], ports: ['3000']",
      {
        portMappings: [
          { containerPort: 3000, protocol: "tcp" },
          { containerPort: 8000, protocol: "udp" },
          { containerPort: 8001, protocol: "udp" },
        ],
      },
    ],
    [
      "tmpfs: ['/tmp:size=64m,mode=1777', /run]",
      {
        linuxParameters: {
          tmpfs: [
            { containerPath: "/tmp", size: 64, mountOptions: ["mode=1777"] },
            { containerPath: "/run", size: 256 },
          ],
        },
      },
    ],
    [
      "healthcheck: {test: [CMD, x], retries: 2, start_period: 1m}",
      {
        healthCheck: { command: ["CMD", "x"], interval: 30, timeout: 30, retries: 2, startPeriod: 60 },
      },
    ],
    ["mem_limit: 100m, mem_reservation: 50m", { memory: 100, memoryReservation: 50 }],
    [
      "environment: [A=1, B, C=x=y]",
      {
        environment: [
          { name: "A", value: "1" },
          { name: "C", value: "x=y" },
        ],
      },
    ],
    ["volumes: [/cache]", { mountPoints: [{ sourceVolume: "anonymous-1", containerPath: "/cache" }] }],
  ];
  for (const [service, fields] of cases) {
    test(service, () => {
      const found = container(service) as object as Record<string, unknown>;
      for (const [field, value] of Object.entries(fields)) assert.deepEqual(found[field], value, field);
    });
  }
});

test("ports in both syntaxes", () => {
  const cases: [port: string, published: [hostIp: string, hostPort: number, containerPort: number][]][] = [
    ["'80'", [["127.0.0.1", 0, 80]]],
    ["'8080:80/tcp'", [["127.0.0.1", 8080, 80]]],
    ["'0.0.0.0:8080:80'", [["0.0.0.0", 8080, 80]]],
    ["'0.0.0.0::80'", [["0.0.0.0", 0, 80]]],
    ["'[::1]:8080:80'", [["::1", 8080, 80]]],
    [
      "'9000-9001:80-81'",
      [
        ["127.0.0.1", 9000, 80],
        ["127.0.0.1", 9001, 81],
      ],
    ],
    ["'9000-9005:80'", [["127.0.0.1", 9000, 80]]],
    ["{target: 80, published: 8080, host_ip: 0.0.0.0}", [["0.0.0.0", 8080, 80]]],
    ["{target: 80, published: '8080', protocol: tcp, mode: host}", [["127.0.0.1", 8080, 80]]],
  ];
  for (const [port, published] of cases) {
    const { ports } = web(`ports: [${port}]`);
    assert.deepEqual(
      ports.map(({ hostIp, hostPort, containerPort }) => [hostIp, hostPort, containerPort]),
      published,
      port,
    );
  }
});

test("what runs once, and how an update goes", () => {
  const kinds: [service: string, kind: string][] = [
    ["attach: true", "service"],
    ["restart: 'no'", "job"],
    ["restart: no", "job"],
    ["restart: no, ports: ['80']", "service"],
    ["restart: always", "service"],
    ["deploy: {restart_policy: {condition: none}}", "job"],
    ["deploy: {restart_policy: {condition: any}}", "service"],
    ["deploy: {mode: replicated-job}", "job"],
  ];
  for (const [service, kind] of kinds) assert.equal(web(service).kind, kind, service);
  assert.deepEqual(web("attach: true").deployment, { minimumHealthyPercent: 100, maximumPercent: 200 });
  assert.deepEqual(web("deploy: {replicas: 3, update_config: {parallelism: 2, failure_action: rollback}}").deployment, {
    ...{ minimumHealthyPercent: 33, maximumPercent: 100 },
    deploymentCircuitBreaker: { enable: true, rollback: true },
  });
});

test("stop signals go into the image, host names are further names", () => {
  const service = web("stop_signal: SIGINT, hostname: front, container_name: front");
  assert.deepEqual([service.stopSignal, service.aliases], ["SIGINT", ["front"]]);
});

test("secrets and configs are files", () => {
  const files = { "/app/pw": "s3", "/app/c": "x" };
  const more =
    "secrets: {pw: {file: pw}, ext: {external: true, name: real}}\nconfigs: {c: {file: ./c}, d: {content: 'p=${P}'}}\n";
  const service = web(
    "secrets: [pw, {source: ext, target: in/e, mode: 0400, uid: 5}], " +
      "configs: [c, {source: d, target: /etc/d, mode: 0440}]",
    { files, env: { P: "v" } },
    more,
  );
  assert.deepEqual(service.secrets, [
    { source: "pw", file: "pw", mode: "0444", owner: "0:0" },
    { source: "ext", file: "in/e", mode: "0400", owner: "5:0" },
  ]);
  assert.deepEqual(service.files, [
    { path: "/app/c", target: "/c", mode: "0444" },
    { content: "p=v", target: "/etc/d", mode: "0440" },
  ]);
});

test("named volumes only when they may be lost", () => {
  const text = "services: {web: {image: a, volumes: [data:/var, data:/other:ro]}}\nvolumes: {data: }\n";
  assert.match(
    projectOf(text).problems[0]!,
    /^services\.web\.volumes\[0\]: the named volume data has to outlive its task/,
  );
  const { project, problems } = projectOf(text, { options: { ephemeralVolumes: true } });
  assert.deepEqual(problems, []);
  assert.deepEqual(project.services[0]!.volumes, [{ name: "data" }]);
  assert.equal(project.services[0]!.container.mountPoints?.length, 2);
});

test("binds that may be written to only when they may be copied", () => {
  const text = "services: {web: {image: a, volumes: ['./src:/src', ./none:/none]}}";
  const { project, problems } = projectOf(text, { files: { "/app/src/x": "" }, options: { copyBinds: true } });
  assert.deepEqual(problems, []);
  assert.deepEqual(project.services[0]!.files, [{ path: "/app/src", target: "/src" }]);
  assert.deepEqual(project.services[0]!.container.mountPoints, [{ sourceVolume: "bind-1", containerPath: "/none" }]);
});

test("profiles, and services named on the command line", () => {
  const text = `
services:
  web: {image: a, depends_on: [db]}
  db: {image: a}
  debug: {image: a, profiles: [debug], depends_on: [db]}
  test: {image: a, profiles: [test]}
`;
  const names = (options: object, env = {}) =>
    projectOf(text, { options, env }).project.services.map(({ name }) => name);
  assert.deepEqual(names({}), ["db", "web"]);
  assert.deepEqual(names({ profiles: ["debug"] }), ["db", "web", "debug"]);
  assert.deepEqual(names({ only: ["debug"] }), ["db", "debug"]);
  assert.deepEqual(names({ only: ["web"] }), ["db", "web"]);
  assert.deepEqual(projectOf(text, { options: { only: ["db"] } }).project.defined, ["web", "db", "debug", "test"]);
  assert.deepEqual(projectOf(text, { env: { COMPOSE_PROFILES: "debug,test" } }).project.services.length, 4);
});

test("several files, and what services extend", () => {
  const files = {
    "/app/more.yaml": "services: {web: {environment: {B: 2}, ports: !override ['81:81']}}",
    "/app/base/base.yaml": "services: {base: {image: b, env_file: e.env, environment: {A: base}}}",
    "/app/base/e.env": "FROM_FILE=1",
  };
  const text =
    "services: {web: {extends: {service: base, file: base/base.yaml}, environment: {A: own}, ports: ['80:80']}}";
  const { project, problems } = projectOf(text, { files, named: ["compose.yaml", "more.yaml"] });
  assert.deepEqual(problems, []);
  const [service] = project.services;
  assert.equal(service!.image, "b");
  assert.deepEqual(service!.container.environment, [
    { name: "FROM_FILE", value: "1" },
    { name: "A", value: "own" },
    { name: "B", value: "2" },
  ]);
  assert.deepEqual(
    service!.ports.map(({ hostPort }) => hostPort),
    [81],
  );
});

test("paths of what a service extends are relative to the file that has them", () => {
  const files = {
    "/app/base/base.yaml": `services:
  folder: {build: src, env_file: [{path: e.env}]}
  long: {build: {context: src}}
  remote: {build: https://example.com/a.git}`,
    "/app/base/src/Dockerfile": "",
    "/app/base/e.env": "FROM_FILE=1",
  };
  const one = (name: string) => `${name}: {extends: {service: ${name}, file: base/base.yaml}}`;
  const { project, problems } = projectOf(`services: {${["folder", "long", "remote"].map(one).join(", ")}}`, { files });
  assert.deepEqual(problems, []);
  assert.deepEqual(
    project.services.map(({ build }) => build?.context),
    ["/app/base/src", "/app/base/src", "https://example.com/a.git"],
  );
  assert.deepEqual(project.services[0]!.container.environment, [{ name: "FROM_FILE", value: "1" }]);
});

describe("what cannot be expressed is named", () => {
  const cases: [file: string, problem: RegExp][] = [
    ["services: {}", /^services: there are none/],
    ["services: {web: }", /^services\.web: must have an image or a build/],
    ["services: {web: {image: a, deploy: {resources: {reservations: {cpus: x}}}}}", /cpus: must be a number/],
    ["services: {web: {}}", /^services\.web: must have an image or a build/],
    ["services: {web: {image: a, privileged: true}}", /^services\.web\.privileged: /],
    ["services: {web: {image: a, prots: ['80:80']}}", /^services\.web\.prots: is not a key/],
    ["services: {web: {image: a, network_mode: host}}", /^services\.web\.network_mode: host cannot/],
    ["services: {web: {image: a, volumes: ['.:/src']}}", /^services\.web\.volumes\[0\]: \. is of this machine/],
    ["services: {web: {image: a, volumes: [{type: bind, source: ., target: /src}]}}", /^services\.web\.volumes\[0\]: /],
    ["services: {web: {image: a, volumes: ['./none:/x:ro']}}", /\.\/none does not exist/],
    ["services: {web: {image: a, volumes: ['data:/x']}}", /the volume data is not among/],
    ["services: {web: {image: a, ports: ['53:53/udp']}}", /^services\.web\.ports\[0\]: UDP/],
    ["services: {web: {image: a, ports: ['x:80']}}", /^services\.web\.ports\[0\]: must be such as/],
    ["services: {web: {image: a, ports: ['70000:80']}}", /numbers from 1 to 65535/],
    ["services: {web: {image: a, ports: ['1-3:1-2']}}", /not of the same length/],
    ["services: {web: {image: a, cap_add: [NET_ADMIN]}}", /NET_ADMIN cannot be added/],
    ["services: {web: {image: a, deploy: {mode: global}}}", /global services/],
    ["services: {web: {image: a, deploy: {resources: {limits: {cpus: 64}}}}}", /no size as large/],
    ["services: {web: {image: a, deploy: {update_config: {delay: 10s}}}}", /update_config\.delay: cannot/],
    ["services: {web: {image: a, env_file: none.env}}", /none\.env cannot be read/],
    ["services: {web: {image: a, depends_on: [db]}}", /depends_on\.db: there is no such service/],
    ["services: {web: {image: a, depends_on: {db: {condition: service_healthy}}}, db: {image: a}}", /no healthcheck/],
    ["services: {a: {image: a, depends_on: [b]}, b: {image: a, depends_on: [a]}}", /circle: a -> b -> a/],
    ["services: {web: {image: a, secrets: [x]}}", /^services\.web\.secrets\[0\]: x is not among/],
    ["services: {web: {image: a}}\nsecrets: {x: {file: none}}", /^secrets\.x\.file: none cannot be read/],
    ["services: {web: {image: a}}\nnetworks: {n: {external: true}}", /^networks\.n\.external: cannot/],
    ["services: {web: {image: a, networks: [n]}}", /n is not among the file's networks/],
    ['services: {web: {image: a, command: "echo \'x"}}', /^services\.web\.command: /],
    ["services: {web: {image: '${A:?is needed}'}}", /^services\.web\.image: the variable A is required: is needed/],
    ["include: [a.yaml]\nservices: {web: {image: a}}", /^include: /],
    ["services: {web: {extends: none}}", /extends: there is no service none/],
    ["services: {a.b: {image: a}}", /names of services/],
    ["services: {web: {image: a, logging: {driver: gelf}}}", /gelf cannot/],
    ["services: {web: {build: {context: ./none}}}", /\.\/none is no folder/],
    ["services: {job: {image: a, deploy: {mode: replicated-job}, ports: ['80:80']}}", /runs once has no ports/],
    ["services: {a: {image: a, container_name: b}, b: {image: a}}", /further name b is one of/],
  ];
  for (const [file, problem] of cases) {
    test(file, () => {
      const { problems } = projectOf(file, { files: { "/app/x": "" } });
      assert.ok(
        problems.some((line) => problem.test(line)),
        problems.join("\n"),
      );
    });
  }

  test("all of it at once", () => {
    const { problems } = projectOf("services: {web: {image: a, privileged: true, pid: host, ports: [x]}, db: {}}");
    assert.equal(problems.length, 4);
  });

  test("and what is not to the letter is noted", () => {
    const { notes } = projectOf("services: {web: {image: '$NONE', healthcheck: {test: x, interval: 1s, retries: 30}}}");
    assert.deepEqual(notes, [
      "services.web.image: the variable NONE is not set and counts as empty.",
      "services.web.healthcheck.interval: is 5 s: ECS takes 5 to 300.",
      "services.web.healthcheck.retries: is 10: ECS takes 1 to 10.",
    ]);
  });
});
