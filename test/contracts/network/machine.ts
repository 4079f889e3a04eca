import { createDirectShell } from "#host/network/direct-shell.ts";
import type { PrivilegedShell } from "#host/network/privileged-shell.ts";
import { systemClock } from "#kernel/clock.ts";
import { Sandbox } from "./sandbox.ts";

/** The machine's own address on its uplink, and the world's. */
export const machineAddress = "203.0.113.2";
export const worldAddress = "203.0.113.1";
/** The gateway of the engine's bridge on the machine, and a container of the engine. */
export const engineAddress = "192.168.230.1";
export const containerAddress = "192.168.230.2";
/** A port of the machine that the engine leads to this one of the container. */
export const publishedPort = 32_768;
export const containerPort = 8080;

/**
 * A whole machine for a test: a network namespace with its own list of namespaces, an uplink to a world, a container
 * engine's bridge with a container, and an engine's habit of dropping what is forwarded. Nothing outside is touched.
 */
export class Machine {
  readonly host: Sandbox;
  readonly world: Sandbox;
  readonly container: Sandbox;
  readonly #shells: PrivilegedShell[] = [];

  private constructor(host: Sandbox, world: Sandbox, container: Sandbox) {
    this.host = host;
    this.world = world;
    this.container = container;
  }

  static async start(): Promise<Machine> {
    const host = await Sandbox.start("--mount");
    const machine = new Machine(host, await Sandbox.start(), await Sandbox.start());
    const shell = machine.shell();
    await shell.run(`
mkdir -p /run/netns; mount -t tmpfs none /run/netns; mount --make-private /run/netns
ip link set dev lo up
ip link add uplink type veth peer name eth0 netns ${machine.world.pid}
ip address add ${machineAddress}/24 dev uplink; ip link set dev uplink up
ip route add default via ${worldAddress}
ip link add engine0 type bridge; ip address add ${engineAddress}/24 dev engine0; ip link set dev engine0 up
ip link add port0 master engine0 type veth peer name eth0 netns ${machine.container.pid}; ip link set dev port0 up
echo 1 > /proc/sys/net/ipv4/ip_forward
if command -v iptables >/dev/null; then
  iptables -P FORWARD DROP; iptables -P INPUT DROP; iptables -A INPUT -i lo -j ACCEPT
fi
nft 'table ip engine { chain published { type nat hook prerouting priority dstnat; policy accept;
  iifname != engine0 fib daddr type local tcp dport ${publishedPort} dnat to ${containerAddress}:${containerPort}; }; }'
nsenter -t ${machine.world.pid} -n sh -ec 'ip link set dev lo up; ip link set dev eth0 up
  ip address add ${worldAddress}/24 dev eth0; ip route add default via ${machineAddress}'
nsenter -t ${machine.container.pid} -n sh -ec 'ip link set dev lo up; ip link set dev eth0 up
  ip address add ${containerAddress}/24 dev eth0; ip route add default via ${engineAddress}'`);
    return machine;
  }

  /** A shell with the machine's privileges. */
  shell(): PrivilegedShell {
    const command = ["nsenter", "-t", String(this.host.pid), "-n", "-m", "/bin/sh"];
    const shell = createDirectShell({ clock: systemClock(), command });
    this.#shells.push(shell);
    return shell;
  }

  async end(): Promise<void> {
    for (const shell of this.#shells) await shell.close();
    for (const sandbox of [this.container, this.world, this.host]) await sandbox.end();
  }
}
