import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** What the server says of a name: its TXT records, that there are none, that it is out of order, or nothing at all. */
export type DnsAnswer = readonly string[] | 'nothing' | 'servfail' | 'silent';

const HEADER_BYTES = 12;
const NXDOMAIN = 3;
const SERVFAIL = 2;

/** TEST ONLY. A DNS server for TXT records on a loopback port of its own (RFC 1035). */
export class TestDnsServer {
  /** By name in lower case; what is not here does not exist. */
  readonly records = new Map<string, DnsAnswer>();
  /** Names that were asked for, in order. */
  readonly asked: string[] = [];

  private constructor(private readonly socket: Socket) {
    socket.on('message', (message, from) => this.answer(message, from));
  }

  static async start(): Promise<TestDnsServer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new TestDnsServer(socket);
  }

  /** As ROLECALL_DNS_SERVERS has it. */
  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }

  private answer(message: Buffer, from: RemoteInfo): void {
    const { name, end } = readName(message);
    this.asked.push(name);
    const answer = this.records.get(name) ?? NXDOMAIN;
    if (answer === 'silent') return;
    const texts = Array.isArray(answer) ? (answer as readonly string[]) : [];
    const code = answer === 'servfail' ? SERVFAIL : answer === NXDOMAIN ? NXDOMAIN : 0;
    const header = Buffer.alloc(HEADER_BYTES);
    message.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | code, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(texts.length, 6);
    const question = message.subarray(HEADER_BYTES, end + 4);
    this.socket.send(Buffer.concat([header, question, ...texts.map(txtRecord)]), from.port, from.address);
  }
}

function readName(message: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

/** A record at the name that was asked for, in strings of 40 bytes: longer texts come in parts. */
function txtRecord(text: string): Buffer {
  const parts = text.match(/[\s\S]{1,40}/g) ?? [''];
  const data = Buffer.concat(parts.map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part)])));
  const head = Buffer.from([0xc0, HEADER_BYTES, 0, 16, 0, 1, 0, 0, 0, 0, 0, data.length]);
  return Buffer.concat([head, data]);
}
