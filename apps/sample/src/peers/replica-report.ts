/** What a replica says of itself. No token is in it. */
export interface ReplicaReport {
  readonly name: string;
  /** For who wants to end it. */
  readonly pid: number;
  /** How it sees the store that all share. */
  readonly store: (typeof STORE_STATES)[number];
  /** The chains that it has had a token for. */
  readonly chains: readonly ChainReport[];
}

/** Where the tokens of one chain came from. */
export interface ChainReport {
  readonly tenant: string;
  /** Where the last one came from: from the token service, or from the store, where another replica had put it. */
  readonly origin: (typeof ORIGINS)[number];
  /** When it came, in ISO 8601. */
  readonly at: string;
  /** From when it must be taken as expired, in ISO 8601: the same for all that have this token, but for some milliseconds. */
  readonly expiresAt: string;
  /** How many came from the token service. */
  readonly renewed: number;
  /** How many came from the store. */
  readonly adopted: number;
}

const STORE_STATES = ['up', 'down', 'off'] as const;
const ORIGINS = ['endpoint', 'store'] as const;

/** A report as it came over the network, with nothing else in it; `undefined` where it is none. */
export function readReport(answer: unknown): ReplicaReport | undefined {
  const { name, pid, store, chains } = fieldsOf(answer);
  const state = STORE_STATES.find((known) => known === store);
  if (typeof name !== 'string' || !isCount(pid) || state === undefined || !Array.isArray(chains))
    return undefined;
  const read = chains.map(readChain).filter((chain) => chain !== undefined);
  return read.length === chains.length ? { name, pid, store: state, chains: read } : undefined;
}

function readChain(answer: unknown): ChainReport | undefined {
  const { tenant, origin, at, expiresAt, renewed, adopted } = fieldsOf(answer);
  const from = ORIGINS.find((known) => known === origin);
  if (typeof tenant !== 'string' || from === undefined || !isTime(at) || !isTime(expiresAt)) return undefined;
  if (!isCount(renewed) || !isCount(adopted)) return undefined;
  return { tenant, origin: from, at, expiresAt, renewed, adopted };
}

function fieldsOf(answer: unknown): Readonly<Record<string, unknown>> {
  return typeof answer === 'object' && answer !== null ? { ...answer } : {};
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
