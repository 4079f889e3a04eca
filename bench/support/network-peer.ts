/**
 * Runs inside a network namespace: `echo PORT` sends datagrams back; `ask ADDRESS PORT ROUNDTRIPS WINDOW` keeps that
 * many datagrams under way and prints the round trips a second and their times in microseconds as JSON.
 */
import { createSocket } from "node:dgram";

const [mode, ...args] = process.argv.slice(2);
const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });

if (mode === "echo") {
  socket.on("message", (data, from) => socket.send(data, from.port, from.address));
  socket.bind(Number(args[0]), () => console.log("listening"));
} else {
  const [address, port, total, window] = [args[0]!, Number(args[1]), Number(args[2]), Number(args[3])];
  const times = new Float64Array(total);
  let sent = 0;
  let received = 0;
  const started = process.hrtime.bigint();
  const send = () => {
    const message = Buffer.alloc(64);
    message.writeBigUInt64LE(process.hrtime.bigint(), 0);
    sent++;
    socket.send(message);
  };
  socket.on("message", (data) => {
    const now = process.hrtime.bigint();
    times[received++] = Number(now - data.readBigUInt64LE(0)) / 1000;
    if (received === total) {
      console.log(JSON.stringify({ perSecond: (total / Number(now - started)) * 1e9, micros: Array.from(times) }));
      socket.close();
    } else if (sent < total) send();
  });
  socket.connect(port, address, () => {
    for (let i = 0; i < window; i++) send();
  });
}
