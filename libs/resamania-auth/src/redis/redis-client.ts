import { Cluster, type ClusterNode, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';

/** Where Redis is. Give one of `url`, `options`, `cluster` and `instance`; `url` may go with `options`. */
export interface RedisConnectionOptions {
  /**
   * Address of the server, such as `rediss://user:password@host:6380/0`.
   * @default none
   */
  url?: string | undefined;
  /**
   * Options of ioredis, with `sentinels` and `name` for Sentinel. Time-outs, queues and retries are the library's own.
   * @default none
   */
  options?: RedisOptions;
  /**
   * Nodes to start from, and options of ioredis, for Redis Cluster.
   * @default none
   */
  cluster?: { nodes: ClusterNode[]; options?: ClusterOptions };
  /**
   * A client of the application. It is duplicated, never used or closed.
   * @default none
   */
  instance?: Redis | Cluster;
}

/** No operation takes longer, in milliseconds. The client's own limits do not cover every state that it can be in. */
export const DEADLINE_MS = 500;
const LONGEST_RETRY_MS = 1000;

/**
 * What fails, fails at once: nothing is queued or sent again. What was sent to a server that hangs may be
 * executed when it goes on.
 * `commandTimeout` covers the handshake too: with less, a server 200 ms away never gets ready.
 */
const CLIENT_OPTIONS = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  commandTimeout: DEADLINE_MS,
  sentinelCommandTimeout: DEADLINE_MS,
  socketTimeout: 1500,
  connectTimeout: 1000,
  retryStrategy,
  /** The server has become a replica: find the one that takes writes. */
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  // Of an application's own client, these would change what answers look like, or hold commands back.
  replyMapping: 'legacy',
  stringNumbers: false,
  enableAutoPipelining: false,
} as const satisfies RedisOptions;

/** A client with the library's settings, not connected yet. */
export function createClient({ url, options, cluster, instance }: RedisConnectionOptions): Redis | Cluster {
  if (instance !== undefined && 'nodes' in instance)
    return instance.duplicate([], clusterOptions(instance.options));
  if (instance !== undefined) return instance.duplicate(CLIENT_OPTIONS);
  if (cluster !== undefined) return new Cluster(cluster.nodes, clusterOptions(cluster.options));
  const all = { ...options, ...CLIENT_OPTIONS };
  return url === undefined ? new Redis(all) : new Redis(url, all);
}

/** What is wrong with where Redis is said to be. */
export function connectionProblems({ url, options, cluster, instance }: RedisConnectionOptions): string[] {
  const ways = [url ?? options, cluster, instance].filter((way) => way !== undefined);
  return ways.length === 1 ? [] : ['expected one of url, options, cluster and instance'];
}

function clusterOptions(given: ClusterOptions = {}) {
  const { enableOfflineQueue, lazyConnect } = CLIENT_OPTIONS;
  return {
    ...given,
    // Of the cluster as a whole: in `redisOptions` they would change nothing.
    enableOfflineQueue,
    lazyConnect,
    clusterRetryStrategy: retryStrategy,
    redisOptions: { ...given.redisOptions, ...CLIENT_OPTIONS },
  };
}

/** The wait before another try to connect, in milliseconds. */
function retryStrategy(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_RETRY_MS) * (0.5 + Math.random() / 2);
}
